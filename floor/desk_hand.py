"""Dialing a number that the rep typed: the same line, the same gate, with or without a lead behind it."""

from __future__ import annotations

from cadence.model import ShiftState
from config.errors import UsageError
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.actions import BY_NAME
from floor.desk_news import placed
from floor.desk_state import DeskState, Line
from floor.view import CallView, Refusal
from store.by_hand import number_typed


def on_number_typed(desk: DeskState, given: told.NumberTyped) -> list[out.Effect]:
    """Give back the lead in preview, and have the gate asked; a paused rep is paused again after the call."""
    refusal = BY_NAME["number"].why_not_now(desk)
    if refusal or desk.undoing:
        return desk.say(refusal or "The call before is coming back: one moment.")
    typed = given.typed.strip()
    try:
        number_typed(typed, desk.region)
    except UsageError as no_number:  # before the lead on the card is given back for it
        return desk.say(str(no_number))
    if not desk.phone_ok:
        return desk.cannot_dial()
    effects: list[out.Effect] = []
    if desk.claim is not None:
        effects.append(out.Release(desk.claim, "another number is dialed"))
    if desk.state is ShiftState.NOT_READY:
        desk.pause_wanted = desk.reason
    desk.claim = desk.card = desk.refusal = desk.last_attempt = None
    desk.line = Line(None, call=desk.new_call())
    desk.call = CallView(typed, desk.shown_to(typed), dialed_mono=desk.clock.monotonic())
    desk.say("")
    return [*effects, *desk.enter(ShiftState.DIALING), out.BeginByHand(typed, desk.call.caller_id)]


def on_begun_by_hand(desk: DeskState, given: told.BegunByHand) -> list[out.Effect]:
    """The attempt is on disk: dial, or show check by check why not."""
    attempt, line = given.attempt, desk.line
    if line is None:
        return []
    desk.last_number = attempt.e164
    if not attempt.decision.allowed:
        desk.refusal = Refusal(attempt.e164, attempt.decision.checks)
        desk.say(f"{attempt.e164} may not be called now: {attempt.decision.why}")
        return desk.ask_for_lead()
    line.claim = given.claim
    if given.claim is not None and given.card is not None:
        desk.show(given.claim, given.card)
    return placed(desk, line, attempt)
