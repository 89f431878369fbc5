"""Whoever locks more than one row begins with the lead: two who meet there never wait for each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psycopg
import pytest
from support.factories import NOON, called, claimed, new_lead, number
from support.postgres import Cluster

from cadence.model import Result
from cadence.rulebook import Rulebook
from config.clock import HOUR, HandClock
from store import attempt_rows, leases, plans
from store.records import Claim
from store.store import Store

T = TypeVar("T")
PATIENCE_S = 20

_WAITING = """select count(*) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'"""


@pytest.fixture
def location(postgres: Cluster) -> str:
    return postgres.new_database(template="migrated")


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@contextmanager
def waiting_for_the_lead(
    store: Store, location: str, work: Callable[[], T], lead_id: int = 1
) -> Iterator[Future[T]]:
    """The store has the lead locked, in a transaction; `work`, begun by somebody else, waits for it."""
    with ThreadPoolExecutor(1) as other, store.core.write():
        plans.lock_lead(store.core, lead_id)
        begun = other.submit(work)
        wait_until_blocked(location, begun)
        yield begun


def wait_until_blocked(location: str, begun: Future[T]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    with psycopg.connect(location, autocommit=True) as asker:
        while not begun.done() and time.monotonic() < deadline:
            found = asker.execute(_WAITING).fetchone()
            if found is not None and found[0]:
                return
            time.sleep(0.01)
    raise AssertionError(f"it does not wait: {begun}")


@pytest.fixture
def elsewhere(location: str, book: Rulebook, clock: HandClock) -> Callable[[Callable[[Store], T]], T]:
    """Does something by a store of its own."""

    def run(work: Callable[[Store], T]) -> T:
        with Store.open(location, book, clock) as store:
            return work(store)

    return run


def test_a_recovery_that_waits_for_a_lead_holds_nothing_of_its_attempt(
    store: Store, location: str, elsewhere: Callable[[Callable[[Store], list[int]]], list[int]]
) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    recover = lambda: elsewhere(lambda s: s.attempts.recover(alive=lambda _: False, rep="rep1"))  # noqa: E731
    with waiting_for_the_lead(store, location, recover) as recovered:
        assert attempt_rows.read(store.core, attempt.id, lock=True)["ended_at"] is None
    assert recovered.result(PATIENCE_S) == [attempt.id]


def test_a_claim_that_finds_a_call_left_open_holds_no_place_in_the_queue_while_it_settles_it(
    store: Store,
    location: str,
    clock: HandClock,
    elsewhere: Callable[[Callable[[Store], object]], object],
) -> None:
    store.leads.add(new_lead(0))
    called(store, clock, Result.ANSWERED)
    clock.advance(5 * HOUR)  # its rep has gone, and nobody said what it was
    store.leads.add(new_lead(1))
    store.core.engine.run("update queue set due_at = 1 where lead_id = 1")
    with waiting_for_the_lead(
        store, location, lambda: elsewhere(lambda s: [s.queue.claim("rep2"), s.queue.claim("rep3")])
    ) as claims:
        leases.free(store.core, 1)
    assert isinstance(claims.result(PATIENCE_S), list)
    plan = store.leads.plan(1)
    assert plan.last_call_at > 0, "the call that was left open is known to the plan"


def test_a_do_not_call_that_waits_for_a_lead_keeps_nobody_from_saying_the_same(
    store: Store, location: str, elsewhere: Callable[[Callable[[Store], list[int]]], list[int]]
) -> None:
    store.leads.add(new_lead())
    with waiting_for_the_lead(
        store, location, lambda: elsewhere(lambda s: s.dnc.add(number(0), "kim", "by letter"))
    ) as later:
        assert store.dnc.add(number(0), "rep1", "said so") == [1]
    assert later.result(PATIENCE_S) == [], "it was on the list already"
    assert not isinstance(store.queue.claim("rep1"), Claim)
