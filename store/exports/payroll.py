"""Hours and work of every rep on every local day; states add up to the clock, to the millisecond.

A shift that crosses midnight of the firm's zone is split there, and a day of a
clock change has the 23 or 25 hours it has. An attempt counts on the day it was
opened, with all its talk; the state `talking` is split with the clock. What it
came to is what stands of it now: a correction counts in place of the rep's
word, `corrected` says of how many, and `export calls` shows both. A shift
that is still open counts to the last sign of life of its workstation.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cadence.model import ShiftState
from config.clock import HOUR, iso
from store.core import Core
from store.corrections import NEWEST, STANDING
from store.exports.calls import anchor_of
from store.exports.period import Period
from store.exports.writer import Cell, Written, write
from store.yardsticks import codes

_STATES = tuple(state.value for state in ShiftState)

COLUMNS = (
    "rep",
    "rep_name",
    "date",
    "zone",
    "clock_in",
    "clock_out",
    "shifts",
    "open",
    "died",
    "clock_seconds",
    "clock_hours",
    *(f"{state}_seconds" for state in _STATES),
    "not_ready_reasons",
    "attempts",
    "blocked",
    "answered",
    "ring_seconds",
    "talk_seconds",
    "inbound",
    "transferred",
    "contacts",
    "won",
    "corrected",
)

_SHIFTS = """select id, rep, in_at, out_at, beat_at, closed from shift
    where in_at < :end and (out_at is null or out_at >= :start)"""
_OF_REP = " and rep = :rep"
_IN_ORDER = " order by rep, in_at, id"
_STATES_OF_SHIFT = "select at, state, reason from shift_state where shift_id = :shift order by n"
# The second line lies inside the call that is talked about: its time is in that call's talk already.
_WORK = f"""select rep, count(*) filter (where direction = 'out') as attempts,
    count(*) filter (where allowed = 0) as blocked,
    count(*) filter (where result = 'answered' and direction = 'out') as answered,
    count(*) filter (where {STANDING} in ({{contact}})) as contacts,
    count(*) filter (where {STANDING} in ({{won}})) as won, count(c.id) as corrected,
    count(*) filter (where direction = 'in') as inbound,
    count(*) filter (where transferred_to <> '') as transferred,
    coalesce(sum(ring_ms), 0) as ring_ms, coalesce(sum(talk_ms), 0) as talk_ms
    from attempt a {NEWEST}
    where opened_at >= :start and opened_at < :end and call_kind <> 'consult' group by rep"""  # noqa: S608


@dataclass(slots=True)
class Day:
    """One rep on one local day; times ms."""

    rep: str
    date: str
    clock_in: int | None = None
    clock_out: int | None = None
    shifts: int = 0
    open: bool = False  # one of its shifts goes on
    died: bool = False  # a session broke off: that shift ends at its last sign of life
    states: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)  # of not-ready
    clock: int = 0
    attempts: int = 0
    blocked: int = 0
    answered: int = 0
    ring: int = 0
    talk: int = 0
    inbound: int = 0
    transferred: int = 0
    contacts: int = 0  # as it stands, like `won`
    won: int = 0
    corrected: int = 0  # attempts of which a supervisor said something else than the rep


def export(core: Core, out: str | Path, period: Period, format_: str, rep: str = "") -> Written:
    """Write a row for every rep and local day of `period` with a shift or an attempt, to a file.

    Raises:
        ExportError: the file cannot be written.
        StoreError: the database failed.
    """
    anchor = anchor_of(core, "payroll", period, rep)
    names = {row["login"]: row["name"] for row in core.engine.rows("select login, name from rep")}
    cells = (_cells(day, names.get(day.rep, ""), period) for day in days(core, period, rep))
    return write(out, COLUMNS, cells, format_, anchor)


def days(core: Core, period: Period, rep: str = "") -> list[Day]:
    """The days of `period`, by rep and date."""
    whole = _worked(core, period)
    if whole is None:
        return []
    locals_ = whole.days()
    found: dict[tuple[str, str], Day] = {}
    for shift in _shifts(core, whole, rep):
        _split(shift, locals_, found)
    for local in locals_:
        _count_work(core, local, rep, found)
    return [found[key] for key in sorted(found)]


@dataclass(frozen=True, slots=True)
class _Shift:
    rep: str
    start: int
    end: int
    open: bool
    died: bool
    spans: tuple[tuple[int, int, str, str], ...]  # from, to, state, reason: without a gap


def _worked(core: Core, period: Period) -> Period | None:
    """The part of `period` in which there is anything at all."""
    row = core.engine.rows(
        """select (select min(in_at) from shift) as shift_at,
            (select min(opened_at) from attempt) as attempt_at"""
    )[0]
    firsts = [at for at in (row["shift_at"], row["attempt_at"]) if at is not None]
    start = max(period.start, min(firsts, default=period.end))
    return Period(start, period.end, period.zone) if start < period.end else None


def _shifts(core: Core, period: Period, rep: str) -> Iterator[_Shift]:
    """The shifts that touch `period`, with their spans."""
    found = (
        core.engine.rows(_SHIFTS + _OF_REP + _IN_ORDER, start=period.start, end=period.end, rep=rep)
        if rep
        else core.engine.rows(_SHIFTS + _IN_ORDER, start=period.start, end=period.end)
    )
    for row in found:
        states = core.engine.rows(_STATES_OF_SHIFT, shift=row["id"])
        end = row["out_at"]
        if end is None:
            end = max(row["beat_at"], states[-1]["at"] if states else row["in_at"])
        ends = [*(state["at"] for state in states[1:]), end]
        spans = tuple(
            (state["at"], until, state["state"], state["reason"])
            for state, until in zip(states, ends, strict=True)
        )
        yield _Shift(row["rep"], row["in_at"], end, row["out_at"] is None, row["closed"] == "died", spans)


def _split(shift: _Shift, locals_: list[Period], found: dict[tuple[str, str], Day]) -> None:
    """Put each piece of the shift on its day."""
    for local, start, end in _pieces(shift.start, shift.end, locals_):
        day = _day(found, shift.rep, local)
        day.shifts += 1
        day.clock += end - start
        day.clock_in = start if day.clock_in is None else min(day.clock_in, start)
        day.clock_out = end if day.clock_out is None else max(day.clock_out, end)
        day.open |= shift.open and end == shift.end
        day.died |= shift.died and end == shift.end
    for since, until, state, reason in shift.spans:
        for local, start, end in _pieces(since, until, locals_):
            day = _day(found, shift.rep, local)
            day.states[state] = day.states.get(state, 0) + end - start
            if state == ShiftState.NOT_READY.value:
                day.reasons[reason] = day.reasons.get(reason, 0) + end - start


def _pieces(start: int, end: int, locals_: list[Period]) -> Iterator[tuple[Period, int, int]]:
    """`start` to `end`, cut at the local midnights and at the ends of the period."""
    starts = [local.start for local in locals_]
    for local in locals_[max(0, bisect_right(starts, start) - 1) :]:
        if local.start >= end:
            return
        since, until = max(start, local.start), min(end, local.end)
        if since < until or (since == until == start):
            yield local, since, until


def _count_work(core: Core, local: Period, rep: str, found: dict[tuple[str, str], Day]) -> None:
    for row in core.engine.rows(_WORK.format(**codes(core)), start=local.start, end=local.end):
        if rep and row["rep"] != rep:
            continue
        day = _day(found, row["rep"], local)
        day.attempts, day.blocked, day.answered = row["attempts"], row["blocked"], row["answered"]
        day.ring, day.talk = int(row["ring_ms"]), int(row["talk_ms"])
        day.inbound, day.transferred = row["inbound"], row["transferred"]
        day.contacts, day.won, day.corrected = row["contacts"], row["won"], row["corrected"]


def _day(found: dict[tuple[str, str], Day], rep: str, local: Period) -> Day:
    date = local.date()
    return found.setdefault((rep, date), Day(rep, date))


def _cells(day: Day, name: str, period: Period) -> list[Cell]:
    return [
        day.rep,
        name,
        day.date,
        period.zone.key,
        None if day.clock_in is None else iso(day.clock_in),
        None if day.clock_out is None else iso(day.clock_out),
        day.shifts,
        day.open,
        day.died,
        day.clock / 1000,
        round(day.clock / HOUR, 3),
        *(day.states.get(state, 0) / 1000 for state in _STATES),
        {reason or "no reason": ms / 1000 for reason, ms in sorted(day.reasons.items())},
        day.attempts,
        day.blocked,
        day.answered,
        day.ring / 1000,
        day.talk / 1000,
        day.inbound,
        day.transferred,
        day.contacts,
        day.won,
        day.corrected,
    ]
