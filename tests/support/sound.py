"""Telling voices apart: the loudness of a sound over time, and how alike two of them are."""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

STEP = 160  # samples: 20 ms at 8 kHz


def channels(path: Path) -> list[array[int]]:
    """The samples of each channel of a WAV file."""
    with wave.open(str(path), "rb") as file:
        count = file.getnchannels()
        samples = array("h", file.readframes(file.getnframes()))
    return [samples[index::count] for index in range(count)]


def loudness(samples: Sequence[int]) -> list[float]:
    """Root mean square of every 20 ms."""
    steps = range(0, len(samples) - STEP + 1, STEP)
    return [math.sqrt(sum(x * x for x in samples[at : at + STEP]) / STEP) for at in steps]


def likeness(heard: Sequence[int], played: Sequence[int]) -> float:
    """The best correlation (-1 to 1) of a recording's loudness with any part of what was played in a loop."""
    mine = loudness(heard)
    theirs = loudness(played)
    theirs = theirs * (len(mine) // len(theirs) + 2)
    return max(
        (_correlation(mine, theirs[lag : lag + len(mine)]) for lag in range(len(loudness(played)))),
        default=0.0,
    )


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    a, b = [x - mean_one for x in one], [x - mean_other for x in other]
    size = math.sqrt(sum(x * x for x in a) * sum(x * x for x in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / size if size else 0.0
