"""A word with somebody else during a call, and giving the call away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.factories import called, claimed, new_lead, number

from cadence.model import CallKind, Result
from config.clock import HOUR, MINUTE, HandClock
from config.errors import UsageError
from store.errors import NotFound, Settled
from store.events import TRANSFERS
from store.records import Attempt, CallEnd
from store.store import Store

Opener = Callable[..., Store]


@pytest.fixture
def talking(store: Store, clock: HandClock) -> Attempt:
    """rep1 talks with lead 1."""
    store.leads.add(new_lead())
    attempt = store.attempts.begin(claimed(store), "rep1")
    store.attempts.instant(attempt.id, "invited", clock.now(), "sip")
    store.attempts.instant(attempt.id, "answered", clock.now())
    return attempt


def beside(store: Store, typed: str, talking: Attempt, *, colleague: bool = False) -> Attempt:
    return store.attempts.begin_beside(typed, "rep1", None, "", talking.id, colleague=colleague)


def checks(attempt: Attempt) -> list[str]:
    return [check.name for check in attempt.decision.checks]


def test_the_second_line_is_an_attempt_of_no_lead_that_names_the_call_it_is_about(
    store: Store, talking: Attempt
) -> None:
    attempt = beside(store, "415 200 0042", talking)
    assert (attempt.e164, attempt.lead_id, attempt.call_kind) == (number(42), None, CallKind.CONSULT)
    assert attempt.decision.allowed
    assert "do_not_call" in checks(attempt)
    assert store.log.after(0, 99)[-1].body["beside"] == talking.id


@pytest.mark.parametrize("result", [Result.ANSWERED, Result.BUSY, Result.FAILED, Result.INTERRUPTED])
def test_it_closes_by_itself_and_asks_for_no_word(
    store: Store, clock: HandClock, talking: Attempt, result: Result
) -> None:
    attempt = beside(store, "203", talking)
    store.attempts.instant(attempt.id, "answered", clock.now())
    end = CallEnd(result, clock.now() + MINUTE, 0, MINUTE)
    assert store.attempts.finish(attempt.id, end, "rep1").settled
    assert store.attempts.waiting("rep1") == []
    assert store.attempts.get(attempt.id).disposition == ""
    assert store.log.verify().clean


@pytest.mark.parametrize(
    ("typed", "colleague"), [("203", False), ("+1 415 200 0042", True), ("bo@pbx", True)]
)
def test_colleagues_and_extensions_are_asked_at_any_hour(
    store: Store, clock: HandClock, talking: Attempt, typed: str, colleague: bool
) -> None:
    clock.advance(12 * HOUR)
    attempt = beside(store, typed, talking, colleague=colleague)
    assert (attempt.decision.allowed, checks(attempt)) == (True, ["inside"])


def test_any_other_number_is_refused_at_night_and_the_refusal_is_kept(
    store: Store, clock: HandClock, talking: Attempt
) -> None:
    clock.advance(12 * HOUR)
    attempt = beside(store, number(42), talking)
    assert (attempt.decision.allowed, attempt.result) == (False, Result.BLOCKED)
    assert "window_number" in [check.name for check in attempt.decision.checks if not check.passed]
    assert store.attempts.waiting("rep1") == []
    assert store.log.verify().clean


def test_a_listed_number_is_nobodys_second_line(store: Store, talking: Attempt) -> None:
    store.dnc.add(number(42), "boss", "asked")
    assert not beside(store, number(42), talking).decision.allowed


def test_a_word_with_somebody_is_no_contact_attempt_of_the_number(
    store: Store, clock: HandClock, talking: Attempt
) -> None:
    for _ in range(6):
        attempt = beside(store, number(42), talking)
        assert attempt.decision.allowed
        store.attempts.instant(attempt.id, "invited", clock.now(), "x")
        store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now() + 1, 0, 1), "rep1")
        clock.advance(MINUTE)


def test_there_is_no_second_line_without_a_first(store: Store, clock: HandClock, talking: Attempt) -> None:
    with pytest.raises(NotFound):
        store.attempts.begin_beside("203", "rep1", None, "", 99)
    with pytest.raises(Settled, match="no call of yours"):
        store.attempts.begin_beside("203", "rep2", None, "", talking.id)
    store.attempts.finish(talking.id, CallEnd(Result.ANSWERED, clock.now() + 1, 0, 1), "rep1")
    with pytest.raises(Settled, match="no call of yours"):
        beside(store, "203", talking)


@pytest.mark.parametrize("typed", ["", "dear sir"])
def test_what_is_no_number_says_how_to_type_one(store: Store, talking: Attempt, typed: str) -> None:
    with pytest.raises(UsageError):
        beside(store, typed, talking)
    with pytest.raises(UsageError):
        beside(store, "", talking, colleague=True)


def test_a_dead_desk_leaves_no_second_line_open(store: Store, talking: Attempt) -> None:
    attempt = beside(store, "203", talking)
    assert set(store.attempts.recover("rep1")) == {talking.id, attempt.id}
    assert store.attempts.get(attempt.id).result is Result.INTERRUPTED


def test_a_call_that_was_given_away_names_to_whom_and_a_refused_one_stays(
    store: Store, clock: HandClock, talking: Attempt
) -> None:
    keep = store.attempts.transferred
    for _ in range(2):
        keep(talking.id, "203", done=False, attended=False, at=clock.now(), reason="486 busy here")
    assert store.attempts.get(talking.id).transferred_to == ""
    for _ in range(2):
        keep(talking.id, "203", done=True, attended=True, at=clock.now())
    keep(talking.id, "204", done=True, attended=True, at=clock.now())
    assert store.attempts.get(talking.id).transferred_to == "203"
    at = clock.now()
    assert [(event.kind, event.body) for event in store.log.after(0, 99) if event.kind in TRANSFERS] == [
        (
            "attempt.transfer_refused",
            {"target": "203", "attended": False, "refused_at": at, "reason": "486 busy here"},
        ),
        ("attempt.transferred", {"target": "203", "done": True, "attended": True, "transferred_at": at}),
    ]
    store.attempts.finish(talking.id, CallEnd(Result.ANSWERED, clock.now() + 1, 0, 1), "rep1")
    (line,) = [line.text for line in store.leads.history(1) if line.kind == "call"]
    assert "not given to 203: 486 busy here, given to 203" in line
    assert store.log.verify().clean


def test_one_that_is_refused_again_later_is_told_again(
    store: Store, clock: HandClock, talking: Attempt
) -> None:
    for _ in range(2):
        clock.advance(MINUTE)
        store.attempts.transferred(talking.id, "203", done=False, attended=False, at=clock.now())
    assert [event.kind for event in store.log.after(0, 99)].count("attempt.transfer_refused") == 2


def test_the_history_names_the_colleagues_of_the_settings(open_store: Opener, clock: HandClock) -> None:
    """Whether the number stands there as it is typed or as it is dialed."""
    store = open_store(colleagues={"203": "Kim Park", "4155550177": "Support"})
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    given = store.attempts.transferred
    given(attempt.id, "+14155550177", done=False, attended=True, at=clock.now(), reason="486 busy here")
    given(attempt.id, "204", done=False, attended=False, at=clock.now(), reason="603 declined")
    given(attempt.id, "203", done=True, attended=False, at=clock.now())
    (line,) = [line.text for line in store.leads.history(1) if line.kind == "call"]
    assert "not given to Support (+14155550177): 486 busy here" in line
    assert "not given to 204: 603 declined" in line
    assert "given to Kim Park (203)" in line


def test_a_transfer_may_be_told_after_the_end_of_the_call(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.transferred(attempt.id, "203\r\nX: y", done=True, attended=False, at=clock.now())
    assert store.attempts.get(attempt.id).transferred_to == "203 X: y"
    assert store.log.verify().clean
