"""The file that rows come from, as the store remembers it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One file, and how it is read in."""

    file: str
    sha256: str
    by: str
    started_at: int
    cadence: str  # of the new leads; empty: their campaign's, or the floor's own
    details: str  # JSON: mapping, encoding, delimiter
