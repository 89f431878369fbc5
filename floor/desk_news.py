"""What the store's answers do to a desk."""

from __future__ import annotations

from dataclasses import replace

from cadence.dispositions import Disposition
from cadence.model import ShiftState
from floor import desk_effects as out
from floor import desk_incoming as incoming
from floor import desk_inputs as told
from floor import desk_second as second
from floor.actions import IN_CALL, RINGS_IN
from floor.desk_ending import on_unwritten, write_result
from floor.desk_state import Aside, DeskState, Line
from floor.view import CallView, Tally
from store.records import Attempt

# ------------------------------------------------------------- the queue


def on_claimed(desk: DeskState, given: told.Claimed) -> list[out.Effect]:
    """A lead for the card, if the desk still wants one."""
    desk.claiming = False
    if desk.state is not ShiftState.READY or desk.undoing:
        return [out.Release(given.claim, "the desk was no longer free")]
    desk.show(given.claim, given.card)
    return desk.enter(ShiftState.PREVIEW)


def on_lead_taken(desk: DeskState, given: told.LeadTaken) -> list[out.Effect]:
    """Off the card: a do-not-call has come in, or the lead called and another rep has answered."""
    if desk.state is not ShiftState.PREVIEW or desk.claim is None or desk.claim.token != given.token:
        return []
    desk.say(given.why)
    return desk.ask_for_lead()


def on_forecast(desk: DeskState, given: told.Forecast) -> list[out.Effect]:
    """The card has lain there for a while: a window has closed or opened, a list has a new version."""
    ours = desk.state is ShiftState.PREVIEW and desk.claim is not None and desk.claim.token == given.token
    if ours and desk.card is not None:
        desk.card = replace(desk.card, callable_now=given.callable_now, callable_why=given.why)
    return []


def on_nothing_due(desk: DeskState, given: told.NothingDue) -> list[out.Effect]:
    """An empty queue, and when to ask again."""
    desk.claiming = False
    desk.next_due_at, desk.reason = given.next_at, given.why
    return []


def on_look_again(desk: DeskState, _: told.LookAgain) -> list[out.Effect]:
    """Ask the queue again."""
    if desk.state is ShiftState.READY and not desk.claiming and not desk.undoing:
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
    if line.over is not None:  # the rep has hung up meanwhile
        over, line.over = line.over, None
        return write_result(line, over)
    return [out.Place(line.call, attempt.e164, attempt.caller_id)]


def _without(tally: Tally, taken_back: Disposition) -> Tally:
    return replace(tally, contacts=tally.contacts - taken_back.contact, won=tally.won - taken_back.won)


def on_undone(desk: DeskState, given: told.Undone) -> list[out.Effect]:
    """The call before is back, for another key."""
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, "undo of the call before"))
    if desk.undoing and desk.state is ShiftState.NOT_READY:  # paused while it was on its way
        desk.pause_wanted = desk.reason
    desk.undoing = False
    if desk.last_disposition is not None:
        desk.tally = _without(desk.tally, desk.last_disposition)
        desk.last_disposition = None
    back = Aside(_line_of(given), _call_of(given, desk.clock.monotonic()), given.claim, given.card)
    if desk.state in IN_CALL:  # help is called meanwhile
        desk.aside = back
        return effects
    desk.line, desk.call = back.line, back.call
    desk.show(given.claim, given.card)
    desk.say(f"{given.claim.lead.name}: {given.why}")
    return [*effects, *desk.enter(ShiftState.WRAP_UP)]


def _call_of(given: told.Undone, now: int) -> CallView:
    attempt = given.attempt
    answered = attempt.answered_at is not None
    talked_since = now - attempt.talk_ms
    rang_since = talked_since - attempt.ring_ms
    return CallView(
        attempt.e164, attempt.caller_id, dialed_mono=rang_since,
        ringing_mono=rang_since if attempt.ringing_at is not None else None,
        answered_mono=talked_since if answered else None, ended_mono=now,
        result=attempt.result or "", result_text=given.why[:1].upper() + given.why[1:],
        inbound=attempt.direction == "in", recording=given.recording,
    )  # fmt: skip


def _line_of(given: told.Undone) -> Line:
    return Line(
        given.claim, call="", attempt_id=given.attempt.id, invited=True, ended=True, stored=True,
        answered=given.attempt.answered_at is not None, objected=given.recording == "objected",
    )  # fmt: skip


def on_note_kept(desk: DeskState, given: told.NoteKept) -> list[out.Effect]:
    """A note is on disk: the card shows it."""
    card = desk.card
    if card is not None and card.lead.id == given.lead_id:
        desk.card = replace(card, lead=replace(card.lead, notes=given.text))
    return desk.say("Note kept.")


def on_told(desk: DeskState, given: told.Told) -> list[out.Effect]:
    """News for the message row."""
    return desk.say(given.text, alarm=given.alarm)


def on_store_state(desk: DeskState, given: told.StoreState) -> list[out.Effect]:
    """The store takes nothing, or takes it again."""
    before, desk.store_away = desk.store_away, given.away
    if given.away:
        return desk.say(desk.why_unwritten, alarm=True)
    return desk.say("The store is back: what was to be written goes on disk now.") if before else []


def on_refused(desk: DeskState, given: told.Refused) -> list[out.Effect]:
    """A write did not happen: nothing is lost, the rep hears why and may press the key again."""
    typed = isinstance(given.effect, out.BeginByHand | out.BeginBeside | out.AskTransfer)
    desk.say(given.why, alarm=given.fault or not (given.over or typed))
    match given.effect:
        case out.ClaimNext():
            desk.claiming = False
            desk.reason = given.why
            return []
        case out.BeginByHand():
            return desk.ask_for_lead()
        case out.BeginBeside():
            return second.on_refused(desk)
        case out.AskTransfer(call):
            return second.on_transfer_refused(desk, call)
        case out.BeginInbound() if given.over:
            return incoming.on_unkept(desk)
        case out.Finish(attempt_id) if given.over:
            return on_unwritten(desk, attempt_id)
        case out.Begin():
            desk.line = desk.call = None
            if given.over:
                return desk.ask_for_lead()
            return desk.enter(ShiftState.PREVIEW)
        case out.Dispose():
            return _on_unrecorded(desk, over=given.over)
        case out.Undo(attempt_id):
            desk.undoing = False
            desk.last_attempt = None if given.over else attempt_id
            return desk.ask_for_lead() if desk.state in RINGS_IN else []  # its lead went back for this one
        case out.Skip():
            return desk.ask_for_lead() if desk.state is ShiftState.READY else []
        case _:
            return []


def _on_unrecorded(desk: DeskState, *, over: bool) -> list[out.Effect]:
    """The disposition is not on disk: another key may record the call, unless nothing more can."""
    if over:
        return desk.ask_for_lead()
    if desk.line is not None:
        desk.line.disposing, desk.line.chosen = False, None
    return []
