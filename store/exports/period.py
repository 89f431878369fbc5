"""From when to when a report reaches, and where its days begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.errors import UsageError
from config.text import for_terminal

_FIRST_DAY = date(1970, 1, 2)


@dataclass(frozen=True, slots=True)
class Period:
    """`start` inclusive, `end` exclusive, ms UTC; its days are those of `zone`."""

    start: int
    end: int
    zone: ZoneInfo

    def days(self) -> list[Period]:
        """The local days of the period, each cut to it. A day of a clock change has 23 or 25 hours."""
        days, at, day = [], self.start, self.day_of(self.start)
        while at < self.end:
            day += timedelta(days=1)
            until = min(midnight(day, self.zone), self.end)
            if until > at:  # a zone that moved across the date line has a day of no length
                days.append(Period(at, until, self.zone))
            at = until
        return days

    def day_of(self, at: int) -> date:
        """The local date of the instant `at`."""
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone).date()

    def date(self) -> str:
        """The local date on which the period starts, ISO 8601."""
        return self.day_of(self.start).isoformat()


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day, ms UTC; where a clock change skips midnight, the change itself."""
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)


def period(since: str, until: str, zone: ZoneInfo, now: int) -> Period:
    """The period of `--from` and `--to`.

    A date is a day of the firm's zone, and both days belong to the report; a
    date with a time is an instant (the firm's zone unless it has an offset),
    and the last instant does not belong. Empty: from the beginning; until now.

    Raises:
        UsageError: a text is no ISO 8601 date, or the period is empty.
    """
    start = _instant(since, zone, "--from", last=False) if since else midnight(_FIRST_DAY, ZoneInfo("UTC"))
    end = _instant(until, zone, "--to", last=True) if until else now
    if start >= end:
        raise UsageError(
            f"--from {since or 'the beginning'} is not before --to {until or 'now'}; give an earlier one"
        )
    return Period(start, end, zone)


def _instant(text: str, zone: ZoneInfo, option: str, *, last: bool) -> int:
    try:
        if len(text) <= len("2026-11-21"):
            day = date.fromisoformat(text)
            return midnight(day + timedelta(days=1) if last else day, zone)
        moment = datetime.fromisoformat(text)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise UsageError(
            f'{option}: "{for_terminal(text)}" is no date; write 2026-11-21 or 2026-11-21T14:05:00'
        ) from None
