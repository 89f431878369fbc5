"""How a call ends on a desk: its result is written, it waits for its key, the lead moves along."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import msgspec

from cadence.dispositions import Disposition
from cadence.model import Plan, Result, ShiftState
from floor import desk_effects as out
from floor import desk_inputs as told
from floor import desk_recording as recording
from floor.desk_state import DeskState, Line
from floor.what_next import what_next
from telephony import protocol as phone


def hang_up(desk: DeskState, line: Line) -> list[out.Effect]:
    """End the call on `line`; one that is not placed yet never will be, whenever the store answers."""
    if line.placed:
        return [out.HangUp(line.call)]
    if line is desk.line:
        return on_ended(desk, line, never_placed(desk, line))
    line.hang_up = True
    return []


def hang_up_all(desk: DeskState) -> list[out.Effect]:
    """End what is up on either line."""
    lines = [line for line in (desk.second_line, desk.line) if line is not None and not line.ended]
    return [effect for line in lines for effect in hang_up(desk, line)]


def on_ended(desk: DeskState, line: Line, event: phone.Ended) -> list[out.Effect]:
    """The first line's call is over: write the result; wrap-up comes when the second line has ended too."""
    line.ended = True
    if desk.call is not None:
        words = f"Given to {line.given_to}." if line.given_to else told_to_rep(event.reason)
        desk.call = replace(
            desk.call, ended_mono=event.mono, result=event.result, result_text=words, passing_to=""
        )
    recording.call_over(desk, line)
    if line.help is not None:
        _help_over(desk, line.help.number, event.reason, reached=line.answered)
    desk.tally = replace(desk.tally, talk_ms=desk.tally.talk_ms + event.talk_ms)
    if line.unkept:
        return desk.ask_for_lead()
    written = write_result(line, event)
    return written if desk.second_line is not None else [*written, *wrap_up(desk, line)]


def _help_over(desk: DeskState, number: str, reason: str, *, reached: bool) -> None:
    words = told_to_rep(reason)
    desk.say(f"{number}: {words}".rstrip(": "))
    if not reached:
        desk.own_phone(number, words)


def told_to_rep(reason: str) -> str:
    """The phone's sentence on an end, as it is said to the rep; the store keeps it as it is."""
    return reason.replace("The rep hung up", "You hung up")


def never_placed(desk: DeskState, line: Line) -> phone.Ended:
    """The end of a call that the rep hung up before it could be placed."""
    return phone.Ended(
        at=desk.clock.now(), mono=desk.clock.monotonic(), call=line.call, result=Result.FAILED,
        reason="Hung up before the dial.", ended_by="rep",
    )  # fmt: skip


def instant(
    line: Line, name: Literal["invited", "ringing", "answered"], at: int, sip_call_id: str = "", **more: bool
) -> list[out.Effect]:
    """Have one of the call's instants written; `more`: secure, of an answer."""
    if line.help is None:
        return [out.Instant(line.attempt, name, at, sip_call_id, **more)]
    line.help = line.help.having(name, at, sip_call_id, **more)
    return [line.help]


def write_result(line: Line, event: phone.Ended) -> list[out.Effect]:
    """Have the result written, as soon as there is an attempt to write it to."""
    if line.help is not None:
        line.help = msgspec.structs.replace(line.help, ended=event)
        return [line.help, *recording.over(line)]
    if line.attempt_id is None:
        line.over = event
        return []
    return [
        out.Finish(line.attempt_id, event, automatic=line.chosen is None),
        *recording.over(line),
    ]


def wrap_up(desk: DeskState, line: Line) -> list[out.Effect]:
    """Nobody is on either line any more; what the store has said meanwhile counts now."""
    if line.unkept or line.help is not None:  # neither waits for a key
        return desk.ask_for_lead()
    effects = desk.enter(ShiftState.WRAP_UP)
    waiting, line.finished = line.finished, None
    return [*effects, *on_finished(desk, waiting)] if waiting is not None else effects


def on_finished(desk: DeskState, given: told.Finished) -> list[out.Effect]:
    """The result is on disk."""
    line = desk.line
    if line is None or line.attempt_id != given.attempt_id:
        return []
    if desk.second_line is not None:
        line.finished = given
        return []
    if given.settled:
        return _move_on(desk, given.attempt_id, given.disposition, given.plan)
    line.stored = True
    return record(line, line.chosen) if line.chosen is not None else []


def on_unwritten(desk: DeskState, attempt_id: int) -> list[out.Effect]:
    """The result will never be on disk: no key can record the call, so none is waited for."""
    line = desk.line
    if line is None or line.attempt_id != attempt_id:
        return []
    line.unkept = True
    return desk.ask_for_lead() if desk.state is ShiftState.WRAP_UP else []


def record(line: Line, choice: out.Choice) -> list[out.Effect]:
    """Have the choice written; until the answer comes no other is taken."""
    line.disposing = True
    return [out.Dispose(line.attempt, choice)]


def on_recorded(desk: DeskState, given: told.Recorded) -> list[out.Effect]:
    """The disposition is on disk."""
    count(desk, given.disposition)
    return _move_on(desk, given.attempt_id, given.disposition, given.plan)


def count(desk: DeskState, said: Disposition) -> None:
    """Into the shift's numbers."""
    tally = desk.tally
    desk.tally = replace(tally, contacts=tally.contacts + said.contact, won=tally.won + said.won)


def may_be_undone(desk: DeskState, attempt_id: int, said: Disposition | None, plan: Plan | None) -> None:
    """From now on. A call of no lead moved no plan, so there is nothing to take back."""
    desk.last_attempt = attempt_id if said is not None and plan is not None else None
    desk.last_disposition = said


def _move_on(
    desk: DeskState, attempt_id: int, disposition: Disposition | None, plan: Plan | None
) -> list[out.Effect]:
    """On to the next lead."""
    lead = desk.claim.lead if desk.claim is not None else None
    may_be_undone(desk, attempt_id, disposition, plan)
    words = disposition.label if disposition else (desk.call.result_text if desk.call else "")
    number = desk.call.number if desk.call is not None else ""
    name = lead.name if lead is not None else number or "The caller"
    claim = desk.claim
    following = what_next(plan, claim.lead, claim.phone, desk.clock.now()) if plan and claim else ""
    desk.say(f"{name}: {words.removesuffix('.')}. {following}".rstrip())
    return desk.ask_for_lead()
