"""Local days: the clock's changes, holidays, business days."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadence.calendar import Calendar, holiday, instants, local, zone_info
from config.clock import HOUR, MINUTE, from_iso, iso

NEW_YORK = ZoneInfo("America/New_York")


def test_an_hour_that_is_skipped_is_the_moment_as_far_past_the_jump() -> None:
    jumped = from_iso("2026-03-08T07:30:00Z")
    assert instants(date(2026, 3, 8), 2 * 60 + 30, NEW_YORK) == (jumped, jumped)
    assert local(jumped, NEW_YORK).strftime("%H:%M") == "03:30"


def test_an_hour_that_comes_twice_has_two_moments() -> None:
    first, second = instants(date(2026, 11, 1), 90, NEW_YORK)
    assert second - first == HOUR
    assert {local(at, NEW_YORK).strftime("%H:%M") for at in (first, second)} == {"01:30"}


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from(
        ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
    ),
)
def test_the_wall_clock_shows_what_was_asked_wherever_it_can(day: date, minute: int, zone: str) -> None:
    there = ZoneInfo(zone)
    for at in instants(day, minute, there):
        shown = local(at, there)
        days = (shown.date() - day).days
        moved = abs(days * 24 * 60 + shown.hour * 60 + shown.minute - minute)
        assert moved in (0, 30, 60), iso(at)
        assert at % MINUTE == 0


def test_holidays_by_state_and_none_where_nothing_is_known() -> None:
    assert holiday("US", "AL", date(2026, 11, 26)) == "Thanksgiving Day"
    assert holiday("US", "ZZ", date(2026, 12, 25)) == "Christmas Day"
    assert holiday("", "", date(2026, 12, 25)) == ""
    assert holiday("XX", "", date(2026, 12, 25)) == ""


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 24), 2, date(2026, 11, 27)),  # over Thanksgiving
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # over a weekend
        (date(2026, 11, 21), 0, date(2026, 11, 23)),  # a Saturday begins on Monday
        (date(2026, 11, 21), 1, date(2026, 11, 24)),
    ],
)
def test_business_days_leave_out_weekends_and_holidays(start: date, count: int, expected: date) -> None:
    assert Calendar(NEW_YORK, "US", "NY").business_day(start, count) == expected


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "America", "\0"])
def test_a_zone_that_is_none_is_none(name: str) -> None:
    assert zone_info(name) is None
