"""A place's calendar: local dates and wall times, holidays, business days; also when the clock changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SATURDAY = 5
UTC = ZoneInfo("UTC")


@lru_cache
def zone_info(name: str) -> ZoneInfo | None:
    """The zone of that IANA name, or None if there is none (a source may state anything)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def local(ms: int, zone: ZoneInfo) -> datetime:
    """The wall clock in `zone` at `ms` UTC."""
    return datetime.fromtimestamp(ms / 1000, zone)


def instants(day: date, minute: int, zone: ZoneInfo) -> tuple[int, int]:
    """The moments (ms UTC) at which the wall clock in `zone` shows `minute` of `day`, earlier first.

    They are one and the same but where the clock is set back, when it shows
    the hour twice. In the hour that is skipped when the clock is set forward,
    they are the moment as far past the jump as `minute` is.
    """
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    first, second = (round(wall.replace(tzinfo=zone, fold=fold).timestamp() * 1000) for fold in (0, 1))
    return (first, second) if first <= second else (first, first)


def wall(day: date, minute: int, zone: ZoneInfo) -> int:
    """The first moment (ms UTC) at which the wall clock in `zone` shows `minute` of `day`."""
    return instants(day, minute, zone)[0]


def holiday(country: str, region: str, day: date) -> str:
    """The name of the public holiday in that place on `day`; empty if it is none, or the place is unknown."""
    return _holidays(country, region, day.year).get(day, "") if country else ""


@lru_cache(512)
def _holidays(country: str, region: str, year: int) -> dict[date, str]:
    import holidays

    try:
        return dict(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:  # a country or a region the package does not know
        return _holidays(country, "", year) if region else {}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Dates as the lead's place counts them."""

    zone: ZoneInfo
    country: str = ""
    region: str = ""

    def day(self, ms: int) -> date:
        """The local date at `ms` UTC."""
        return local(ms, self.zone).date()

    def is_business_day(self, day: date) -> bool:
        """Whether `day` is neither weekend nor public holiday."""
        return day.weekday() < SATURDAY and not holiday(self.country, self.region, day)

    def business_day(self, start: date, count: int) -> date:
        """The business day `count` after `start`; `start` itself moves on to a business day first."""
        day = start
        while not self.is_business_day(day):
            day += timedelta(days=1)
        for _ in range(count):
            day += timedelta(days=1)
            while not self.is_business_day(day):
                day += timedelta(days=1)
        return day
