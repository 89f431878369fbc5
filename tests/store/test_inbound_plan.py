"""What a call that came in and was answered does to the plan of its lead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.calls_in import rings_and_is_answered, sound, spoken
from support.factories import called, claimed, new_lead, number

from cadence.model import CallKind, Lane, LeadStatus, Result
from config.clock import DAY, HOUR, MINUTE, SECOND, HandClock
from store.records import CallEnd
from store.store import Store


def test_a_conversation_they_began_uses_up_the_calls_of_the_day_and_no_other(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "interested")
    plan = store.leads.plan(1)
    assert plan.call is not None
    assert (plan.calls_done, plan.call.step, plan.call.lane) == (3, 4, Lane.LONG)
    clock.advance(10 * DAY)
    spoken(store, clock, "interested")
    assert store.leads.plan(1).calls_done == 3, "the fourth call is still to be made"
    sound(store)


def test_the_conversation_ends_the_lead_or_agrees_a_time_like_any_other(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1))
    spoken(store, clock, "won", 0)
    at = clock.now() + DAY
    spoken(store, clock, "callback", 1, callback_at=at)
    assert store.leads.plan(1).status is LeadStatus.WON
    call = store.leads.plan(2).call
    assert call is not None
    assert (call.kind, call.due_at, call.owner) == (CallKind.CALLBACK, at, "rep1")
    sound(store)


@pytest.mark.parametrize(
    ("code", "moved_ms"), [("no_answer", 0), ("gatekeeper", 70_000), ("language_barrier", 70_000)]
)
def test_a_call_of_theirs_that_settled_nothing_moves_the_next_one_half_an_hour_from_it_at_most(
    store: Store, clock: HandClock, code: str, moved_ms: int
) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.NO_ANSWER)
    before = store.leads.plan(1)
    clock.advance(MINUTE)
    attempt, _ = rings_and_is_answered(store)
    clock.advance(10_000)
    done = store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, 10_000), "rep1")
    assert not done.settled, "an answered call is never disposed of by itself"
    store.attempts.dispose(attempt.id, code, "rep1")
    after = store.leads.plan(1)
    assert before.call is not None
    later = replace(before.call, due_at=before.call.due_at + moved_ms)
    assert (after.call, after.mail, after.calls_done) == (later, before.mail, before.calls_done)


@pytest.mark.parametrize(
    ("code", "status"), [("interested", LeadStatus.OPEN), ("gatekeeper", LeadStatus.WON)]
)
def test_a_lead_that_had_ended_calls_and_is_opened_by_what_the_rep_says_of_it(
    store: Store, clock: HandClock, code: str, status: LeadStatus
) -> None:
    store.leads.add(new_lead())
    won = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(won.id, "won", "rep1")
    clock.advance(100 * DAY)
    attempt = spoken(store, clock, code)
    assert store.leads.plan(1).status is status
    opened = status is LeadStatus.OPEN
    assert (store.leads.get(1).arrived_at == attempt.answered_at) is opened
    assert len(store.core.engine.rows("select id from inquiry")) == 1 + opened
    sound(store)


def test_a_time_agreed_with_a_lead_that_had_ended_is_kept(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "not_interested")
    clock.advance(DAY)
    spoken(store, clock, "callback", callback_at=(at := clock.now() + DAY))
    call = store.leads.plan(1).call
    assert call is not None
    assert (call.kind, call.due_at) == (CallKind.CALLBACK, at)
    sound(store)


def test_what_was_said_of_a_call_of_theirs_can_be_taken_back(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    before = store.leads.plan(1)
    attempt = spoken(store, clock, "won")
    claim = store.attempts.undo(attempt.id, "rep1")
    assert (claim.lead.id, store.leads.plan(1)) == (1, before)
    store.attempts.dispose(attempt.id, "interested", "rep1")
    sound(store)


def test_a_call_of_theirs_that_our_death_cut_off_is_called_back_at_once(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    shift = store.shifts.clock_in("rep1", "One", "here", 1)
    store.inbound.answer(number(0), "", "sip-in", "rep1", shift.id, clock.now())
    clock.advance(HOUR)
    (dead,) = store.attempts.recover(alive=lambda _: False)
    assert (store.attempts.get(dead).result, store.attempts.get(dead).direction) == (Result.INTERRUPTED, "in")
    claim = claimed(store, "rep2")
    assert (claim.lane, claim.reason) == (Lane.SOON, "they called, and the call broke off: call them")
    sound(store)


def test_calls_of_theirs_use_up_neither_the_cap_nor_the_gap(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    for _ in range(6):
        spoken(store, clock, "gatekeeper")
        clock.advance(SECOND)
    dialed, _ = store.attempts.begin_by_hand(number(0), "rep1", None, "")
    assert dialed.decision.allowed
