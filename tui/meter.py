"""The level meters: what the phone measured, made steady enough to look at.

Peaks arrive four times a second. A bar that followed each of them would
flicker beside a conversation; so a bar jumps up at once and sinks one cell at
a time, as the needle of a studio meter does.
"""

from __future__ import annotations

from dataclasses import dataclass

from floor.view import LevelsView

CELLS = 6
CLICKS_SHOWN_MS = 10_000
SILENT_MS = 4_000  # a person who listens is quieter than one who talks, and never digitally silent so long
_SILENT_DBFS = -90  # a live microphone has noise well above it; a headset's own switch sends zeros
_FLOOR_DBFS, _CELL_DB = -54, 8  # speech peaks between -40 and -6


@dataclass(frozen=True, slots=True)
class Meter:
    """Both bars in cells, and what deserves a word."""

    microphone: int = 0
    speaker: int = 0
    silent_since: int | None = None  # the microphone gives nothing at all, `Clock.monotonic` ms
    under_runs: int = 0  # counted by the phone up to now
    clicks: int = 0  # of them, since the last quiet time
    clicked_at: int | None = None  # `Clock.monotonic` ms

    def after(self, levels: LevelsView, mono: int) -> Meter:
        """The meter once `levels` were measured, at `mono` (ms)."""
        silent = levels.microphone <= _SILENT_DBFS
        since = self.silent_since if self.silent_since is not None else mono
        grown = max(levels.under_runs - self.under_runs, 0)
        before = self.clicks if self.clicks_at(mono) else 0
        return Meter(
            microphone=max(_cells(levels.microphone), self.microphone - 1),
            speaker=max(_cells(levels.speaker), self.speaker - 1),
            silent_since=since if silent else None,
            under_runs=levels.under_runs,
            clicks=before + grown,
            clicked_at=mono if grown else self.clicked_at,
        )

    def clicks_at(self, mono: int) -> int:
        """Clicks worth showing at `mono`: none once the sound has been whole for a while."""
        fresh = self.clicked_at is not None and mono - self.clicked_at < CLICKS_SHOWN_MS
        return self.clicks if fresh else 0

    def silent_ms(self, mono: int, since: int) -> int:
        """How long the microphone has given nothing, counted from `since` (`Clock.monotonic` ms) at most."""
        return 0 if self.silent_since is None else mono - max(self.silent_since, since)


def first(levels: LevelsView, mono: int) -> Meter:
    """The meter of a phone just heard for the first time: clicks of before are old news."""
    return Meter(under_runs=levels.under_runs).after(levels, mono)


def _cells(dbfs: int) -> int:
    return min(max((dbfs - _FLOOR_DBFS) // _CELL_DB, 0), CELLS)
