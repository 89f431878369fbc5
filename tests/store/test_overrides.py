"""A supervisor's leave: one call, for a while, past what time and counts refuse, and past nothing else."""

from __future__ import annotations

import pytest
from support.factories import claimed, new_lead, number

from config.clock import DAY, HOUR, MINUTE, HandClock
from config.errors import UsageError
from store.errors import NotFound
from store.store import Store

WHY = "asked by mail to be called tonight"


@pytest.fixture
def night(store: Store, clock: HandClock) -> Store:
    """A lead at midnight in California."""
    store.leads.add(new_lead())
    clock.advance(12 * HOUR)
    return store


def dialed(store: Store, rep: str = "rep1") -> bool:
    return store.attempts.begin_by_hand(number(0), rep)[0].decision.allowed


@pytest.mark.parametrize("target", [{"lead_id": 1}, {"e164": number(0)}])
def test_one_call_passes_and_the_next_does_not(night: Store, target: dict[str, object]) -> None:
    assert not dialed(night)
    night.overrides.grant("kim", WHY, HOUR, login="os-kim", **target)  # type: ignore[arg-type]
    attempt, _ = night.attempts.begin_by_hand(number(0), "rep1")
    assert attempt.decision.allowed
    overridden = {check.name for check in attempt.decision.checks if f"Overridden (kim: {WHY})" in check.why}
    assert overridden == {"window_number", "window_address"}
    used = night.log.after(0)[-1]
    assert (used.kind, used.rep, used.lead_id, used.attempt_id) == ("override.used", "rep1", 1, attempt.id)
    assert used.body["granted_by"] == "kim"
    night.attempts.recover("rep1")
    assert not dialed(night)
    assert night.log.verify().clean


def test_the_grant_is_told_with_who_why_and_from_which_login(night: Store, clock: HandClock) -> None:
    night.overrides.grant("kim", WHY, HOUR, lead_id=1, login="os-kim")
    told = night.log.after(0)[-1]
    assert (told.kind, told.rep, told.lead_id) == ("override.granted", "kim", 1)
    assert (told.body["why"], told.body["login"], told.body["until"]) == (WHY, "os-kim", clock.now() + HOUR)


def test_it_expires(night: Store, clock: HandClock) -> None:
    night.overrides.grant("kim", WHY, 30 * MINUTE, lead_id=1)
    clock.advance(30 * MINUTE)
    assert not dialed(night)


def test_nothing_overrides_a_do_not_call_and_the_leave_is_not_used_up(store: Store) -> None:
    store.dnc.add(number(0), "boss", "asked")
    store.overrides.grant("kim", WHY, HOUR, e164=number(0))
    assert not dialed(store)
    assert store.core.engine.rows("select attempt_id from permission") == [{"attempt_id": None}]


def test_a_call_that_needs_no_leave_does_not_use_it_up(store: Store) -> None:
    store.leads.add(new_lead())
    store.overrides.grant("kim", WHY, HOUR, lead_id=1)
    assert store.attempts.begin(claimed(store), "rep1").decision.allowed
    assert store.core.engine.rows("select attempt_id from permission") == [{"attempt_id": None}]


def test_a_lead_in_preview_whose_hours_ended_passes_with_leave(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    clock.advance(9 * HOUR - MINUTE)  # 20:59 in California
    claim = claimed(store)
    clock.advance(2 * MINUTE)
    store.overrides.grant("kim", WHY, HOUR, lead_id=1)
    assert store.attempts.begin(claim, "rep1").decision.allowed


@pytest.mark.parametrize(
    ("why", "for_ms", "target"),
    [("  ", HOUR, {"lead_id": 1}), (WHY, DAY + 1, {"lead_id": 1}), (WHY, HOUR, {}), (WHY, 0, {"lead_id": 1})],
)
def test_a_grant_without_reason_target_or_end_is_refused(
    night: Store, why: str, for_ms: int, target: dict[str, int]
) -> None:
    with pytest.raises(UsageError):
        night.overrides.grant("kim", why, for_ms, lead_id=target.get("lead_id"))


def test_a_lead_that_is_not_there_is_not_overridden(store: Store) -> None:
    with pytest.raises(NotFound):
        store.overrides.grant("kim", WHY, HOUR, lead_id=9)
