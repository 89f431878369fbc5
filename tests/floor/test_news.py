"""What a rep is told of the floor around the desk: news of others, for as long as it is news."""

from __future__ import annotations

import pytest
from support.factories import new_lead

from config.clock import SECOND, HandClock
from floor.clerk import Clerk, Glance
from store.store import Store

NOTHING = Glance((), 0, 0)


@pytest.fixture
def clerk(store: Store, clock: HandClock) -> Clerk:
    shift = store.shifts.clock_in("rep1", "Rep One", "here", 1)
    return Clerk("rep1", shift.id, store.core.book, clock)


def test_a_lead_that_arrives_is_news_for_a_minute(store: Store, clerk: Clerk, clock: HandClock) -> None:
    store.leads.add(new_lead(name="Ana Moreno"))
    glance = clerk.glance(store, 5, NOTHING)
    assert glance.news == "New inquiry: Ana Moreno."
    clock.advance(59 * SECOND)
    glance = clerk.glance(store, 5, glance)
    assert glance.news == "New inquiry: Ana Moreno."
    clock.advance(1 * SECOND)
    assert clerk.glance(store, 5, glance).news == ""


def test_that_a_caller_has_become_a_lead_is_no_news(store: Store, clerk: Clerk, clock: HandClock) -> None:
    store.inbound.answer("+18085550142", "Robin Vale", "sip-1", "rep1", clerk.shift_id, clock.now())
    store.inbound.missed("+19075550117", "Noor Castle", "sip-2", "rep1", clock.now(), "busy")
    assert store.leads.count() == 2
    assert clerk.glance(store, 5, NOTHING).news == ""
