"""Dialing a number that the rep typed: the same line, the same gate, with or without a lead behind it."""

from __future__ import annotations

from cadence.model import ShiftState
from cadence.numbers import is_emergency
from config.errors import UsageError
from floor import desk_effects as out
from floor import desk_help as help_
from floor import desk_inputs as told
from floor.actions import BY_NAME, RECORD_FIRST, SOMEBODY_RINGS
from floor.desk_news import placed
from floor.desk_state import DeskState, Line
from floor.view import CallView, Refusal
from store.by_hand import number_typed


def on_number_typed(desk: DeskState, given: told.NumberTyped) -> list[out.Effect]:
    """Give back the lead in preview, and have the gate asked; a paused rep is paused again after the call."""
    refusal = BY_NAME["number"].why_not_now(desk)
    if refusal:
        return desk.say(refusal)
    typed = given.typed.strip()
    if is_emergency(typed, desk.region):
        return help_.dial(desk, typed)
    if refusal := _why_not(desk):
        return desk.say(refusal)
    try:
        number_typed(typed, desk.region)
    except UsageError as no_number:  # before the lead on the card is given back for it
        return desk.say(str(no_number))
    if not desk.may_dial:
        return desk.cannot_dial()
    cleared = desk.clear()
    desk.line = Line(None, call=desk.new_call())
    desk.call = CallView(typed, desk.shown_to(typed), dialed_mono=desk.clock.monotonic())
    desk.say("")
    return [*cleared, *desk.enter(ShiftState.DIALING), out.BeginByHand(typed, desk.call.caller_id)]


def _why_not(desk: DeskState) -> str:
    """What an emergency number does not wait for."""
    if desk.state is ShiftState.WRAP_UP:
        return RECORD_FIRST
    if desk.incoming is not None:
        return SOMEBODY_RINGS
    return "The call before is coming back: one moment." if desk.undoing else ""


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
