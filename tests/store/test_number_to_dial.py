"""Which of a lead's numbers is dialed: one the gate lets out now, never one it refuses for good."""

from __future__ import annotations

import pytest
from support.factories import called, claimed, new_lead, number

from cadence.happenings import Replied
from cadence.model import CallKind, LeadStatus, Result
from config.clock import DAY, HOUR, HandClock
from store.errors import NotFound
from store.records import Claim, NewPhone, Waiting
from store.store import Store

PREMIUM = NewPhone("+19002345678")  # refused for good
LONDON = NewPhone("+442079460000")


def two_numbers(first: NewPhone) -> tuple[NewPhone, ...]:
    return (first, NewPhone(number(0)))


def test_a_number_that_is_refused_for_good_is_passed_over_however_often_the_rep_asks(store: Store) -> None:
    store.leads.add(new_lead(phones=two_numbers(PREMIUM)))
    assert [claimed(store).phone.e164 for _ in range(3)] == [number(0)] * 3
    attempt = store.attempts.begin(claimed(store), "rep1")
    assert (attempt.decision.allowed, attempt.e164) == (True, number(0))


def test_undo_gives_back_the_number_that_may_be_called(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(phones=two_numbers(PREMIUM)))
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "interested", "rep1")
    assert store.attempts.undo(attempt.id, "rep1").phone.e164 == number(0)


def test_of_numbers_in_two_zones_the_one_is_given_that_may_be_called_now(
    store: Store, clock: HandClock
) -> None:
    clock.advance(2 * HOUR)  # 22:00 in London, 14:00 in California
    store.leads.add(new_lead(country="", region="", phones=two_numbers(LONDON)))
    assert [claimed(store).phone.e164 for _ in range(2)] == [number(0)] * 2
    plan = store.leads.plan(1)
    assert plan.call is not None
    assert plan.call.due_at == clock.now()


def test_a_lead_none_of_whose_numbers_may_ever_be_called_is_not_looked_at_every_hour(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(phones=(PREMIUM, NewPhone("+19002345679")), email=""))
    found = store.queue.claim("rep1")
    assert isinstance(found, Claim)
    assert (found.phone.e164, found.plan.status) == ("", LeadStatus.OPEN)
    assert found.plan.call is not None
    assert found.plan.call.kind is CallKind.REVIEW


def test_a_review_shows_why_and_has_nothing_to_dial(store: Store) -> None:
    store.leads.add(new_lead(phones=(PREMIUM,), email=""))
    claim = claimed(store)
    assert claim.reason == claim.plan.reason == "A premium-rate number is never dialed."
    assert [row.reason for row in store.queue.peek("rep1")] == [claim.reason]
    with pytest.raises(NotFound, match="no number"):
        store.attempts.begin(claim, "rep1")


def test_a_lead_that_answered_a_mail_says_so_on_the_card(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.NO_ANSWER)
    clock.advance(HOUR)
    store.leads.happen(1, Replied(clock.now()))
    assert claimed(store).reason == "answered a mail: call"


def test_numbers_that_only_the_list_refuses_leave_the_calls_and_the_mails_go_on(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(phones=(NewPhone(number(0)), NewPhone(number(1)))))
    store.core.engine.run(
        "insert into suppression(value, kind, added_at, added_by, why)"
        " values ('firm0.example', 'domain', 1, 'boss', 'their lawyer')"
    )  # behind the list's back: the plan knows nothing of it
    assert isinstance(store.queue.claim("rep1"), Waiting)
    plan = store.leads.plan(1)
    assert (plan.status, plan.call) == (LeadStatus.OPEN, None)
    clock.advance(DAY)
    assert isinstance(store.queue.claim("rep1"), Waiting)
