"""Hours that add up."""

from __future__ import annotations

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.factories import NOON, called, new_lead, number

from cadence.model import Result, ShiftState
from config.clock import HOUR, MINUTE, SECOND, HandClock, from_iso
from store.exports import payroll
from store.exports.payroll import Day, days
from store.exports.period import Period, midnight
from store.records import CallEnd
from store.store import Store

NEW_YORK = ZoneInfo("America/New_York")
ALWAYS = Period(0, NOON + 10_000 * HOUR, NEW_YORK)
STATES = tuple(ShiftState)


def shift(store: Store, clock: HandClock, rep: str, steps: list[tuple[ShiftState, int, str]]) -> None:
    """One shift of `rep`: each state for so many ms."""
    found = store.shifts.clock_in(rep, rep.title(), "desk", 1, alive=lambda _: False)
    for state, ms, reason in steps:
        store.shifts.state(found.id, state, reason)
        clock.advance(ms)
    store.shifts.clock_out(found.id)


def adds_up(day: Day) -> bool:
    return sum(day.states.values()) == day.clock and sum(day.reasons.values()) == day.states.get(
        "not_ready", 0
    )


def test_a_day_is_told_in_seconds_that_add_up_to_the_clock(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    shift(
        store,
        clock,
        "ana",
        [
            (ShiftState.READY, HOUR + 1, ""),
            (ShiftState.NOT_READY, 90_123, "=lunch"),
            (ShiftState.TALKING, 61_007, ""),
        ],
    )
    payroll.export(store.core, tmp_path / "pay.csv", ALWAYS, "csv")
    with (tmp_path / "pay.csv").open(newline="") as file:
        [row] = list(csv.DictReader(file))
    assert (row["rep"], row["rep_name"], row["date"], row["zone"]) == (
        "ana",
        "Ana",
        "2026-11-17",
        "America/New_York",
    )
    assert (row["clock_seconds"], row["ready_seconds"], row["not_ready_seconds"], row["talking_seconds"]) == (
        "3751.131", "3600.001", "90.123", "61.007",
    )  # fmt: skip
    assert row["not_ready_reasons"] == "'=lunch=90.123"
    assert row["clock_hours"] == "1.042"
    assert (row["open"], row["died"], row["shifts"]) == ("no", "no", "1")


def test_a_shift_across_midnight_is_two_days_and_loses_no_millisecond(store: Store, clock: HandClock) -> None:
    clock.step(from_iso("2026-11-18T04:00:00Z") - clock.now())  # 23:00 in New York
    shift(store, clock, "ana", [(ShiftState.TALKING, 2 * HOUR + 7, ""), (ShiftState.READY, HOUR, "")])
    first, second = days(store.core, ALWAYS)
    assert (first.date, first.clock) == ("2026-11-17", HOUR)
    assert (second.date, second.clock, second.states["talking"]) == ("2026-11-18", 2 * HOUR + 7, HOUR + 7)
    assert first.clock_out == second.clock_in == midnight(ALWAYS.day_of(second.clock_in or 0), NEW_YORK)
    assert adds_up(first)
    assert adds_up(second)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)])
def test_a_day_of_a_clock_change_has_the_hours_it_has(
    store: Store, clock: HandClock, day: str, hours: int
) -> None:
    start = midnight(ALWAYS.day_of(from_iso(day + "T12:00:00Z")), NEW_YORK)
    clock.step(start - HOUR - clock.now())
    shift(store, clock, "ana", [(ShiftState.READY, 30 * HOUR, "")])
    [found] = [one for one in days(store.core, ALWAYS) if one.date == day]
    assert found.clock == hours * HOUR


def test_the_period_cuts_shifts_at_its_ends(store: Store, clock: HandClock) -> None:
    start = clock.now()
    shift(store, clock, "ana", [(ShiftState.READY, 3 * HOUR, "")])
    [day] = days(store.core, Period(start + HOUR, start + 2 * HOUR, NEW_YORK))
    assert (day.clock, day.clock_in, day.clock_out) == (HOUR, start + HOUR, start + 2 * HOUR)
    assert days(store.core, Period(start + 4 * HOUR, start + 5 * HOUR, NEW_YORK)) == []


def test_a_shift_that_goes_on_counts_to_its_last_sign_of_life(store: Store, clock: HandClock) -> None:
    found = store.shifts.clock_in("ana", "Ana", "desk", 1)
    clock.advance(10 * MINUTE)
    store.shifts.beat(found.id)
    clock.advance(HOUR)
    [day] = days(store.core, ALWAYS)
    assert (day.clock, day.open, day.died) == (10 * MINUTE, True, False)
    assert adds_up(day)


def test_a_session_that_died_is_marked(store: Store, clock: HandClock) -> None:
    found = store.shifts.clock_in("ana", "Ana", "desk", 1)
    clock.advance(MINUTE)
    store.shifts.beat(found.id)
    clock.advance(HOUR)
    store.shifts.close_dead(alive=lambda _: False)
    [day] = days(store.core, ALWAYS)
    assert (day.clock, day.open, day.died) == (MINUTE, False, True)


def test_attempts_and_talk_stand_beside_the_clock_also_without_one(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(1, arrived_at=clock.now()))
    called(store, clock, Result.ANSWERED, "bob", talk_ms=42_500)
    [day] = days(store.core, ALWAYS)
    assert (day.rep, day.clock, day.attempts, day.answered, day.talk) == ("bob", 0, 1, 1, 42_500)
    assert days(store.core, ALWAYS, "ana") == []


def test_an_empty_store_pays_nobody(store: Store) -> None:
    assert days(store.core, ALWAYS) == []


steps = st.lists(
    st.tuples(st.sampled_from(STATES), st.integers(0, 20 * HOUR), st.sampled_from(["", "lunch"])), max_size=5
)


@settings(max_examples=25)
@given(
    shifts=st.lists(steps, min_size=1, max_size=3),
    zone=st.sampled_from(
        ["America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe"]
    ),
    pause=st.integers(0, 30 * HOUR),
)
def test_whatever_a_rep_does_the_states_add_up_to_the_clock(
    store: Store, clock: HandClock, shifts: list[list[tuple[ShiftState, int, str]]], zone: str, pause: int
) -> None:
    clock.advance(SECOND)
    start = clock.now()
    worked = 0
    for one in shifts:
        before = clock.now()
        shift(store, clock, "ana", one)
        worked += clock.now() - before
        clock.advance(pause)
    found = days(store.core, Period(start, clock.now() + 1, ZoneInfo(zone)))
    assert all(adds_up(day) for day in found)
    assert sum(day.clock for day in found) == worked


def test_calls_of_theirs_are_talk_and_no_dials_and_a_second_line_is_counted_once(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    dialed = called(store, clock, Result.ANSWERED, rep="ana", talk_ms=30_000)
    store.attempts.dispose(dialed.id, "interested", "ana")
    came_in, _ = store.inbound.answer(number(0), "", "sip", "ana", None, clock.now())
    beside = store.attempts.begin_beside("203", "ana", None, "", came_in.id)
    clock.advance(MINUTE)
    for attempt, talk in ((beside, 40_000), (came_in, MINUTE)):
        store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, talk), "ana")
    store.attempts.transferred(came_in.id, "203", done=True, attended=True, at=clock.now())
    (day,) = days(store.core, ALWAYS)
    assert (day.attempts, day.answered, day.inbound, day.transferred) == (1, 1, 1, 1)
    assert day.talk == 90_000
