"""Waiting longer after each failure."""

from __future__ import annotations


class Backoff:
    """Seconds to wait: `first`, then twice as long each time, never more than `most`."""

    def __init__(self, first: float, most: float) -> None:
        self._first, self._most = first, most
        self._failures = 0

    def failed(self) -> float:
        """Count a failure; how long to wait after it."""
        wait = min(self._first * 2.0 ** min(self._failures, 60), self._most)
        self._failures += 1
        return wait

    def went_well(self) -> None:
        """Begin at `first` again."""
        self._failures = 0
