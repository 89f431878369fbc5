"""How loud a sound is: its peak in dBFS, and that in words. Pure."""

from __future__ import annotations

import array
import math

FULL_SCALE = 32_768
SILENCE_DBFS = -96  # of 16 bits; also what pure zeros are called
_WORDS = ((-50, "silent"), (-30, "too quiet"), (-3, "good"))


def peak(sound: bytes | bytearray) -> int:
    """The largest swing of 16-bit samples in the machine's byte order, 0 to 32768."""
    samples = array.array("h", bytes(sound))
    return abs(max(samples, key=abs)) if samples else 0


def dbfs(swing: int) -> int:
    """A swing as whole decibels below full scale: 0 is the loudest, `SILENCE_DBFS` nothing at all."""
    return max(SILENCE_DBFS, round(20 * math.log10(swing / FULL_SCALE))) if swing > 0 else SILENCE_DBFS


def in_words(level: int) -> str:
    """A level of speech in dBFS for a person."""
    return next((word for below, word in _WORDS if level < below), "too loud")
