"""What an earlier session left behind is told as it was."""

from __future__ import annotations

from support.factories import called, claimed, new_lead

from cadence.model import Result
from config.clock import HandClock
from floor.clerk import Clerk
from floor.recovered import recovered
from store.store import Store


def words_of(store: Store, clock: HandClock) -> str:
    back = recovered(store, Clerk("rep1", 1, store.core.book, clock)).unsaid
    assert back is not None
    return back.why


def test_a_call_that_was_cut_off_is_said_to_be(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    for instant in ("invited", "ringing", "answered"):
        store.attempts.instant(attempt.id, instant, clock.now())
    assert "was cut off after" in words_of(store, clock)


def test_a_call_that_had_ended_and_waits_for_its_disposition_was_not_cut_off(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead())
    called(store, clock, Result.ANSWERED)
    assert "ended after 30 s. What came of it?" in words_of(store, clock)
