"""A call that comes in: shown while the rep is free, answered by one key, and never lost.

It rings only at a desk that is ready or previews a lead. Any other desk passes
it on at once, as one key does, so that the server may try somebody else; what
nobody takes is written as missed, and its lead becomes the first in the queue.
There is an attempt only of a call that was answered: the store opens it while
the rep is talking already.
"""

from __future__ import annotations

from dataclasses import replace

from cadence.model import LeadStatus, ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from floor import desk_recording as recording
from floor.actions import RINGS_IN
from floor.desk_ending import told_to_rep, write_result
from floor.desk_state import DeskState, Line
from floor.view import CallView, IncomingView
from store.records import Caller
from telephony import protocol as phone

_COMING_BACK = "The call before is coming back: one moment."
_STATUS = {
    LeadStatus.WON: "won already",
    LeadStatus.REFUSED: "said no before",
    LeadStatus.OPTED_OUT: "asked not to be called",
}
_BUSY, _AWAY = "busy", "not ready"
_WHILE = {_BUSY: " while you were busy", _AWAY: " while you were not ready"}


def on_incoming(desk: DeskState, event: phone.Incoming) -> list[out.Effect]:
    """Somebody rings."""
    if desk.state not in RINGS_IN or desk.caller is not None:
        why = _why_not_free(desk)
        return [out.PassOn(event.call, why == _AWAY), _ask(event), _missed(event, why, event.at)]
    desk.caller = event
    desk.incoming = IncomingView(event.number, event.name, since_mono=event.mono)
    return [_ask(event)]


def on_caller_known(desk: DeskState, given: told.CallerKnown) -> list[out.Effect]:
    """The store knows whose number it is, or that it is nobody's."""
    caller = given.caller
    if desk.caller is not None and desk.incoming is not None and desk.caller.call == given.call:
        desk.incoming = replace(
            desk.incoming, name=caller.name or desk.incoming.name, company=caller.company,
            known=caller.lead_id is not None, note=_note(caller, desk.rep),
        )  # fmt: skip
    return []


def _note(caller: Caller, rep: str) -> str:
    """What the rep should mind before answering."""
    notes = []
    if caller.suppressed:
        notes.append(f"on the do-not-call list: {caller.suppressed.rstrip('.')}")
    if caller.status in _STATUS:
        notes.append(_STATUS[caller.status])
    if caller.held_by not in ("", rep):
        notes.append(f"{caller.held_by} has them in hand")
    elif caller.owner not in ("", rep):
        notes.append(f"{caller.owner}'s lead")
    return "; ".join(notes)


# -------------------------------------------------------------- the keys


def on_answer(desk: DeskState) -> list[out.Effect]:
    """Take the call; a lead in preview goes back first."""
    event = desk.caller
    if event is None or desk.undoing:
        return desk.say(_COMING_BACK)
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, "a call that came in was taken"))
    desk.caller = desk.incoming = None
    desk.claim = desk.card = desk.refusal = desk.last_attempt = None
    desk.line = Line(None, call=event.call, inbound=event)
    desk.call = CallView(event.number, dialed_mono=event.mono, ringing_mono=event.mono, inbound=True)
    desk.say("")
    return [*effects, out.Answer(event.call), *desk.enter(ShiftState.RINGING)]


def on_pass_on(desk: DeskState) -> list[out.Effect]:
    """The rep does not take the call."""
    return _pass_on(desk, "passed on")


def left_standing(desk: DeskState) -> list[out.Effect]:
    """Pass on who rings at a desk that is free no longer, whatever has made it so."""
    if desk.caller is None or desk.state in RINGS_IN:
        return []
    return _pass_on(desk, _why_not_free(desk))


def _why_not_free(desk: DeskState) -> str:
    return _AWAY if desk.state is ShiftState.NOT_READY else _BUSY


def _pass_on(desk: DeskState, why: str) -> list[out.Effect]:
    event, desk.caller, desk.incoming = desk.caller, None, None
    if event is None:
        return []
    return [out.PassOn(event.call, why == _AWAY), _missed(event, why, desk.clock.now())]


# ------------------------------------------------------------- the phone


def on_ringing_over(desk: DeskState, event: phone.Ended) -> list[out.Effect]:
    """The caller who rings has given up, was answered on another phone, or the phone has died."""
    caller, desk.caller, desk.incoming = desk.caller, None, None
    return _not_spoken_to(caller, event) if caller is not None else []


def on_given_up(desk: DeskState, line: Line, event: phone.Ended) -> list[out.Effect]:
    """The rep took the call, and the caller had gone before the line was up."""
    line.ended = True
    desk.say(f"They were gone before you were connected. {told_to_rep(event.reason)}".rstrip())
    missed = _not_spoken_to(line.inbound, event) if line.inbound is not None else []
    return [*missed, *desk.ask_for_lead()]


def on_answered(desk: DeskState, line: Line, event: phone.Answered) -> list[out.Effect]:
    """They hear each other: the attempt is opened while they talk."""
    line.invited = line.answered = True
    if line.inbound is None or desk.call is None:
        return []
    desk.call = replace(desk.call, answered_mono=event.mono, secure=event.secure)
    came = line.inbound
    begin = out.BeginInbound(came.number, came.name, came.sip_call_id, event.at)
    return [begin, *desk.enter(ShiftState.TALKING)]


def _not_spoken_to(caller: phone.Incoming, event: phone.Ended) -> list[out.Effect]:
    if event.elsewhere:
        return [out.TakenElsewhere(caller.sip_call_id)]
    return [_missed(caller, "not answered", event.at)]


def _ask(caller: phone.Incoming) -> out.Effect:
    return out.AskCaller(caller.call, caller.number, caller.name, caller.sip_call_id, caller.at)


def _missed(caller: phone.Incoming, why: str, at: int) -> out.Effect:
    return out.KeepMissed(caller.number, caller.name, caller.sip_call_id, at, why)


# ------------------------------------------------------------- the store


def on_begun_inbound(desk: DeskState, given: told.BegunInbound) -> list[out.Effect]:
    """The attempt is on disk, with its lead on the card; the call may have ended meanwhile."""
    line, attempt = desk.line, given.attempt
    if line is None or line.inbound is None or line.attempt_id is not None:
        return []
    line.attempt_id, line.claim = attempt.id, given.claim
    if given.claim is not None and given.card is not None:
        desk.show(given.claim, given.card)
    elif attempt.e164:
        desk.say("This call is kept without a lead: the number is nobody's, or another rep speaks with them.")
    if line.over is not None:
        over, line.over = line.over, None
        return write_result(line, over)
    return recording.on_answered(desk, line)


def on_unkept(desk: DeskState) -> list[out.Effect]:
    """The store will never open the attempt: the conversation goes on, and nothing is asked after it."""
    line = desk.line
    if line is None or line.inbound is None or line.attempt_id is not None:
        return []
    line.unkept = True
    return desk.ask_for_lead() if line.over is not None else []


def on_missed_kept(desk: DeskState, given: told.MissedKept) -> list[out.Effect]:
    """A missed caller is on disk."""
    when = _WHILE.get(given.why, "")
    if not given.number:
        return desk.say(f"Somebody called{when} and showed no number.")
    following = ": first in the queue." if given.first else "."
    return desk.say(f"{given.name or given.number} called{when}{following}")
