"""The practice floor's leads: somebody may be called at any hour of any day."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from cadence.gate import next_allowed
from cadence.gate_facts import GateFacts
from cadence.numbers import e164, zones
from cadence.rulebook import load
from config.clock import DAY, HOUR, MINUTE
from floor.practice_leads import open_places, practice_leads

RULES = load(None).gate
BEGINS = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize("minutes", [1, 31])
def test_somewhere_a_call_is_allowed_for_an_hour_at_any_hour_of_a_year(minutes: int) -> None:
    number = {place: place.number(0, "1") for place in open_places(RULES, BEGINS)}
    hours = range(BEGINS + minutes * MINUTE, BEGINS + 366 * DAY, HOUR)
    for now in hours:
        for place in open_places(RULES, now):
            facts = GateFacts(number.setdefault(place, place.number(0, "1")))
            assert next_allowed(facts, RULES, now + HOUR) == now + HOUR, datetime.fromtimestamp(
                now / 1000, UTC
            )


def test_where_they_live_is_where_their_numbers_are() -> None:
    for day in range(7):
        for hour in range(0, 24, 6):
            now = BEGINS + day * DAY + hour * HOUR
            for row in csv.DictReader(StringIO(practice_leads(60, now, RULES))):
                assert e164(row["phone"], "US") == row["phone"]
                assert zones(row["phone"]), row


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_only_open_ones_may_all_be_called_now_on_a_sunday(hour: int) -> None:
    now = BEGINS + hour * HOUR
    assert datetime.fromtimestamp(now / 1000, UTC).strftime("%a") == "Sun"
    for row in csv.DictReader(StringIO(practice_leads(40, now, RULES, only_open=True))):
        assert next_allowed(GateFacts(row["phone"]), RULES, now) == now
