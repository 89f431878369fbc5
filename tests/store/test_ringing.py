"""A desk that dies while somebody rings: the caller was written, and becomes a missed one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support.calls_in import kinds, sound
from support.factories import NOON, claimed, new_lead, number

from cadence.model import Lane, Result
from config.clock import DAY, MINUTE, HandClock
from store.records import Alive, CallEnd, Missed, Shift
from store.shifts import SILENT_MS
from store.store import Store

Opener = Callable[[], Store]


def rings_at(store: Store, shift: Shift, n: int | None = 0, sip: str = "sip-in") -> None:
    told = "" if n is None else number(n)
    store.inbound.rings(told, "Ann Lee", sip, shift.rep, shift.id, store.core.now())


def at_work(store: Store, rep: str = "rep1") -> Shift:
    return store.shifts.clock_in(rep, rep, "elsewhere", 1)


def dies(shift: Shift) -> Alive:
    return lambda other: other.id != shift.id


def test_who_rings_is_known_at_once_and_written_once_without_a_word_in_the_log(store: Store) -> None:
    store.leads.add(new_lead())
    shift = at_work(store)
    head = store.log.head()
    found = store.inbound.rings(number(0), "", "sip-in", "rep1", shift.id, NOON)
    assert found == store.inbound.rings(number(0), "", "sip-in", "rep1", shift.id, NOON + 9)
    assert found == store.inbound.ring(number(0))
    assert store.core.engine.rows("select at, over_at from ringing_call") == [{"at": NOON, "over_at": None}]
    assert store.log.head() == head


def test_a_caller_whom_a_dead_desk_left_ringing_is_missed_at_the_time_they_rang(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(1))
    store.leads.add(new_lead(0))
    shift = at_work(store)
    rings_at(store, shift)
    clock.advance(20 * MINUTE)
    assert store.inbound.recover() == [Missed(2, store.leads.get(2).name, number(0), first=True)]
    (row,) = store.core.engine.rows("select at, rep, why from missed_call")
    assert row == {"at": NOON, "rep": "rep1", "why": "the session ended while it rang"}
    assert claimed(store, "rep2").reason == "called you 20 min ago, nobody answered"
    assert store.inbound.recover() == []
    sound(store)


@pytest.mark.parametrize("n", [7, None], ids=["of nobody", "withheld"])
def test_a_stranger_left_ringing_is_a_new_lead_and_a_withheld_number_is_kept(
    store: Store, n: int | None
) -> None:
    shift = at_work(store)
    rings_at(store, shift, n)
    (missed,) = store.inbound.recover(alive=dies(shift))
    assert (missed.name, missed.first) == (("Ann Lee", True) if n else ("", False))
    assert kinds(store).count("call.missed") == 1
    sound(store)


def test_a_desk_that_lives_is_left_its_caller_and_so_is_another_reps_by_a_rep_who_starts(
    store: Store, clock: HandClock
) -> None:
    first = at_work(store)
    rings_at(store, first, 7)
    assert store.inbound.recover() == store.inbound.recover("rep1") == store.inbound.recover("rep2") == []
    clock.advance(SILENT_MS + 1)
    assert store.inbound.recover("rep2") == []
    at_work(store)  # the rep is back, and the shift before it is closed
    assert len(store.inbound.recover("rep1")) == 1


def rows(store: Store) -> list[str]:
    found = store.core.engine.rows("select sip_call_id from ringing_call order by sip_call_id")
    return [row["sip_call_id"] for row in found]


def test_what_rang_is_forgotten_a_day_later_and_not_before_its_session_has_ended(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    first = at_work(store)
    for sip in ("answered", "elsewhere", "missed"):
        rings_at(store, first, sip=sip)
    store.inbound.answer(number(0), "", "answered", "rep1", first.id, clock.now())
    store.inbound.taken_elsewhere("elsewhere")
    store.inbound.missed(number(0), "", "missed", "rep1", clock.now(), "busy")
    clock.advance(DAY + MINUTE)
    assert store.inbound.forget() == 0, "this desk may still tell of them again"
    store.shifts.clock_out(first.id)
    second = at_work(store)
    rings_at(store, second, sip="now")
    store.inbound.taken_elsewhere("now")
    store.shifts.clock_out(second.id)
    assert (store.inbound.forget(), rows(store)) == (3, ["now"])
    assert store.inbound.forget() == 0
    sound(store)


def test_what_is_told_again_after_it_was_forgotten_is_no_second_call(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    shift = at_work(store)
    rings_at(store, shift)
    first = store.inbound.missed(number(0), "", "sip-in", "rep1", clock.now(), "busy")
    store.shifts.clock_out(shift.id)
    clock.advance(DAY + 1)
    assert store.inbound.forget() == 1
    told = store.inbound.missed(number(0), "", "sip-in", "rep1", clock.now(), "busy")
    rings_at(store, shift)
    assert (told, rows(store)) == (first, [])
    assert (store.inbound.recover(), kinds(store).count("call.missed")) == ([], 1)


def test_a_caller_whom_nobody_kept_is_never_forgotten(store: Store, clock: HandClock) -> None:
    shift = at_work(store)
    rings_at(store, shift, 7)
    store.shifts.clock_out(shift.id)
    clock.advance(30 * DAY)
    assert store.inbound.forget() == 0
    assert len(store.inbound.recover()) == 1


@pytest.mark.parametrize(
    ("kept", "before"),
    [("answered", True), ("answered", False), ("missed", True), ("elsewhere", False)],
)
def test_a_call_that_was_kept_is_not_missed_by_the_desk_that_died(
    store: Store, kept: str, before: bool
) -> None:
    store.leads.add(new_lead())
    dead, other = at_work(store, "rep1"), at_work(store, "rep2")
    if not before:
        rings_at(store, dead)
    if kept == "answered":
        store.inbound.answer(number(0), "", "sip-in", other.rep, other.id, NOON)
    elif kept == "missed":
        store.inbound.missed(number(0), "", "sip-in", other.rep, NOON, "busy")
    else:
        store.inbound.taken_elsewhere("sip-in")
    if before:
        rings_at(store, dead)
    told = kinds(store)
    assert store.inbound.recover(alive=dies(dead)) == []
    assert kinds(store) == told
    assert store.core.engine.rows("select 1 as x from ringing_call where over_at is null") == []


def passes_on(store: Store, shift: Shift, why: str = "busy") -> Missed:
    return store.inbound.missed(number(0), "", "sip-in", shift.rep, store.core.now(), why)


def test_a_busy_desk_misses_nobody_who_is_answered_at_another(store: Store) -> None:
    lead = store.leads.add(new_lead())
    busy, free = at_work(store, "rep1"), at_work(store, "rep2")
    for shift in (busy, free):
        rings_at(store, shift)
    assert passes_on(store, busy) == Missed(lead, "Lead 0", number(0), first=False)
    assert store.queue.peek("rep3", 1)[0].lane is not Lane.RETURNED, "it still rings"
    store.inbound.answer(number(0), "", "sip-in", free.rep, free.id, NOON)
    assert store.inbound.recover(alive=lambda _: False) == []
    assert "call.missed" not in kinds(store)


def test_of_several_desks_the_last_keeps_the_missed_call(store: Store) -> None:
    store.leads.add(new_lead())
    desks = [at_work(store, f"rep{n}") for n in range(3)]
    for shift in desks:
        rings_at(store, shift)
    assert [passes_on(store, shift).first for shift in desks] == [False, False, True]
    assert kinds(store).count("call.missed") == 1
    sound(store)


def test_a_call_that_one_desk_passed_on_is_missed_where_the_other_dies(store: Store) -> None:
    store.leads.add(new_lead())
    busy, dead = at_work(store, "rep1"), at_work(store, "rep2")
    for shift in (busy, dead):
        rings_at(store, shift)
    passes_on(store, busy)
    assert [missed.first for missed in store.inbound.recover(alive=dies(dead))] == [True]


def test_a_call_that_still_rings_at_a_living_desk_is_that_desks(store: Store) -> None:
    store.leads.add(new_lead())
    dead, other = at_work(store, "rep1"), at_work(store, "rep2")
    rings_at(store, dead)
    rings_at(store, other)
    assert store.inbound.recover(alive=dies(dead)) == []
    assert len(store.inbound.recover(alive=lambda _: False)) == 1, "once both are dead it is one missed call"
    assert kinds(store).count("call.missed") == 1


def test_one_whom_somebody_spoke_with_since_is_kept_and_not_called_back(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    shift = at_work(store)
    rings_at(store, shift)
    clock.advance(5 * MINUTE)
    attempt, _ = store.inbound.answer(number(0), "", "called again", "rep2", None, clock.now())
    clock.advance(MINUTE)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, MINUTE, 200), "rep2")
    store.attempts.dispose(attempt.id, "interested", "rep2")
    plan = store.leads.plan(1)
    assert len(store.inbound.recover(alive=dies(shift))) == 1
    assert store.leads.plan(1) == plan
    sound(store)


def test_desks_that_recover_at_one_moment_keep_one_missed_call(store: Store, apart: Opener) -> None:
    rings_at(store, at_work(store), 7)
    ready = Barrier(4)

    def recovered(_: int) -> list[Missed]:
        with apart() as mine:
            ready.wait()
            return mine.inbound.recover(alive=lambda _: False)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(recovered, range(4)))
    assert sum(map(len, found)) == 1
    assert kinds(store).count("call.missed") == store.leads.count() == 1
    sound(store)
