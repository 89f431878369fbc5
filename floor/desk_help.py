"""A call for help: it goes out before anything is written, and what it interrupts waits.

Nothing holds an emergency number back but a call that is up: not the line, not
the store, no key. A call that is over and still waits, for its key or for the
store, is put aside; what the store says of it meanwhile is taken here, and it
comes back after the call for help.
"""

from __future__ import annotations

from dataclasses import replace

from cadence.model import ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.desk_ending import count, may_be_undone, record, write_result
from floor.desk_state import Aside, DeskState, Line
from floor.view import CallView
from store.by_hand import number_typed


def dial(desk: DeskState, typed: str) -> list[out.Effect]:
    """Place the call; the lead in preview goes back, a call that waits is put aside."""
    if desk.state is ShiftState.WRAP_UP and desk.line is not None:
        desk.aside = Aside(desk.line, desk.call, desk.claim, desk.card)
        desk.claim = None  # it is not given back: its call waits
    cleared = desk.clear()
    told_of = begin(desk, typed)
    desk.line = Line(None, call=told_of.call, help=told_of)
    desk.call = CallView(told_of.number, told_of.caller_id, dialed_mono=desk.clock.monotonic())
    desk.say("")
    if not desk.phone_ok:
        words = f"{typed} is tried all the same; have your own phone at hand. The line: {desk.phone_line}."
        desk.say(words, alarm=True)
    place = out.Place(told_of.call, told_of.number, told_of.caller_id)
    return [place, told_of, *cleared, *desk.enter(ShiftState.DIALING)]


def begin(desk: DeskState, typed: str) -> out.KeepHelp:
    """A call to the emergency number `typed`, as far as it is known before the phone says anything."""
    number = number_typed(typed, desk.region)
    desk.tally = replace(desk.tally, attempts=desk.tally.attempts + 1)
    desk.last_number = number
    return out.KeepHelp(desk.new_call(), number, desk.shown_to(number), desk.clock.now())


def on_kept(desk: DeskState, given: told.HelpKept) -> list[out.Effect]:
    """It is on disk: from now on the call may be given away, or talked about on a second line."""
    for line in (desk.line, desk.second_line):
        if line is not None and line.call == given.call:
            line.attempt_id = given.attempt_id
    return []


# ------------------------------------------------- the call put aside


def on_news_of_aside(desk: DeskState, given: told.Input) -> list[out.Effect] | None:
    """What the store says of the call put aside; None where it is of another."""
    aside = desk.aside
    if aside is None:
        return None
    match given:
        case told.Begun() | told.BegunByHand() | told.BegunInbound() if aside.line.attempt_id is None:
            return _begun(desk, aside, given)
        case told.Finished() if given.attempt_id == aside.line.attempt_id:
            return _finished(desk, aside.line, given)
        case told.Recorded() if given.attempt_id == aside.line.attempt_id:
            count(desk, given.disposition)
            may_be_undone(desk, given.attempt_id, given.disposition, given.plan)
            desk.aside = None
            return []
        case told.Refused() if _is_of(aside.line, given.effect):
            return _refused(desk, aside.line, given)
    return None


def _begun(
    desk: DeskState, aside: Aside, given: told.Begun | told.BegunByHand | told.BegunInbound
) -> list[out.Effect]:
    line, attempt = aside.line, given.attempt
    if line.inbound is None:
        desk.tally = replace(desk.tally, attempts=desk.tally.attempts + 1)
    if not attempt.decision.allowed:
        desk.aside = None
        return []
    line.attempt_id = attempt.id
    if not isinstance(given, told.Begun):
        line.claim = given.claim
        desk.aside = replace(aside, claim=given.claim, card=given.card)
    over, line.over = line.over, None
    return write_result(line, over) if over is not None else []


def _finished(desk: DeskState, line: Line, given: told.Finished) -> list[out.Effect]:
    if given.settled:
        desk.aside = None
        return []
    line.stored = True
    return record(line, line.chosen) if line.chosen is not None else []


def _is_of(line: Line, effect: out.StoreEffect) -> bool:
    match effect:
        case out.Begin() | out.BeginByHand() | out.BeginInbound():
            return line.attempt_id is None
        case out.Finish(attempt_id) | out.Dispose(attempt_id):
            return attempt_id == line.attempt_id
    return False


def _refused(desk: DeskState, line: Line, given: told.Refused) -> list[out.Effect]:
    """For good, or a key's or a dial's: those are not tried again by themselves."""
    desk.say(given.why, alarm=not given.over)
    match given.effect:
        case out.Dispose() if not given.over:
            line.disposing, line.chosen = False, None
            return []
        case out.Begin(claim) if not given.over:
            desk.aside = None
            return [out.Release(claim, "help was called")]
    desk.aside = None
    return []
