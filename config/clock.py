"""Two clocks in one: UTC for the record, monotonic for durations.

Everything that needs the time takes a `Clock`, so that a test or a simulated
floor can hold the hands. Times are integer milliseconds since the epoch, UTC.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """A source of time."""

    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""
        ...

    def monotonic(self) -> int:
        """Milliseconds on a clock that never steps; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> int:
        """Milliseconds on the machine's monotonic clock."""
        return time.monotonic_ns() // 1_000_000


class HandClock:
    """A clock moved by hand: for tests and the simulated floor."""

    def __init__(self, now: int) -> None:
        """Start at `now` (ms UTC); the monotonic hand starts at zero."""
        self._now = now
        self._monotonic = 0

    def now(self) -> int:
        """Milliseconds since the epoch, UTC."""
        return self._now

    def monotonic(self) -> int:
        """Milliseconds advanced since the start."""
        return self._monotonic

    def advance(self, ms: int) -> None:
        """Move both hands forward by `ms`."""
        self._now += ms
        self._monotonic += ms

    def step(self, ms: int) -> None:
        """Move only the wall clock, as an NTP step does; `ms` may be negative."""
        self._now += ms


def iso(ms: int) -> str:
    """`ms` as ISO 8601 in UTC with milliseconds: `2026-11-21T14:05:09.120Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def from_iso(text: str) -> int:
    """Milliseconds UTC of an ISO 8601 text; a text without an offset is taken as UTC.

    Raises:
        ValueError: `text` is not an ISO 8601 date or time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
