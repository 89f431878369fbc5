"""What became of a known sound on its way: its delay from moment to moment, and what of it was lost.

Noise that repeats nowhere is said, and looked for in what was heard, 20 ms at a time.
Where its place jumps, sound was thrown away or put in; where it is nowhere, sound was
lost. A delay that glides (0.6 % and less, which nobody hears) is neither.
"""

from __future__ import annotations

import array
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

RATE = 8_000  # Hz, of the telephone's sound: finer is nothing
WINDOW = RATE // 50
SPAN = RATE // 2  # the longest delay that is looked for
ALIKE = 0.75  # two codecs leave it at 0.98, a piece with half of it missing is at 0.7
LOOK = 0.88  # less may be a glide, or be somewhere else altogether
MOVED = RATE // 1000  # a millisecond; a glide makes 0.13 of it in a window


@dataclass(frozen=True, slots=True)
class Way:
    """What was seen of a sound's way."""

    delays_ms: tuple[float, ...]  # of each window that was found
    lost: int  # windows that were not
    moves: int  # times that the delay jumped

    @property
    def median(self) -> float:
        """The delay that was usual."""
        return statistics.median(self.delays_ms)


def noise(seconds: float, seed: int = 1) -> array.array[int]:
    """Noise of the telephone's lower band (200 to 700 Hz or so: a glide leaves it alike), ever the same."""
    dice = random.Random(seed)
    low, lower, high, found = 0.0, 0.0, 0.0, array.array("h")
    for _ in range(round(seconds * RATE)):
        low += 0.4 * (dice.uniform(-1, 1) - low)
        lower += 0.4 * (low - lower)
        high += 0.15 * (lower - high)
        found.append(round(max(-1.0, min(1.0, 2 * (lower - high))) * 28_000))
    return found


def thinned(sound: Sequence[int], by: int) -> list[float]:
    """Every `by` samples as one."""
    return [sum(sound[i : i + by]) / by for i in range(0, len(sound) - by + 1, by)]


def way(said: Sequence[float], heard: Sequence[float]) -> Way:
    """Follow what was said through what was heard; both begin at the same moment."""
    delays: list[float] = []
    lost = moves = place = 0
    for at in range(0, min(len(said), len(heard) - SPAN) - WINDOW, WINDOW):
        piece = said[at : at + WINDOW]
        if _power(piece) < WINDOW * 100:  # nothing is said yet
            continue
        found, like = _find(piece, heard, at, range(max(0, place - MOVED), place + MOVED + 1))
        if like < LOOK:
            elsewhere, better = _find(piece, heard, at, range(SPAN))
            found, like = (elsewhere, better) if better > like + 0.05 else (found, like)
        if like < ALIKE:
            lost += 1
            continue
        moves += bool(delays) and abs(found - place) >= MOVED
        place = found
        delays.append(found * 1000 / RATE)
    return Way(tuple(delays), lost, moves)


def _find(piece: Sequence[float], heard: Sequence[float], at: int, lags: range) -> tuple[int, float]:
    """The lag at which `heard` is most like `piece`, and how much: 1 is the same."""
    power = _power(piece)
    best, place = -1.0, 0
    for lag in lags:
        there = heard[at + lag : at + lag + WINDOW]
        product = sum(map(mul, piece, there))
        if product <= 0:
            continue
        like = product / math.sqrt(power * max(1.0, _power(there)))
        if like > best:
            best, place = like, lag
    return place, best


def _power(sound: Sequence[float]) -> float:
    return float(sum(map(mul, sound, sound)))
