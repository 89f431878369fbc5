"""Telling voices apart: the loudness of a sound over time, and how alike two of them are."""

from __future__ import annotations

import math
import wave
from array import array
from bisect import bisect
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

STEP = 160  # samples: 20 ms at 8 kHz
PIECE = 16  # samples
LOUD = 600  # from the lowest to the highest of them, of 65,536; in silence all voices are alike


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
    if not mine:
        return 0.0
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


def share(heard: Sequence[int], voice: Path) -> float:
    """How much (0 to 1) of what is loud in a call's sound was said by `voice`, exactly as PCMU carries it.

    Piece by piece of 2 ms: what jitter, gaps and jumps leave is known again, and nobody else's ever is.
    """
    codes, known = _as_pcmu(heard), _pieces(voice)
    loud = [at for at in range(0, len(heard) - PIECE + 1, PIECE) if _swing(heard[at : at + PIECE]) > LOUD]
    return sum(codes[at : at + PIECE] in known for at in loud) / len(loud) if loud else 0.0


@cache
def _pieces(voice: Path) -> set[bytes]:
    (samples,) = channels(voice)
    codes = _as_pcmu(samples)
    return {codes[at : at + PIECE] for at in range(len(codes) - PIECE + 1)}


def _swing(samples: Sequence[int]) -> int:
    return max(samples) - min(samples)


def from_pcmu(sound: bytes) -> list[int]:
    """The samples of PCMU (ITU-T G.711)."""
    return [_PCMU[byte] for byte in sound]


def strength(samples: Sequence[int], hz: int, rate: int = 8_000) -> float:
    """How much of a sound's energy is one pure tone, 0 to 1 (Goertzel)."""
    energy = sum(x * x for x in samples)
    turn = 2 * math.pi * hz / rate
    real = sum(x * math.cos(turn * at) for at, x in enumerate(samples))
    imaginary = sum(x * math.sin(turn * at) for at, x in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (len(samples) * energy) if energy else 0.0


def _pcmu(byte: int) -> int:
    code = ~byte & 0xFF
    size = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return -size if code & 0x80 else size


def _as_pcmu(samples: Sequence[int]) -> bytes:
    """What PCMU makes of samples, as places among the 255 it knows."""
    return bytes(bisect(_BETWEEN, sample) for sample in samples)


_PCMU = [_pcmu(byte) for byte in range(256)]
_KNOWN = sorted(set(_PCMU))
_BETWEEN = [(one + next_one) / 2 for one, next_one in pairwise(_KNOWN)]
