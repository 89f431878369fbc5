"""The level meters: what the phone measured, made steady enough to look at.

Peaks arrive up to four times a second. A bar that followed each of them would
flicker beside a conversation; so a bar jumps up at once and sinks slowly, as
the needle of a studio meter does. All instants are `Clock.monotonic` ms.
"""

from __future__ import annotations

import msgspec

from floor.view import LevelsView

CELLS = 6
SINK_MS = 250  # a bar sinks one cell in this time
CLICKS_SHOWN_MS = 10_000
SILENT_MS = 4_000  # a person who listens is quieter than one who talks, and never digitally silent so long
_SILENT_DBFS = -90  # a live microphone has noise well above it; a headset's own switch sends zeros
_FLOOR_DBFS, _CELL_DB = -54, 8  # speech peaks between -40 and -6


class Bar(msgspec.Struct, frozen=True):
    """One level in cells."""

    level: int = 0  # measured last
    top: int = 0  # shown then
    at: int = 0

    def shown(self, mono: int) -> int:
        """The cells to show at `mono`."""
        return max(self.level, self.top - max(mono - self.at, 0) // SINK_MS)

    def after(self, dbfs: int, mono: int) -> Bar:
        """The bar once `dbfs` was measured."""
        level = min(max((dbfs - _FLOOR_DBFS) // _CELL_DB, 0), CELLS)
        return Bar(level, max(level, self.shown(mono)), mono)


class Meter(msgspec.Struct, frozen=True):
    """Both bars, and what deserves a word."""

    microphone: Bar = Bar()
    speaker: Bar = Bar()
    silent_since: int | None = None  # the microphone gives nothing at all
    under_runs: int = 0  # counted by the phone up to now
    clicks: int = 0  # of them, since the last quiet time
    clicked_at: int | None = None

    def after(self, levels: LevelsView, mono: int) -> Meter:
        """The meter once `levels` were measured."""
        silent = levels.microphone <= _SILENT_DBFS
        since = self.silent_since if self.silent_since is not None else mono
        grown = max(levels.under_runs - self.under_runs, 0)
        return Meter(
            microphone=self.microphone.after(levels.microphone, mono),
            speaker=self.speaker.after(levels.speaker, mono),
            silent_since=since if silent else None,
            under_runs=levels.under_runs,
            clicks=self.clicks_at(mono) + grown,
            clicked_at=mono if grown else self.clicked_at,
        )

    def clicks_at(self, mono: int) -> int:
        """Clicks worth showing: none once the sound has been whole for a while."""
        fresh = self.clicked_at is not None and mono - self.clicked_at < CLICKS_SHOWN_MS
        return self.clicks if fresh else 0

    def silent_ms(self, mono: int, since: int) -> int:
        """How long the microphone has given nothing, counted from `since` at most."""
        return 0 if self.silent_since is None else mono - max(self.silent_since, since)


def first(levels: LevelsView, mono: int) -> Meter:
    """The meter of a phone just heard for the first time: clicks of before are old news."""
    return Meter(under_runs=levels.under_runs).after(levels, mono)
