"""What an answering machine sounds like: a long greeting, and a beep. A hint for the rep, never a decision.

Frames are 20 ms of 16 bits at 8 kHz; whole numbers only. A person at home says
"hello?" and waits; a machine, and many a firm's switchboard, talks on. So a
long greeting means little by itself; a beep after it means much.
"""

from __future__ import annotations

from array import array
from operator import add, mul
from typing import Literal

Word = Literal["long greeting", "beep heard"]

FRAME_MS = 20
FRAME = 160  # samples
GREETING_MS = 3_000  # of speech without a pause; firms that name themselves and a person take two seconds
PAUSE_MS = 700  # ends a greeting
_VOICE_AT_LEAST = 120  # root mean square
_BEEP_AT_LEAST = 200
_BEEP_MS = (160, 1_500)  # longer ones are a fax, a dial tone, or ringback
_TONE = (-908, 1_925)  # 2000 cos(2 pi f / 8000): 2600 Hz to 350 Hz; below lie the hum of voices
_STEADY = 40  # how far a tone's own number may move from frame to frame
_PURITY = 20  # a tone's rest, what no single frequency explains, is less than 1/20


class Listener:
    """Hears the called side of one call."""

    def __init__(self) -> None:
        self._greeting, self._beep = _Greeting(), _Beep()

    def hear(self, sound: bytes) -> Word | None:
        """Take 20 ms; a word when there is something to say, each at most once."""
        samples = array("h", sound if len(sound) == 2 * FRAME else bytes(2 * FRAME))
        power = sum(map(mul, samples, samples))
        if self._beep.hear(samples, power):
            return "beep heard"
        return "long greeting" if self._greeting.hear(power) else None


class _Greeting:
    """Counts speech from its first word to its first pause."""

    def __init__(self) -> None:
        self._floor: int | None = None  # power of the line when nobody speaks
        self._spoken = self._silent = 0  # ms
        self._over = False

    def hear(self, power: int) -> bool:
        if self._over:
            return False
        if self._is_voice(power):
            self._spoken += FRAME_MS + (self._silent if self._spoken else 0)
            self._silent = 0
        else:
            self._silent += FRAME_MS
            self._over = self._spoken > 0 and self._silent >= PAUSE_MS
        self._over = self._over or self._spoken >= GREETING_MS
        return self._spoken >= GREETING_MS

    def _is_voice(self, power: int) -> bool:
        """Well above the quietest the line has been."""
        floor = power if self._floor is None else min(power, self._floor + self._floor // 50 + FRAME)
        self._floor = floor
        return power > max(_VOICE_AT_LEAST**2 * FRAME, 16 * floor)


class _Beep:
    """Finds one steady, pure tone that has ended.

    In a pure tone each sample is the same multiple of the sum of its two
    neighbours; the multiple tells the frequency, what is left over the purity.
    """

    def __init__(self) -> None:
        self._run = self._tone = 0
        self._heard = False

    def hear(self, samples: array[int], power: int) -> bool:
        tone = _tone_in(samples) if power > _BEEP_AT_LEAST**2 * FRAME else None
        if tone is not None and self._run and abs(tone - self._tone) <= _STEADY:
            self._run += FRAME_MS
        else:
            ended, self._run = self._run, FRAME_MS if tone is not None else 0
            if _BEEP_MS[0] <= ended <= _BEEP_MS[1] and not self._heard:
                self._heard = True
                return True
        self._tone = tone if tone is not None else 0
        return False


def _tone_in(samples: array[int]) -> int | None:
    """2000 times the cosine of the one frequency in `samples`; None where there are more."""
    middle = samples[1:-1]
    sides = array("l", map(add, samples[:-2], samples[2:]))
    own = sum(map(mul, middle, middle))
    both = sum(map(mul, middle, sides))
    rest = sum(map(mul, sides, sides)) * own - both * both
    if own == 0 or rest * _PURITY > own * own:
        return None
    tone = 1_000 * both // own
    return tone if _TONE[0] <= tone <= _TONE[1] else None
