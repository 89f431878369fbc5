"""Is it a lawful hour there, and when is the next one? A window is a place's hours in one zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cadence.calendar import holiday, instants, local
from cadence.rules import Place
from cadence.spans import CLOSED, Hours, overlap

_DAYS_AHEAD = 15  # no place is closed for longer
_ROUNDS = 64  # windows that have not met after so many openings never do


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of `place` on the wall clock of `zone`."""

    place: Place
    zone: ZoneInfo

    def hours(self, day: date) -> Hours:
        """When calls are allowed on `day`."""
        hours = self.place.week[day.weekday()]
        if self.place.holiday is None or hours == CLOSED or not self.holiday(day):
            return hours
        return overlap(hours, self.place.holiday)

    def holiday(self, day: date) -> str:
        """The public holiday on `day` that narrows the hours, or an empty text."""
        return holiday(self.place.country, self.place.region, day) if self.place.holiday is not None else ""

    def open_at(self, wall: datetime) -> bool:
        """Whether calls are allowed when the wall clock shows `wall`."""
        start, end = self.hours(wall.date())
        return start <= wall.hour * 60 + wall.minute < end

    def opening(self, now: int) -> int | None:
        """The first moment from `now` on that is inside the window; None if it stays closed."""
        wall = local(now, self.zone)
        if self.open_at(wall):
            return now
        for ahead in range(_DAYS_AHEAD):
            day = wall.date() + timedelta(days=ahead)
            start, end = self.hours(day)
            later = (at for at in instants(day, start, self.zone) if at >= now)
            at = next(later, None) if start < end else None
            if at is not None and self.open_at(local(at, self.zone)):
                return at
        return None


def first_open(windows: Iterable[Window], now: int) -> int | None:
    """The first moment from `now` on that is inside all `windows`; None if they never meet."""
    at = now
    every = tuple(windows)
    for _ in range(_ROUNDS):
        before = at
        for window in every:
            opening = window.opening(at)
            if opening is None:
                return None
            at = opening
        if at == before:
            return at
    return None
