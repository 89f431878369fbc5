"""What the store's answers and the phone's events do to a desk."""

from __future__ import annotations

from dataclasses import replace

from cadence.dispositions import Disposition
from cadence.model import Plan, Result, ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from floor import desk_recording as recording
from floor import desk_voicemail as voicemail
from floor.desk_keys import record
from floor.desk_state import DeskState, Line
from floor.view import CallView, Tally
from floor.what_next import what_next
from store.records import Attempt
from telephony import protocol as phone

# ------------------------------------------------------------- the queue


def on_claimed(desk: DeskState, given: told.Claimed) -> list[out.Effect]:
    """A lead for the card, if the desk still wants one."""
    desk.claiming = False
    if desk.state is not ShiftState.READY:
        return [out.Release(given.claim, "the desk was no longer free")]
    desk.show(given.claim, given.card)
    return desk.enter(ShiftState.PREVIEW)


def on_nothing_due(desk: DeskState, given: told.NothingDue) -> list[out.Effect]:
    """An empty queue, and when to ask again."""
    desk.claiming = False
    desk.next_due_at, desk.reason = given.next_at, given.why
    return []


def on_look_again(desk: DeskState, _: told.LookAgain) -> list[out.Effect]:
    """Ask the queue again."""
    if desk.state is ShiftState.READY and not desk.claiming:
        return desk.ask_for_lead()
    return []


# ------------------------------------------------------------- the store


def on_begun(desk: DeskState, given: told.Begun) -> list[out.Effect]:
    """The attempt is on disk: dial, unless the gate or the rep said no."""
    line = desk.line
    if line is None or desk.call is None:
        return []
    attempt = given.attempt
    if not attempt.decision.allowed:
        desk.tally = replace(desk.tally, attempts=desk.tally.attempts + 1)
        name = line.claim.lead.name if line.claim is not None else attempt.e164
        desk.say(f"{name} may not be called now: {attempt.decision.why}")
        return desk.ask_for_lead()
    return placed(desk, line, attempt)


def placed(desk: DeskState, line: Line, attempt: Attempt) -> list[out.Effect]:
    """The gate let it out: place the call, unless the rep has hung up meanwhile."""
    if desk.call is None:
        return []
    desk.tally = replace(desk.tally, attempts=desk.tally.attempts + 1)
    desk.call = replace(desk.call, number=attempt.e164)
    desk.last_number = attempt.e164
    line.attempt_id = attempt.id
    if line.hang_up:
        at, mono = desk.clock.now(), desk.clock.monotonic()
        ended = phone.Ended(
            at=at, mono=mono, call=line.call, result=Result.FAILED, reason="Hung up before the dial.",
            ended_by="rep",
        )  # fmt: skip
        return on_ended(desk, line, desk.call, ended)
    return [out.Place(line.call, attempt.e164, attempt.caller_id)]


def on_finished(desk: DeskState, given: told.Finished) -> list[out.Effect]:
    """The result is on disk."""
    line = desk.line
    if line is None or line.attempt_id != given.attempt_id:
        return []
    if given.settled:
        return _move_on(desk, given.attempt_id, given.disposition, given.plan)
    line.stored = True
    return record(line, line.chosen) if line.chosen is not None else []


def on_recorded(desk: DeskState, given: told.Recorded) -> list[out.Effect]:
    """The disposition is on disk."""
    desk.tally = replace(
        desk.tally,
        contacts=desk.tally.contacts + given.disposition.contact,
        won=desk.tally.won + given.disposition.won,
    )
    return _move_on(desk, given.attempt_id, given.disposition, given.plan)


def _move_on(
    desk: DeskState, attempt_id: int, disposition: Disposition | None, plan: Plan | None
) -> list[out.Effect]:
    """On to the next lead. A call of no lead moved no plan, so there is nothing to take back."""
    lead = desk.claim.lead if desk.claim is not None else None
    desk.last_attempt = attempt_id if disposition is not None and plan is not None else None
    desk.last_disposition = disposition
    words = disposition.label if disposition else (desk.call.result_text if desk.call else "")
    name = lead.name if lead is not None else (desk.call.number if desk.call else "Lead")
    claim = desk.claim
    following = what_next(plan, claim.lead, claim.phone, desk.clock.now()) if plan and claim else ""
    desk.say(f"{name}: {words.removesuffix('.')}. {following}".rstrip())
    return desk.ask_for_lead()


def _without(tally: Tally, taken_back: Disposition) -> Tally:
    return replace(tally, contacts=tally.contacts - taken_back.contact, won=tally.won - taken_back.won)


def on_undone(desk: DeskState, given: told.Undone) -> list[out.Effect]:
    """The call before is back, for another key."""
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, "undo of the call before"))
    desk.show(given.claim, given.card)
    attempt, now = given.attempt, desk.clock.monotonic()
    answered = attempt.answered_at is not None
    desk.call = CallView(
        attempt.e164, attempt.caller_id, dialed_mono=now - attempt.talk_ms,
        answered_mono=now - attempt.talk_ms if answered else None, ended_mono=now,
        result=attempt.result or "", result_text="Taken back: choose again.",
    )  # fmt: skip
    desk.line = Line(
        given.claim, call="", attempt_id=attempt.id, invited=True, ended=True, stored=True, answered=answered
    )
    if desk.last_disposition is not None:
        desk.tally = _without(desk.tally, desk.last_disposition)
        desk.last_disposition = None
    desk.say(f"{given.claim.lead.name}: {given.why}")
    return [*effects, *desk.enter(ShiftState.WRAP_UP)]


def on_note_kept(desk: DeskState, given: told.NoteKept) -> list[out.Effect]:
    """A note is on disk: the card shows it."""
    card = desk.card
    if card is not None and card.lead.id == given.lead_id:
        desk.card = replace(card, lead=replace(card.lead, notes=given.text))
    return desk.say("Note kept.")


def on_told(desk: DeskState, given: told.Told) -> list[out.Effect]:
    """News for the message row."""
    return desk.say(given.text, alarm=given.alarm)


def on_refused(desk: DeskState, given: told.Refused) -> list[out.Effect]:
    """A write did not happen: nothing is lost, the rep hears why and may press the key again."""
    desk.say(given.why, alarm=not given.over and not isinstance(given.effect, out.BeginByHand))
    match given.effect:
        case out.ClaimNext():
            desk.claiming = False
            desk.reason = given.why
            return []
        case out.BeginByHand():
            return desk.ask_for_lead()
        case out.Begin():
            desk.line = desk.call = None
            if given.over:
                return desk.ask_for_lead()
            return desk.enter(ShiftState.PREVIEW)
        case out.Dispose() if given.over:
            return desk.ask_for_lead()
        case out.Dispose():
            if desk.line is not None:
                desk.line.disposing, desk.line.chosen = False, None
            return []
        case out.Undo() | out.Skip():
            return desk.ask_for_lead()
        case _:
            return []


# ------------------------------------------------------------- the phone


def on_phone_state(desk: DeskState, given: told.PhoneState) -> list[out.Effect]:
    """Whether the phone can dial."""
    desk.phone_ok, desk.phone_line = given.ok, given.text
    return []


def on_phone_said(desk: DeskState, given: told.PhoneSaid) -> list[out.Effect]:
    """An instant of the call on this desk; those of other calls change nothing."""
    line, event = desk.line, given.event
    if line is None or line.ended or getattr(event, "call", None) != line.call or desk.call is None:
        return voicemail.on_event(desk, event)
    match event:
        case phone.Invited():
            line.invited = True
            return [out.Instant(line.attempt, "invited", event.at, event.sip_call_id)]
        case phone.Ringing():
            desk.call = replace(desk.call, ringing_mono=event.mono, early=event.early_media)
            return [
                out.Instant(line.attempt, "ringing", event.at),
                *desk.enter(ShiftState.RINGING),
            ]
        case phone.Answered():
            line.answered = True
            desk.call = replace(desk.call, answered_mono=event.mono, secure=event.secure)
            return [
                out.Instant(line.attempt, "answered", event.at, secure=event.secure),
                *desk.enter(ShiftState.TALKING),
                *recording.on_answered(desk, line),
            ]
        case phone.Held(on=on):
            desk.call = replace(desk.call, held=on)
            return desk.say("On hold: o takes them back." if on else "They hear you again.")
        case phone.Quality():
            permille = 1000 * event.lost // max(event.packets + event.lost, 1)
            desk.call = replace(
                desk.call, quality=event.mark, lost_permille=permille, jitter_ms=event.jitter_ms
            )
            return []
        case phone.Hint():
            desk.call = replace(desk.call, hint=event.word)
            return []
        case phone.Recording():
            return recording.on_recording(desk, line, event)
        case phone.Recorded():
            return recording.on_recorded(desk, line, event)
        case phone.Ended():
            return on_ended(desk, line, desk.call, event)
        case _:
            return []


def on_ended(desk: DeskState, line: Line, call: CallView, event: phone.Ended) -> list[out.Effect]:
    """The call is over: write the result, go to wrap-up."""
    line.ended = True
    desk.call = replace(call, ended_mono=event.mono, result=event.result, result_text=event.reason)
    desk.tally = replace(desk.tally, talk_ms=desk.tally.talk_ms + event.talk_ms)
    return [
        out.Finish(line.attempt, event, automatic=line.chosen is None),
        *recording.over(line),
        *desk.enter(ShiftState.WRAP_UP),
    ]
