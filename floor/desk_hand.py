"""Dialing a number that the rep typed: the same line, the same gate, with or without a lead behind it.

An emergency number goes out from every desk that has no call up.
"""

from __future__ import annotations

from cadence.model import ShiftState
from cadence.numbers import is_emergency
from config.errors import UsageError
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.actions import BY_NAME, IN_CALL, RECORD_FIRST, SOMEBODY_RINGS
from floor.desk_news import placed
from floor.desk_state import Aside, DeskState, Line
from floor.view import CallView, Refusal
from store.by_hand import number_typed


def on_number_typed(desk: DeskState, given: told.NumberTyped) -> list[out.Effect]:
    """Give back the lead in preview, and have the gate asked; a paused rep is paused again after the call."""
    refusal = BY_NAME["number"].why_not_now(desk)
    if refusal:
        return desk.say(refusal)
    typed = given.typed.strip()
    if is_emergency(typed, desk.region):
        return _call_help(desk, typed)
    if refusal := _why_not(desk):
        return desk.say(refusal)
    try:
        number_typed(typed, desk.region)
    except UsageError as no_number:  # before the lead on the card is given back for it
        return desk.say(str(no_number))
    if not desk.phone_ok:
        return desk.cannot_dial()
    return _dial(desk, typed)


def _why_not(desk: DeskState) -> str:
    """What an emergency number does not wait for."""
    if desk.state is ShiftState.WRAP_UP:
        return RECORD_FIRST
    if desk.incoming is not None:
        return SOMEBODY_RINGS
    return "The call before is coming back: one moment." if desk.undoing else ""


def _dial(desk: DeskState, typed: str) -> list[out.Effect]:
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


def _call_help(desk: DeskState, typed: str) -> list[out.Effect]:
    """Nothing holds an emergency number back but a call that is up: not the line, not a call to record."""
    if _being_written(desk):
        desk.urgent = typed
        return desk.say(f"{typed} goes out once the call before is written; or use your own phone.")
    if desk.state is ShiftState.WRAP_UP and desk.line is not None:
        desk.aside = desk.aside or Aside(desk.line, desk.call, desk.claim, desk.card)
        desk.claim = None  # it is not given back: its call waits for a key
    effects = _dial(desk, typed)
    if not desk.phone_ok:
        words = f"{typed} is tried all the same; have your own phone at hand. The line: {desk.phone_line}."
        desk.say(words, alarm=True)
    return effects


def _being_written(desk: DeskState) -> bool:
    """The store is at the call before, and its answer is for a desk that still has it."""
    line = desk.line
    wrapping = desk.state is ShiftState.WRAP_UP and line is not None and (not line.stored or line.disposing)
    return wrapping or desk.undoing


def help_wanted(desk: DeskState) -> list[out.Effect]:
    """Dial the emergency number that had to wait for the store, as soon as it need not."""
    if not desk.urgent or desk.state in IN_CALL or _being_written(desk):
        return []
    typed, desk.urgent = desk.urgent, ""
    return _call_help(desk, typed)


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
