"""What is late at this moment."""

from __future__ import annotations

from support.factories import called, claimed, new_lead

from cadence.model import Result
from config.clock import DAY, HOUR, MINUTE, HandClock
from store.backlog import Backlog, Waiting, backlog
from store.records import NewPhone
from store.store import Store


def test_an_untouched_floor_has_no_backlog(store: Store, clock: HandClock) -> None:
    assert backlog(store.core) == Backlog(None, 0, 0, 0)


def test_the_oldest_waiting_lead_is_one_that_may_be_called_now(store: Store, clock: HandClock) -> None:
    arrived = clock.now()
    store.leads.add(new_lead(0, phones=(NewPhone("+12122000001"),), region="NY"))
    clock.advance(MINUTE)
    store.leads.add(new_lead(1))
    clock.advance(HOUR)
    oldest = backlog(store.core).oldest_waiting
    assert oldest == Waiting(1, "Lead 0", "web form", arrived, arrived)
    clock.advance(6 * HOUR)  # 22:00 in New York, 19:00 in California
    oldest = backlog(store.core).oldest_waiting
    assert oldest is not None
    assert oldest.name == "Lead 1"
    clock.advance(6 * HOUR)
    assert backlog(store.core).oldest_waiting is None


def test_a_lead_in_a_reps_hands_or_once_called_does_not_wait(store: Store, clock: HandClock) -> None:
    for n in range(2):
        store.leads.add(new_lead(n))
    called(store, clock, Result.NO_ANSWER, rep="ana")
    claimed(store, "ben")
    assert backlog(store.core).oldest_waiting is None


def test_a_promise_is_late_after_a_quarter_of_an_hour(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "callback", "rep1", callback_at=clock.now() + HOUR)
    clock.advance(HOUR + 14 * MINUTE)
    assert (backlog(store.core).callbacks_open, backlog(store.core).callbacks_late) == (1, 0)
    clock.advance(2 * MINUTE)
    assert backlog(store.core).callbacks_late == 1


def test_a_step_is_late_once_its_window_is_past(store: Store, clock: HandClock) -> None:
    for n in range(2):
        store.leads.add(new_lead(n))
    called(store, clock, Result.NO_ANSWER)  # its second call is due in half an hour
    assert backlog(store.core).steps_late == 0
    clock.advance(6 * MINUTE)
    assert backlog(store.core).steps_late == 1, "the fresh one"
    clock.advance(90 * MINUTE)
    assert backlog(store.core).steps_late == 2
    clock.advance(DAY)
    assert backlog(store.core).steps_late == 2
