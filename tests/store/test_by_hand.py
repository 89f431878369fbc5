"""A number that a person types goes through the same gate, and is its lead's call where it has one."""

from __future__ import annotations

import pytest
from support.factories import called, claimed, new_lead, number

from cadence.model import CallKind, LeadStatus, Result
from config.clock import DAY, HOUR, MINUTE, HandClock
from config.errors import UsageError
from store.errors import Settled
from store.records import Attempt, CallEnd, Waiting
from store.store import Store


def by_hand(store: Store, typed: str, rep: str = "rep1") -> Attempt:
    attempt, _ = store.attempts.begin_by_hand(typed, rep, caller_id="+14155550100")
    return attempt


def ended(store: Store, clock: HandClock, typed: str, result: Result, talk_ms: int = 0) -> Attempt:
    attempt = by_hand(store, typed)
    assert attempt.decision.allowed, attempt.decision.why
    clock.advance(1_000)
    store.attempts.instant(attempt.id, "invited", clock.now(), "sip")
    if talk_ms:
        store.attempts.instant(attempt.id, "answered", clock.now())
    clock.advance(30_000)
    store.attempts.finish(attempt.id, CallEnd(result, clock.now(), 0, talk_ms), "rep1")
    return store.attempts.get(attempt.id)


def promised(store: Store, clock: HandClock, at: int) -> None:
    """A callback is agreed with lead 1."""
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=at)


def test_a_number_of_no_lead_is_an_attempt_of_no_lead(store: Store, clock: HandClock) -> None:
    attempt = by_hand(store, "(415) 200-0042")
    assert (attempt.e164, attempt.lead_id, attempt.call_kind) == (number(42), None, None)
    assert attempt.decision.allowed
    assert [check.name for check in attempt.decision.checks][:3] == ["number", "premium", "do_not_call"]
    event = store.log.after(0)[-1]
    assert (event.kind, event.attempt_id, event.lead_id) == ("attempt.opened", attempt.id, None)
    assert store.log.verify().clean


def test_a_leads_number_is_an_attempt_of_that_lead_and_moves_its_plan(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt, claim = store.attempts.begin_by_hand("415 200 0000", "rep1")
    assert claim is not None
    assert (attempt.lead_id, claim.lead.id, claim.phone.e164) == (1, 1, number(0))
    assert isinstance(store.queue.claim("rep2"), Waiting), "a lead in a call is nobody else's"
    clock.advance(20_000)
    store.attempts.finish(attempt.id, CallEnd(Result.NO_ANSWER, clock.now()), "rep1")
    assert store.leads.plan(1).calls_done == 1
    assert store.core.engine.rows("select attempts from lead")[0]["attempts"] == 1


def test_the_gate_refuses_by_hand_as_from_the_queue_and_the_plan_stands(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    clock.advance(12 * HOUR)  # midnight in California
    before = store.leads.plan(1)
    attempt = by_hand(store, number(0))
    assert (attempt.decision.allowed, attempt.result, attempt.lead_id) == (False, Result.BLOCKED, 1)
    assert [check.name for check in attempt.decision.checks if not check.passed] == [
        "window_number",
        "window_address",
    ]
    assert store.leads.plan(1) == before
    assert store.attempts.waiting("rep1") == []
    assert store.log.after(0)[-1].kind == "attempt.blocked"
    assert store.log.verify().clean


def test_a_listed_number_is_refused_whoever_types_it(store: Store) -> None:
    store.dnc.add(number(7), "boss", "asked")
    attempt = by_hand(store, number(7))
    assert (attempt.decision.allowed, attempt.result) == (False, Result.BLOCKED)
    assert "asked (boss)" in attempt.decision.why


@pytest.mark.parametrize("typed", ["911", "112", " 9 1 1 "])
def test_an_emergency_number_goes_out_past_every_check_and_closes_by_itself(
    store: Store, clock: HandClock, typed: str
) -> None:
    clock.advance(12 * HOUR)
    store.core.engine.run(
        "insert into suppression(value, kind, added_at, added_by, why)"
        " values ('911', 'phone', 1, 'eve', 'a prank'), ('112', 'phone', 1, 'eve', 'a prank')"
    )
    attempt = ended(store, clock, typed, Result.ANSWERED, talk_ms=20_000)
    assert attempt.e164 in ("911", "112")
    assert [check.name for check in attempt.decision.checks] == ["emergency"]
    assert store.attempts.waiting("rep1") == []
    assert attempt.talk_ms == 20_000


def test_what_is_no_number_is_not_dialed_and_says_how_to_type_one(store: Store) -> None:
    with pytest.raises(UsageError, match=r"is no telephone number; type it like"):
        store.attempts.begin_by_hand("dear sir", "rep1")
    assert store.attempts.since(0) == []


def test_a_lead_in_another_reps_hands_is_not_dialed_past_them(store: Store) -> None:
    store.leads.add(new_lead())
    claimed(store, "rep2")
    with pytest.raises(Settled, match="rep2 has Lead 0 of that number in hand"):
        store.attempts.begin_by_hand(number(0), "rep1")


def test_a_lease_that_ran_out_is_no_hindrance(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    claimed(store, "rep2")
    clock.advance(HOUR)
    assert by_hand(store, number(0)).decision.allowed


def test_the_lead_in_preview_goes_back_when_another_number_is_dialed(store: Store) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1))
    first = claimed(store)
    other = 1 if first.lead.id == 2 else 2
    by_hand(store, number(other - 1))
    assert claimed(store, "rep2").lead.id == first.lead.id


def test_a_call_of_no_lead_that_nobody_answers_closes_by_itself(store: Store, clock: HandClock) -> None:
    attempt = ended(store, clock, number(9), Result.BUSY)
    assert (attempt.disposition, attempt.result) == ("busy", Result.BUSY)
    assert store.attempts.waiting("rep1") == []


def test_who_is_reached_by_hand_may_ask_not_to_be_called(store: Store, clock: HandClock) -> None:
    attempt = ended(store, clock, number(9), Result.ANSWERED, talk_ms=5_000)
    assert [one.id for one in store.attempts.waiting("rep1")] == [attempt.id]
    with pytest.raises(UsageError, match="needs a lead"):
        store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=clock.now() + DAY)
    assert store.attempts.dispose(attempt.id, "do_not_call", "rep1") is None
    assert store.attempts.dispose(attempt.id, "do_not_call", "rep1") is None
    assert store.dnc.check(number(9)) is not None
    with pytest.raises(Settled, match="recorded as do_not_call"):
        store.attempts.dispose(attempt.id, "won", "rep1")
    with pytest.raises(Settled, match="nothing to take back"):
        store.attempts.undo(attempt.id, "rep1")
    assert store.log.verify().clean


def test_a_dead_desks_call_of_no_lead_is_closed_as_interrupted(store: Store) -> None:
    attempt = by_hand(store, number(9))
    assert store.attempts.recover("rep1") == [attempt.id]
    assert store.attempts.get(attempt.id).result is Result.INTERRUPTED
    assert store.attempts.recover("rep1") == []


def test_a_lead_that_has_ended_may_be_dialed_and_stays_ended(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    won = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(won.id, "won", "rep1")
    clock.advance(HOUR)
    attempt = ended(store, clock, number(0), Result.ANSWERED, talk_ms=5_000)
    plan = store.attempts.dispose(attempt.id, "interested", "rep1")
    assert plan is not None
    assert plan.status is LeadStatus.WON


@pytest.mark.parametrize("result", [Result.NO_ANSWER, Result.BUSY, Result.FAILED])
def test_a_promise_stands_when_the_rep_tries_before_its_time_in_vain(
    store: Store, clock: HandClock, result: Result
) -> None:
    store.leads.add(new_lead())
    promised(store, clock, at := clock.now() + DAY)
    clock.advance(HOUR)
    ended(store, clock, number(0), result)
    call = store.leads.plan(1).call
    assert call is not None
    assert (call.kind, call.due_at, call.tries) == (CallKind.CALLBACK, at, 0)
    settled = store.core.engine.rows("select settled from callback")
    assert settled == [{"settled": ""}]


def test_a_planned_step_stands_when_the_network_fails_a_call_made_before_its_time(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.NO_ANSWER)
    before = store.leads.plan(1).call
    clock.advance(16 * MINUTE)
    ended(store, clock, number(0), Result.FAILED)
    assert store.leads.plan(1).call == before


def test_redial_within_the_gap_is_refused_and_after_it_goes_out(store: Store, clock: HandClock) -> None:
    ended(store, clock, number(9), Result.NO_ANSWER)
    assert [check.name for check in by_hand(store, number(9)).decision.checks if not check.passed] == ["gap"]
    clock.advance(16 * MINUTE)
    assert by_hand(store, number(9)).decision.allowed
