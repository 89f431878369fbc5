from __future__ import annotations

import os
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadence.model import ShiftState
from config.clock import HOUR, MINUTE, HandClock
from store.errors import NotFound, Refused, RepBusy
from store.shifts import SILENT_MS
from store.store import Store


def test_a_shift_begins_not_ready_and_its_rep_is_known(store: Store, clock: HandClock) -> None:
    shift = store.shifts.clock_in("ana", "Ana Moreno", "desk-1", 42)
    (span,) = store.shifts.spans(shift.id)
    assert (span.state, span.reason, span.from_at, span.to_at) == (
        ShiftState.NOT_READY,
        "clocked in",
        clock.now(),
        None,
    )
    assert store.core.engine.rows("select name from rep") == [{"name": "Ana Moreno"}]
    assert [one.rep for one in store.shifts.live()] == ["ana"]


def test_a_rep_is_at_one_desk_at_a_time(store: Store) -> None:
    store.shifts.clock_in("ana", "", socket.gethostname(), os.getpid())
    with pytest.raises(RepBusy, match="the rep ana is at work already"):
        store.shifts.clock_in("ana", "", "desk-2", 1)
    store.shifts.clock_in("bo", "", "desk-2", 1)


def test_the_database_itself_refuses_a_second_live_shift(store: Store) -> None:
    store.shifts.clock_in("ana", "", "desk-1", 1)
    with pytest.raises(Refused):
        store.core.engine.run(
            "insert into shift(rep, host, pid, in_at, beat_at) values ('ana', 'x', 1, 1, 1)"
        )


def test_a_silent_session_is_closed_at_its_last_beat(store: Store, clock: HandClock) -> None:
    first = store.shifts.clock_in("ana", "", "desk-1", 1)
    clock.advance(HOUR)
    store.shifts.beat(first.id)
    beat = clock.now()
    clock.advance(SILENT_MS + 1)
    second = store.shifts.clock_in("ana", "", "desk-2", 2)
    assert store.shifts.spans(first.id)[-1].to_at == beat
    assert second.id != first.id
    with pytest.raises(NotFound, match="clock in again"):
        store.shifts.beat(first.id)


def test_dead_shifts_are_closed_without_their_reps(store: Store, clock: HandClock) -> None:
    shift = store.shifts.clock_in("ana", "", "desk-1", 1)
    clock.advance(SILENT_MS)
    assert store.shifts.close_dead() == []
    clock.advance(1)
    assert store.shifts.close_dead() == [shift.id]
    assert store.shifts.live() == []


def test_the_same_state_again_is_no_news(store: Store, clock: HandClock) -> None:
    shift = store.shifts.clock_in("ana", "", "desk-1", 1)
    for _ in range(3):
        store.shifts.state(shift.id, ShiftState.READY)
        clock.advance(MINUTE)
    assert [span.state for span in store.shifts.spans(shift.id)] == [ShiftState.NOT_READY, ShiftState.READY]


def test_a_state_may_be_told_later_with_its_own_moment(store: Store, clock: HandClock) -> None:
    shift = store.shifts.clock_in("ana", "", "desk-1", 1)
    clock.advance(MINUTE)
    store.shifts.state(shift.id, ShiftState.READY, at=clock.now() - 5_000)
    assert store.shifts.spans(shift.id)[1].from_at == clock.now() - 5_000


def test_clocking_out_twice_is_once(store: Store, clock: HandClock) -> None:
    shift = store.shifts.clock_in("ana", "", "desk-1", 1)
    clock.advance(MINUTE)
    store.shifts.clock_out(shift.id)
    head = store.log.head()
    clock.advance(MINUTE)
    store.shifts.clock_out(shift.id)
    assert store.log.head() == head


def test_a_state_that_was_told_is_never_changed(store: Store) -> None:
    store.shifts.clock_in("ana", "", "desk-1", 1)
    with pytest.raises(Refused):
        store.core.engine.run("update shift_state set at = 0")
    with pytest.raises(Refused):
        store.core.engine.run("delete from shift_state")


MOVES = st.lists(st.tuples(st.sampled_from(list(ShiftState)), st.integers(-2_000, 90_000)), max_size=12)


@settings(max_examples=20)
@given(moves=MOVES)
def test_the_spans_of_a_shift_touch_and_add_up_to_its_clock_exactly(
    store: Store, clock: HandClock, moves: list[tuple[ShiftState, int]]
) -> None:
    shift = store.shifts.clock_in("ana", "", "desk-1", 1)
    for state, later in moves:
        clock.step(later)  # a clock may be set back
        store.shifts.state(shift.id, state)
    store.shifts.clock_out(shift.id)
    spans = store.shifts.spans(shift.id)
    ended = store.core.engine.rows("select in_at, out_at from shift where id = :id", id=shift.id)[0]
    assert spans[0].from_at == ended["in_at"]
    assert [span.to_at for span in spans] == [*(span.from_at for span in spans[1:]), ended["out_at"]]
    lengths = [(span.to_at or 0) - span.from_at for span in spans]
    assert min(lengths) >= 0
    assert sum(lengths) == ended["out_at"] - ended["in_at"]
