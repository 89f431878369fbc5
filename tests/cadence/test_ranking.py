"""The order of the queue, and the line that says why."""

import pytest

from cadence.model import Lane
from cadence.ranking import BANDS, Band, age, band, reason
from config.clock import DAY, HOUR, MINUTE, SECOND, from_iso

NOW = from_iso("2026-11-24T15:00:00Z")


@pytest.mark.parametrize(
    ("lane", "late", "expected"),
    [
        (Lane.RETURNED, 0, Band.RETURNED),
        (Lane.RETURNED, 3 * DAY, Band.RETURNED),
        (Lane.RETURNED, -1, None),
        (Lane.FRESH, 0, Band.NEW),
        (Lane.FRESH, 5 * MINUTE - 1, Band.NEW),
        (Lane.FRESH, 5 * MINUTE, Band.MISSED),
        (Lane.CALLBACK, 3 * HOUR, Band.CALLBACK),
        (Lane.SOON, 59 * MINUTE, Band.SOON),
        (Lane.SOON, 60 * MINUTE, Band.LATE),
        (Lane.LONG, DAY, Band.LONG),
        (Lane.NURTURE, DAY, Band.NURTURE),
        (Lane.FRESH, -1, None),
        (Lane.NO_CALL, DAY, None),
    ],
)
def test_age_moves_a_lead_between_bands(lane: Lane, late: int, expected: Band | None) -> None:
    assert band(lane, NOW - late, NOW) is expected


def test_the_bands_stand_in_their_order_and_only_the_newest_leads_come_newest_first() -> None:
    assert [rule.band for rule in BANDS] == sorted(Band)
    assert [rule.band for rule in BANDS if rule.newest_first] == [Band.NEW]


def test_who_called_us_is_before_all_others_and_anybodys() -> None:
    assert BANDS[0].band is Band.RETURNED
    assert [rule.band for rule in BANDS if rule.anybodys] == [Band.RETURNED]


def test_the_reason_of_a_returned_call_counts_from_their_call_not_from_its_due_time() -> None:
    due, called_us = NOW - MINUTE, NOW - 11 * HOUR  # they called at night
    said = reason(Lane.RETURNED, due, NOW - DAY, 2, "web form", 1, NOW, called_us_at=called_us)
    assert said == "called you 11 h ago, nobody answered"
    assert reason(Lane.RETURNED, due, 0, 0, "", 1, NOW) == "called you 60 s ago, nobody answered"


@pytest.mark.parametrize(
    ("lane", "due", "arrived", "attempts", "step", "said"),
    [
        (Lane.FRESH, 40 * SECOND, 40 * SECOND, 0, 1, "web form 40 s ago, never called"),
        (Lane.FRESH, 2 * HOUR, 2 * HOUR, 0, 1, "never called: web form 2 h ago"),
        (Lane.FRESH, MINUTE, MINUTE, 3, 1, "web form 60 s ago, 3 tries, nobody reached"),
        (Lane.CALLBACK, 0, DAY, 1, 1, "callback agreed for 16:00 CET"),
        (Lane.CALLBACK, 12 * MINUTE, DAY, 1, 1, "callback agreed for 15:48 CET, 12 min late"),
        (Lane.CALLBACK, DAY, DAY, 1, 1, "callback agreed for Mon 23 Nov 16:00 CET, 24 h late"),
        (Lane.SOON, 12 * MINUTE, HOUR, 1, 2, "call 2 of 6, due 12 min ago"),
        (Lane.SOON, 0, HOUR, 1, 2, "call 2 of 6, due now"),
        (Lane.SOON, -20 * MINUTE, HOUR, 1, 2, "call 2 of 6, due in 20 min"),
        (Lane.LONG, 3 * DAY, 7 * DAY, 3, 4, "call 4 of 6, due 3 days ago"),
        (Lane.NURTURE, 0, 85 * DAY, 6, 1, "still in touch: nurture call 1, 85 days after asking"),
    ],
)
def test_the_reason_in_one_line(
    lane: Lane, due: int, arrived: int, attempts: int, step: int, said: str
) -> None:
    assert (
        reason(lane, NOW - due, NOW - arrived, attempts, "web form", step, NOW, zone="Europe/Berlin") == said
    )


def test_ages_in_the_unit_a_person_would_say() -> None:
    spans = (0, 99 * SECOND, 100 * SECOND, 99 * MINUTE, 100 * MINUTE, 47 * HOUR, 48 * HOUR)
    assert [age(ms) for ms in spans] == ["0 s", "99 s", "1 min", "99 min", "1 h", "47 h", "2 days"]
