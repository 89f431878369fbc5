"""Many desks at one call, and desks that are killed: one call is one attempt or one missed call."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from support.calls_in import kinds, rings_and_is_answered, rings_in_vain, sound
from support.factories import claimed, new_lead, number
from support.workers import kill_after, said, start

from store.errors import LeaseLost, Settled
from store.records import Missed
from store.store import Store

Opener = Callable[..., Store]


def at_once(open_store: Opener, *jobs: Callable[[Store], object]) -> list[object]:
    """Each job on a store of its own, all at one moment; what they gave, or the error they raised."""
    together = Barrier(len(jobs))

    def run(job: Callable[[Store], object]) -> object:
        with open_store() as store:
            together.wait()
            try:
                return job(store)
            except Settled as error:
                return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_two_desks_that_answer_one_call_are_one_attempt(store: Store, apart: Opener) -> None:
    jobs = [lambda s, rep=rep: rings_and_is_answered(s, 7, rep) for rep in ("rep1", "rep2", "rep3")]
    found = at_once(apart, *jobs)
    assert sum(isinstance(one, Settled) for one in found) == 2
    assert len(store.attempts.since(0)) == store.leads.count() == 1
    sound(store)


def test_six_desks_that_miss_one_call_and_one_that_misses_another_make_one_lead(
    store: Store, apart: Opener
) -> None:
    jobs = [lambda s, rep=n: rings_in_vain(s, 7, f"rep{rep}") for n in range(6)]
    found = at_once(apart, *jobs, lambda s: rings_in_vain(s, 7, "rep9", sip="another leg"))
    assert len({one.lead_id for one in found if isinstance(one, Missed)}) == store.leads.count() == 1
    assert kinds(store).count("call.missed") == 2
    sound(store)


def test_a_call_answered_missed_and_typed_in_by_a_web_form_at_one_moment_is_one_lead(
    store: Store, apart: Opener
) -> None:
    at_once(
        apart,
        lambda s: rings_and_is_answered(s, 7, "rep1"),
        lambda s: rings_in_vain(s, 7, "rep2"),
        lambda s: s.leads.add(new_lead(7)),
        lambda s: s.leads.add(new_lead(7, email="")),
    )
    assert len(store.attempts.since(0)) == 1
    assert store.core.engine.rows("select count(*) as n from phone where e164 = :n", n=number(7)) == [
        {"n": 1}
    ]
    (attempt,) = store.attempts.since(0)
    assert attempt.lead_id == store.inbound.ring(number(7)).lead_id
    sound(store)


def test_a_claim_or_a_dial_at_the_moment_of_the_answer_leaves_one_rep_with_the_lead(
    store: Store, apart: Opener
) -> None:
    store.leads.add(new_lead())
    looking = claimed(store, "rep2")

    def dials(one: Store) -> object:
        try:
            return one.attempts.begin(looking, "rep2")
        except LeaseLost:
            return None

    answered, dialed, _ = at_once(
        apart, lambda s: rings_and_is_answered(s), dials, lambda s: s.queue.claim("rep3")
    )
    assert isinstance(answered, tuple)
    in_hand = [answered[1] is not None, dialed is not None]
    assert in_hand.count(True) == 1, "either the answer has the lead, or the dial"
    sound(store)


def test_processes_that_answer_miss_and_dial_the_same_leads_lose_and_double_nothing(
    store: Store, location: str
) -> None:
    for n in range(0, 24, 3):  # a third of the callers are leads already
        store.leads.add(new_lead(n))
    workers = [start("answering", location, f"rep{n}", 24) for n in range(3)]
    workers.append(start("calling", location, "dialer", 8))
    facts = [fact for worker in workers for fact in said(worker)]
    came_in = [row for row in store.attempts.since(0) if row.direction == "in"]
    assert sorted(row.sip_call_id for row in came_in) == sorted(f"sip-in-{n}" for n in range(24))
    owners = store.core.engine.rows("select e164, count(*) as n from phone group by e164")
    assert {row["n"] for row in owners} == {1}
    assert store.leads.count() == 24
    told = {fact["n"] for fact in facts if fact["fact"] == "answered" and "n" in fact}
    assert told == set(range(24))
    misses = store.core.engine.rows("select sip_call_id, count(*) as n from missed_call group by sip_call_id")
    assert all(row["n"] == 1 for row in misses)
    sound(store)


def test_a_desk_that_is_killed_leaves_whole_facts_and_no_caller_behind(store: Store, location: str) -> None:
    facts = kill_after(start("answering", location, "rep1", 200), location, 12)
    store.attempts.recover(alive=lambda _: False)
    assert store.attempts.waiting("rep1") == []
    kept = {row.id: row for row in store.attempts.since(0)}
    for fact in facts:
        if fact["fact"] == "disposed":
            assert kept[fact["attempt"]].disposition == "interested"
        elif fact["fact"] == "answered":
            assert kept[fact["attempt"]].lead_id == fact["lead"]
    assert all(row.ended_at is not None for row in kept.values())
    sound(store)
