"""A call that nobody answered: its lead is the first in the queue."""

from __future__ import annotations

import pytest
from support.calls_in import kinds, rings_and_is_answered, rings_in_vain, sound, spoken
from support.factories import NOON, called, claimed, new_lead, number

from cadence.model import CallKind, Lane, LeadStatus, Result
from config.clock import DAY, HOUR, MINUTE, SECOND, HandClock
from store.records import CallEnd, Claim, Missed, NewPhone, Waiting
from store.store import Store


def test_a_missed_caller_is_the_first_in_the_queue_with_the_reason(store: Store, clock: HandClock) -> None:
    for n in range(3):
        store.leads.add(new_lead(n))
    called(store, clock, Result.NO_ANSWER)  # one of them is waiting for its second call
    clock.advance(3 * MINUTE)
    missed = rings_in_vain(store, 0, ago=3 * MINUTE)
    assert missed == Missed(1, "Lead 0", number(0), first=True)
    clock.advance(SECOND)
    store.leads.add(new_lead(9))  # a new lead, seconds old
    assert [(row.lead_id, row.lane) for row in store.queue.peek("rep1", 1)] == [(1, Lane.RETURNED)]
    claim = claimed(store)
    assert (claim.lead.id, claim.reason) == (1, "called you 3 min ago, nobody answered")
    assert store.attempts.begin(claim, "rep1").decision.allowed, "no gap stands before a returned call"
    event = next(event for event in store.log.after(0, 99) if event.kind == "call.missed")
    assert event.body["outcome"] == "returned"
    sound(store)


@pytest.mark.parametrize("later", [30 * MINUTE, 2 * HOUR])
def test_who_fills_in_a_form_meanwhile_stays_first_and_the_reason_names_both(
    store: Store, clock: HandClock, later: int
) -> None:
    store.leads.add(new_lead())
    clock.advance(MINUTE)
    rings_in_vain(store)
    clock.advance(later)
    store.leads.add(new_lead())
    clock.advance(2 * MINUTE)
    store.leads.add(new_lead(9))
    reason = f"called you {later // MINUTE + 2} min ago, nobody answered; web form 2 min ago"
    reason = reason.replace("122 min", "2 h")
    (first, *_) = store.queue.peek("rep1", 5)
    assert (first.lead_id, first.lane, first.reason) == (1, Lane.RETURNED, reason)
    assert claimed(store).reason == reason
    assert "and nobody answered; they asked again at " in store.leads.coming(1).why[0]
    sound(store)


def test_it_is_anybodys_whoever_owns_the_lead(store: Store) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1, owner="ben"))
    rings_in_vain(store, 1)
    assert store.queue.due_for("rep1") == (2, 0)
    assert claimed(store).lead.id == 2
    assert isinstance(store.queue.claim("ben"), Claim)


def test_at_night_it_waits_for_the_first_lawful_minute(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "interested")
    clock.advance(10 * HOUR)  # 22:00 in California
    rings_in_vain(store)
    assert isinstance(store.queue.claim("rep1"), Waiting)
    call = store.leads.plan(1).call
    assert call is not None
    clock.advance(call.due_at - clock.now())
    assert claimed(store).reason == "called you 9 h ago, nobody answered"


def test_an_unknown_caller_who_was_missed_is_a_new_lead_and_first(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(0))
    missed = rings_in_vain(store, 7, name="Ann Lee")
    assert missed == Missed(2, "Ann Lee", number(7), first=True)
    assert claimed(store).lead.id == 2
    assert store.core.engine.rows("select call_at from inquiry where lead_id = 2") == [{"call_at": NOON}]
    sound(store)


@pytest.mark.parametrize("told", ["", "203"])
def test_a_missed_call_that_cannot_be_returned_is_an_event_only(store: Store, told: str) -> None:
    missed = store.inbound.missed(told, "", "sip-in", "rep1", NOON, "not ready")
    assert missed == Missed(None, "", told, first=False)
    assert kinds(store) == ["call.missed"]
    sound(store)


def test_told_twice_and_by_two_desks_it_is_one_missed_call(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    first = rings_in_vain(store)
    head = store.log.head()
    assert rings_in_vain(store) == rings_in_vain(store, rep="rep2") == first
    assert store.log.head() == head


def test_a_desk_that_passes_on_what_another_answered_changes_nothing(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    rings_and_is_answered(store, sip="one")
    head = store.log.head()
    assert not rings_in_vain(store, rep="rep2", sip="one").first
    assert store.log.head() == head
    other_leg = rings_in_vain(store, rep="rep2", sip="the same caller, the exchange's second leg")
    assert not other_leg.first
    assert kinds(store)[-1] == "call.missed"
    assert store.leads.plan(1).called_us_at == 0
    sound(store)


def test_who_answers_what_another_desk_missed_first_has_returned_the_call(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    rings_in_vain(store, rep="rep2", sip="one")
    attempt, claim = rings_and_is_answered(store, sip="one")
    assert claim is not None
    clock.advance(MINUTE)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 0, MINUTE), "rep1")
    store.attempts.dispose(attempt.id, "gatekeeper", "rep1")
    call = store.leads.plan(1).call
    assert call is not None
    assert call.lane is not Lane.RETURNED


def test_a_lead_that_calls_again_before_the_rep_has_said_what_the_last_call_was_is_returned(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    clock.advance(2_000)
    assert rings_in_vain(store).first
    plan = store.attempts.dispose(attempt.id, "interested", "rep1")
    assert plan is not None
    assert plan.call is not None
    assert (plan.call.lane, plan.calls_done) == (Lane.RETURNED, 3)
    sound(store)


def test_a_missed_call_leaves_the_lead_with_the_rep_who_has_the_card(store: Store) -> None:
    store.leads.add(new_lead())
    looking = claimed(store, "rep2")
    assert rings_in_vain(store).first
    assert isinstance(store.queue.claim("rep1"), Waiting)
    assert store.attempts.begin(looking, "rep2").decision.allowed, "that dial returns the call"


def test_they_are_called_back_on_the_number_they_called_from(store: Store) -> None:
    store.leads.add(new_lead(phones=(NewPhone(number(0)), NewPhone(number(1)))))
    rings_in_vain(store, 1)
    assert claimed(store).phone.e164 == number(1)


@pytest.mark.parametrize("end", ["won", "not_interested"])
def test_a_lead_that_had_ended_asks_again_by_calling(store: Store, clock: HandClock, end: str) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, end, "rep1")
    clock.advance(200 * DAY)
    assert rings_in_vain(store).first
    assert store.leads.plan(1).status is LeadStatus.OPEN
    assert store.leads.get(1).arrived_at == clock.now()
    assert claimed(store).lane is Lane.RETURNED
    sound(store)


def test_who_wanted_no_contact_and_calls_goes_to_a_person(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "do_not_call", "rep1")
    clock.advance(DAY)
    missed = rings_in_vain(store)
    assert not missed.first
    claim = claimed(store)
    assert claim.plan.call is not None
    assert (claim.plan.call.kind, claim.phone.e164) == (CallKind.REVIEW, "")
    assert claim.reason.startswith("called us, nobody answered: ")
    sound(store)


def test_a_listed_number_of_an_open_lead_is_put_before_a_person(store: Store) -> None:
    store.dnc.add(number(1), "boss", "asked")
    store.leads.add(new_lead(phones=(NewPhone(number(0)), NewPhone(number(1)))))
    assert not rings_in_vain(store, 1).first
    call = store.leads.plan(1).call
    assert call is not None
    assert call.kind is CallKind.REVIEW
    sound(store)


def test_a_listed_stranger_who_was_missed_is_an_event_only(store: Store) -> None:
    store.dnc.add(number(7), "boss", "asked")
    assert rings_in_vain(store, 7) == Missed(None, "", number(7), first=False)
    assert store.leads.count() == 0


def test_an_agreed_time_stands_behind_the_returned_call(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    spoken(store, clock, "callback", callback_at=(at := clock.now() + DAY))
    clock.advance(2 * HOUR)
    rings_in_vain(store)
    assert store.core.engine.rows("select settled from callback") == [{"settled": ""}]
    for _ in range(3):  # the returned call, and the two tries after it
        attempt = called(store, clock, Result.NO_ANSWER)
        assert attempt.call_kind is CallKind.RETURNED
        clock.advance(30 * MINUTE)
    call = store.leads.plan(1).call
    assert call is not None
    assert (call.lane, call.due_at, call.owner) == (Lane.CALLBACK, at, "rep1")
    assert store.core.engine.rows("select settled from callback") == [{"settled": ""}]
    sound(store)


def test_who_rings_while_we_dial_them_in_vain_is_called_again_at_once(store: Store, clock: HandClock) -> None:
    """Two who dial each other find each other engaged: that dial has not returned their call."""
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    clock.advance(2 * SECOND)
    assert rings_in_vain(store, rep="rep2").first
    clock.advance(SECOND)
    store.attempts.finish(attempt.id, CallEnd(Result.BUSY, clock.now(), 0, 0, 486), "rep1")
    again = claimed(store)
    assert (again.lead.id, again.reason) == (1, "called you 1 s ago, nobody answered")
    assert store.attempts.begin(again, "rep1").decision.allowed
    sound(store)


def test_our_own_limit_of_a_day_does_not_keep_them_waiting(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    for _ in range(4):
        called(store, clock, Result.BUSY)
        clock.advance(31 * MINUTE)
    rings_in_vain(store)
    claim = claimed(store)
    attempt = store.attempts.begin(claim, "rep1")
    assert attempt.decision.allowed, attempt.decision.why
    given = {check.name: check.given for check in attempt.decision.checks}
    assert given["cap_24h"] == "4 of any"


def test_a_desk_whose_clock_runs_ahead_makes_nobody_ring_them_twice(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    rings_in_vain(store, ago=-5 * MINUTE)
    called(store, clock, Result.NO_ANSWER)
    call = store.leads.plan(1).call
    assert call is not None
    assert (call.lane, call.tries) == (Lane.RETURNED, 1)
    assert call.due_at > clock.now() + 15 * MINUTE
