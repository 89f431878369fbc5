"""What each key of the rep does to a desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cadence.dispositions import Disposition
from cadence.model import ShiftState
from floor import desk_effects as out
from floor import desk_hold as hold
from floor import desk_incoming as incoming
from floor import desk_inputs as told
from floor import desk_recording as recording
from floor import desk_second as second
from floor import desk_voicemail as voicemail
from floor.actions import BY_NAME, IN_CALL, NOBODY_TO_CALL_BACK
from floor.desk_ending import hang_up, hang_up_all, record
from floor.desk_state import DeskState, Line
from floor.view import CallView

_NOT_ANSWERED = "Nobody has answered on this line yet."


def on_pressed(desk: DeskState, given: told.Pressed) -> list[out.Effect]:
    """A key of the registry that needs nothing more."""
    refusal = BY_NAME[given.action].why_not_now(desk)
    if refusal:
        return desk.say(refusal)
    return _PRESSES[given.action](desk)


def _dial(desk: DeskState) -> list[out.Effect]:
    if desk.claim is None or desk.card is None:
        return desk.say("Nothing to dial: no lead is on the card.")
    if not desk.claim.phone.e164:
        return desk.say(f"Nothing to dial: {desk.claim.plan.reason}. s puts the lead back for later.")
    if not desk.may_dial:
        return desk.cannot_dial(" The lead stays with you.")
    desk.line = Line(desk.claim, call=desk.new_call(desk.claim.token))
    number = desk.claim.phone.e164
    shown = desk.shown_to(number, desk.claim.lead.campaign)
    desk.call = CallView(number, shown, dialed_mono=desk.clock.monotonic())
    desk.last_attempt = desk.refusal = None
    desk.say("")
    return [*desk.enter(ShiftState.DIALING), out.Begin(desk.claim, desk.call.caller_id)]


def _hang_up(desk: DeskState) -> list[out.Effect]:
    line = desk.talked_on
    if line is None or line.ended:
        return desk.say("The call has ended already.")
    return hang_up(desk, line)


def _mute(desk: DeskState) -> list[out.Effect]:
    line, call = _talking(desk)
    if line is None or call is None:
        return desk.say(_NOT_ANSWERED)
    for each in (desk.line, desk.second_line):  # muted is the rep, on whatever line
        if each is not None and (shown := desk.call_on(each)) is not None:
            desk.redraw(each, replace(shown, muted=not call.muted))
    desk.say("Your microphone is on." if call.muted else "Your microphone is off.")
    return [out.Mute(line.call, not call.muted)]


def _hold(desk: DeskState) -> list[out.Effect]:
    line, call = _talking(desk)
    return hold.ask(desk, line, call) if line and call else desk.say(_NOT_ANSWERED)


def _talking(desk: DeskState) -> tuple[Line | None, CallView | None]:
    """The line that the rep talks on, once it is answered."""
    line = desk.talked_on
    if line is None or line.ended or not line.answered:
        return None, None
    return line, desk.call_on(line)


def _undo(desk: DeskState) -> list[out.Effect]:
    if desk.last_attempt is None or desk.undoing:
        return desk.say("Nothing to take back: undo works until the next dial.")
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, "undo of the call before"))
    attempt, desk.last_attempt, desk.undoing = desk.last_attempt, None, True
    desk.claim = desk.card = desk.call = None
    return [*effects, out.Undo(attempt)]


def on_disposed(desk: DeskState, given: told.Disposed) -> list[out.Effect]:
    """A disposition: at once in wrap-up, after hanging up in a call."""
    disposition = desk.dispositions.by_code.get(given.code)
    if disposition is None:
        return desk.say(f"There is no disposition {given.code}: 1 to 9, 0 and w record one.")
    line = desk.line
    if line is None or desk.state not in IN_CALL | {ShiftState.WRAP_UP}:
        return desk.say(f"No call to record as {disposition.label.lower()}: space dials.")
    refusal = _why_not_dispose(desk, line, disposition, given.callback_at)
    if refusal:
        return desk.say(refusal)
    line.chosen = out.Choice(disposition, given.callback_at)
    if line.stored:
        return record(line, line.chosen)
    if line.ended:
        desk.say(f"{disposition.label}: recorded once the call is written.")
    return hang_up_all(desk)


def _why_not_dispose(desk: DeskState, line: Line, disposition: Disposition, callback_at: int | None) -> str:
    if line.disposing:
        return "This call is being recorded."
    if line.help is not None:
        return "A call for help is not recorded by a key: h ends it."
    if line.unkept:
        return "This call could not be written: there is nothing to record it on."
    if desk.passing is not None:
        return f"The call is being given to {desk.passing.whom}: wait for the answer, or hang up."
    if line.inbound is not None and not line.answered:
        return "The call is not connected yet: there is nothing to record."
    if not line.invited:
        return "The call has not gone out yet: there is nothing to record."
    if disposition.callback and line.claim is None:
        return NOBODY_TO_CALL_BACK
    if disposition.callback and callback_at is None:
        return "A callback needs a time."
    if disposition.human and not line.answered:
        return f"{disposition.label} needs a conversation: this call was not answered."
    talk_ms = desk.call.talk_ms(desk.clock.monotonic()) if desk.call is not None else None
    return disposition.why_not(talk_ms or 0)


def on_keypad(desk: DeskState, given: told.Keypad) -> list[out.Effect]:
    """A tone for the call."""
    line, call = _talking(desk)
    refusal = BY_NAME["keypad"].why_not_now(desk)
    if refusal or line is None or call is None:
        return desk.say(refusal or _NOT_ANSWERED)
    if call.held:
        return desk.say(f"Tone {given.digit} was not sent: they are on hold.")
    desk.say(f"Sent tone {given.digit}.")
    return [out.Tone(line.call, given.digit)]


def on_noted(desk: DeskState, given: told.Noted) -> list[out.Effect]:
    """A note."""
    lead_id = given.lead_id
    if lead_id is None:
        if desk.claim is None:
            return desk.say("A note needs a lead on the card.")
        lead_id = desk.claim.lead.id
    return [out.Note(lead_id, given.text)] if given.text.strip() else []


def on_skipped(desk: DeskState, given: told.Skipped) -> list[out.Effect]:
    """The lead goes back with a reason, the next one comes."""
    refusal = BY_NAME["skip"].why_not_now(desk)
    if refusal or desk.claim is None:
        return desk.say(refusal or "Nothing to skip: no lead is on the card.")
    claim = desk.claim
    desk.say(f"{claim.lead.name} skipped: {given.label}. The lead stays in the queue.")
    return [out.Skip(claim, given.reason), *desk.ask_for_lead()]


def on_paused(desk: DeskState, given: told.Paused) -> list[out.Effect]:
    """Not-ready now, or after the call."""
    if desk.state is ShiftState.NOT_READY:
        if given.reason == desk.reason:
            return desk.say("You are not ready already: p brings you back.")
        return desk.enter(ShiftState.NOT_READY, given.reason)
    if desk.state in IN_CALL | {ShiftState.WRAP_UP}:
        desk.pause_wanted = given.reason
        return desk.say("You go not-ready after this call.")
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, f"not-ready: {given.reason}"))
    desk.claim = desk.card = desk.call = None
    desk.say("")
    return [*effects, *desk.enter(ShiftState.NOT_READY, given.reason)]


def on_leaving(desk: DeskState, _: told.Leaving) -> list[out.Effect]:
    """Take no new lead, and end every call that is up, those that play a message too."""
    paused = on_paused(desk, told.Paused("leaving"))
    return [*paused, *hang_up_all(desk), *(out.HangUp(call) for call in desk.drops)]


def on_resumed(desk: DeskState, _: told.Resumed) -> list[out.Effect]:
    """Back to work, or a wanted pause taken back."""
    if desk.pause_wanted:
        desk.pause_wanted = ""
        return desk.say("You stay ready after this call.")
    if desk.state is not ShiftState.NOT_READY:
        return desk.say("You are not paused.")
    desk.say("")
    return desk.ask_for_lead()


_PRESSES: dict[str, Callable[[DeskState], list[out.Effect]]] = {
    "dial": _dial,
    "hang_up": _hang_up,
    "mute": _mute,
    "undo": _undo,
    "hold": _hold,
    "record": recording.on_key,
    "object": recording.on_object,
    "answer": incoming.on_answer,
    "pass_on": incoming.on_pass_on,
    "transfer": second.on_join,
    "line": second.on_line,
    "voicemail": voicemail.on_key,
}
