from __future__ import annotations

import os
import random
import socket

import pytest
from support.factories import claimed, new_lead
from support.workers import kill_after, start

from cadence.model import Lead, Result
from config.clock import HOUR, MINUTE, HandClock
from store.audit import audit
from store.records import CallEnd, Waiting
from store.recovery import FORGOTTEN_MS
from store.shifts import SILENT_MS
from store.store import Store


def dialing(store: Store, clock: HandClock, *, answered: bool, pid: int = 1) -> tuple[int, int]:
    """A rep who has dialed (and been answered); the shift and the attempt."""
    store.leads.add(new_lead())
    shift = store.shifts.clock_in("rep1", "Rep One", "elsewhere", pid)
    claim = store.queue.claim("rep1", shift.id)
    assert not isinstance(claim, Waiting)
    attempt = store.attempts.begin(claim, "rep1", shift.id)
    clock.advance(100)
    store.attempts.instant(attempt.id, "invited", clock.now(), "sip")
    clock.advance(900)
    store.attempts.instant(attempt.id, "ringing", clock.now())
    if answered:
        clock.advance(4_000)
        store.attempts.instant(attempt.id, "answered", clock.now())
    clock.advance(20_000)
    store.shifts.beat(shift.id)
    return shift.id, attempt.id


def test_a_call_that_its_session_left_ends_as_interrupted_at_the_last_beat(
    store: Store, clock: HandClock
) -> None:
    _, attempt_id = dialing(store, clock, answered=True)
    beat = clock.now()
    clock.advance(SILENT_MS + 1)
    assert store.attempts.recover() == [attempt_id]
    found = store.attempts.get(attempt_id)
    assert (found.result, found.ended_at, found.talk_ms, found.ring_ms) == (
        Result.INTERRUPTED,
        beat,
        20_000,
        4_000,
    )
    assert found.answered_at == beat - 20_000, "the conversation took place"
    assert store.log.verify().clean
    assert audit(store).clean


def test_a_call_that_only_rang_has_ring_time_and_no_talk(store: Store, clock: HandClock) -> None:
    _, attempt_id = dialing(store, clock, answered=False)
    clock.advance(SILENT_MS + 1)
    store.attempts.recover()
    found = store.attempts.get(attempt_id)
    assert (found.talk_ms, found.ring_ms, found.answered_at) == (0, 20_000, None)


@pytest.mark.parametrize("answered", [True, False])
def test_the_lead_of_a_dead_session_is_neither_stuck_nor_dialed_at_once(
    store: Store, clock: HandClock, answered: bool
) -> None:
    dialing(store, clock, answered=answered)
    clock.advance(SILENT_MS + 1)
    store.attempts.recover()
    waiting = store.queue.claim("rep2")
    assert isinstance(waiting, Waiting)
    assert waiting.next_at is not None
    assert waiting.next_at > clock.now()


def test_a_session_that_lives_is_left_alone(store: Store, clock: HandClock) -> None:
    dialing(store, clock, answered=True)
    assert store.attempts.recover() == []
    assert store.attempts.recover("rep1") == []


def test_a_process_that_is_gone_from_this_machine_is_dead_at_once(store: Store, clock: HandClock) -> None:
    gone = os.fork()
    if gone == 0:
        os._exit(0)
    os.waitpid(gone, 0)
    shift_id, attempt_id = dialing(store, clock, answered=False)
    store.core.engine.run("update shift set host = :host, pid = :pid", host=socket.gethostname(), pid=gone)
    assert store.attempts.recover() == [attempt_id]
    assert store.shifts.close_dead() == [shift_id]


def test_a_rep_who_comes_back_closes_what_their_last_session_left(store: Store, clock: HandClock) -> None:
    first, attempt_id = dialing(store, clock, answered=True)
    beat = clock.now()
    clock.advance(SILENT_MS + 1)
    store.shifts.clock_in("rep1", "Rep One", "elsewhere", 2)
    assert store.core.engine.rows("select out_at, closed from shift where id = :id", id=first) == [
        {"out_at": beat, "closed": "died"}
    ]
    assert store.attempts.recover("rep1") == [attempt_id]
    assert store.attempts.recover("rep1") == []


def test_what_was_said_may_still_be_told_while_nobody_touched_the_lead(
    store: Store, clock: HandClock
) -> None:
    _, attempt_id = dialing(store, clock, answered=True)
    clock.advance(SILENT_MS + 1)
    store.attempts.recover()
    plan = store.attempts.dispose(attempt_id, "interested", "rep1")
    assert plan == store.leads.plan(1)
    assert store.attempts.get(attempt_id).result is Result.INTERRUPTED
    assert store.log.verify().clean


def test_an_ended_call_whose_rep_died_before_the_disposition_keeps_its_result(
    store: Store, clock: HandClock
) -> None:
    _, attempt_id = dialing(store, clock, answered=True)
    store.attempts.finish(attempt_id, CallEnd(Result.ANSWERED, clock.now(), 4_000, 20_000, 200), "rep1")
    clock.advance(SILENT_MS + 1)
    assert store.attempts.recover() == [attempt_id]
    assert store.attempts.get(attempt_id).result is Result.ANSWERED
    assert store.leads.plan(1).next_at > clock.now()  # type: ignore[operator]


def test_a_late_end_from_the_telephone_does_not_overwrite_the_recovery(
    store: Store, clock: HandClock
) -> None:
    _, attempt_id = dialing(store, clock, answered=True)
    clock.advance(SILENT_MS + 1)
    store.attempts.recover()
    store.attempts.finish(attempt_id, CallEnd(Result.ANSWERED, clock.now(), 1, 1, 200), "rep1")
    assert store.attempts.get(attempt_id).result is Result.INTERRUPTED


def test_a_wrap_up_lease_that_runs_out_plans_the_lead_before_anybody_gets_it(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, 50, 200), "rep1")
    clock.advance(4 * HOUR + MINUTE)
    found = store.queue.claim("rep2")
    plan = store.leads.plan(1)
    assert plan.last_call_at, "the plan knows of the call"
    if not isinstance(found, Waiting):
        assert found.plan == plan


def test_an_attempt_of_no_shift_is_left_alone_until_it_is_forgotten(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    assert store.attempts.recover() == []
    clock.advance(FORGOTTEN_MS + 1)
    assert store.attempts.recover() == [attempt.id]


def test_killed_at_any_moment_nothing_acknowledged_is_lost(store: Store, location: str) -> None:
    """A rep's process is killed again and again in mid-work; each start recovers and goes on."""
    with store.core.write():
        for n in range(60):
            store.leads.add(new_lead(n))
    dice = random.Random(7)
    facts = [
        fact
        for _ in range(6)
        for fact in kill_after(start("calling", location, "ana", 60), location, dice.randint(1, 9))
    ]
    store.attempts.recover(alive=lambda _: False)
    attempts = {attempt.id: attempt for attempt in store.attempts.since(0)}
    for fact in facts:
        attempt = attempts[fact["attempt"]]
        assert attempt.result is not None
        if fact["fact"] != "begun":
            assert attempt.answered_at is not None
        if fact["fact"] == "ended":
            assert attempt.talk_ms == 59_100
        if fact["fact"] == "disposed":
            assert attempt.disposition == "interested"
    begun = [fact["lead"] for fact in facts if fact["fact"] == "begun"]
    assert len(begun) == len(set(begun)), "no lead was dialed twice"
    assert store.log.verify().clean
    assert audit(store).clean


def test_killed_while_leads_arrive_every_acknowledged_one_is_there(store: Store, location: str) -> None:
    dice = random.Random(11)
    workers = [start("arriving", location, str(n), 400) for n in range(3)]
    said = [one for worker in workers for one in kill_after(worker, location, dice.randint(3, 40))]
    for one in said:
        found: Lead = store.leads.get(one["lead"])
        assert found.name == f"Lead {one['n']}"
    assert store.leads.count() >= len(said) > 0
    assert store.log.verify().clean
    assert audit(store).clean
