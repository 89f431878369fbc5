"""A disposition put right by a supervisor: a record of its own beside what the rep said."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.factories import called, new_lead, number

from cadence.model import LeadStatus, Result
from config.clock import DAY, MINUTE, HandClock
from config.errors import UsageError
from store.errors import NotFound, Refused, Settled
from store.exports import calls, payroll
from store.exports.period import Period
from store.store import Store
from store.yardsticks import follow_up

WHY = "heard on the recording"


@pytest.fixture
def recorded(store: Store, clock: HandClock) -> Store:
    """Attempt 1 was recorded as interested, and the lead has moved on."""
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "interested", "rep1")
    clock.advance(DAY)
    return store


def exported(store: Store) -> dict[str, object]:
    period = Period(0, store.core.now() + 1, ZoneInfo("UTC"))
    (row,) = [dict(zip(calls.COLUMNS, row, strict=True)) for row in calls.rows(store.core, period)]
    return row


def test_both_words_stay_visible_in_history_export_and_log(recorded: Store) -> None:
    before = recorded.leads.plan(1)
    made = recorded.corrections.correct(1, "gatekeeper", "kim", WHY, "os-kim")
    assert (made.disposition, made.instead_of, made.why) == ("gatekeeper", "interested", WHY)
    assert recorded.attempts.get(1).disposition == "interested"
    assert recorded.leads.plan(1) == before, "what the lead has been through is not played again"
    event = recorded.log.after(0)[-1]
    assert (event.kind, event.rep, event.body["instead_of"]) == ("attempt.corrected", "kim", "interested")
    row = exported(recorded)
    assert (row["disposition"], row["corrected_to"], row["corrected_by"], row["corrected_why"]) == (
        "interested",
        "gatekeeper",
        "kim",
        WHY,
    )
    (line,) = [line.text for line in recorded.leads.history(1) if line.kind == "call"]
    assert "interested" in line
    assert f"corrected to gatekeeper by kim: {WHY}" in line
    assert recorded.log.verify().clean


def test_a_correction_can_be_corrected_and_the_last_one_counts(recorded: Store) -> None:
    recorded.corrections.correct(1, "gatekeeper", "kim", WHY)
    recorded.corrections.correct(1, "voicemail", "kim", "listened again")
    assert [one.instead_of for one in recorded.corrections.of(1)] == ["interested", "gatekeeper"]
    assert exported(recorded)["corrected_to"] == "voicemail"
    assert exported(recorded)["attempt_id"] == 1


def test_payroll_and_yardsticks_count_what_stands_and_payroll_says_of_how_many(recorded: Store) -> None:
    def counted() -> tuple[tuple[int, int, int], tuple[int, int]]:
        period = Period(0, recorded.core.now() + 1, ZoneInfo("UTC"))
        (day,) = [day for day in payroll.days(recorded.core, period) if day.attempts]
        total = follow_up(recorded.core, 0, recorded.core.now() + 1).total
        return (day.contacts, day.won, day.corrected), (total.reached, total.won)

    assert counted() == ((1, 0, 0), (1, 0))
    recorded.corrections.correct(1, "won", "kim", WHY)
    assert counted() == ((1, 1, 1), (1, 1))
    recorded.corrections.correct(1, "voicemail", "kim", "it was a machine")
    assert counted() == ((0, 0, 1), (0, 0))
    assert exported(recorded)["disposition"] == "interested"


def test_corrected_to_do_not_call_it_is_one_at_once(recorded: Store) -> None:
    recorded.corrections.correct(1, "do_not_call", "kim", WHY)
    assert recorded.leads.plan(1).status is LeadStatus.OPTED_OUT
    assert recorded.dnc.check(number(0)) is not None


def test_corrected_to_a_firm_end_the_open_lead_ends(recorded: Store) -> None:
    recorded.corrections.correct(1, "not_interested", "kim", WHY)
    assert recorded.leads.plan(1).status is LeadStatus.REFUSED


def test_corrected_to_a_bad_number_it_is_not_dialed_again(recorded: Store) -> None:
    recorded.corrections.correct(1, "bad_number", "kim", WHY)
    assert recorded.leads.get(1).phones[0].bad
    assert recorded.leads.plan(1).status is LeadStatus.OPEN


def test_an_end_that_was_wrong_opens_nothing(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "not_interested", "rep1")
    store.corrections.correct(attempt.id, "interested", "kim", WHY)
    assert store.leads.plan(1).status is LeadStatus.REFUSED


def test_what_cannot_be_corrected_says_why(recorded: Store, clock: HandClock) -> None:
    for code, why, error in [
        ("callback", WHY, UsageError),
        ("interested", WHY, Settled),
        ("won", " ", UsageError),
        ("nonsense", WHY, UsageError),
    ]:
        with pytest.raises(error):
            recorded.corrections.correct(1, code, "kim", why)
    with pytest.raises(NotFound):
        recorded.corrections.correct(9, "won", "kim", WHY)
    attempt, _ = recorded.attempts.begin_by_hand(number(1), "rep2")
    with pytest.raises(Settled, match="not ended"):
        recorded.corrections.correct(attempt.id, "won", "kim", WHY)
    clock.advance(5 * MINUTE)
    blocked, _ = recorded.attempts.begin_by_hand(number(1), "rep3")
    with pytest.raises(Settled, match="the gate refused"):
        recorded.corrections.correct(blocked.id, "won", "kim", WHY)


def test_a_correction_is_never_changed_or_deleted(recorded: Store, tmp_path: Path) -> None:
    recorded.corrections.correct(1, "gatekeeper", "kim", WHY)
    for sql in ("update correction set why = 'x'", "delete from correction"):
        with pytest.raises(Refused, match="a correction is never"):
            recorded.core.engine.run(sql)
