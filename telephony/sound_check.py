"""The loop-back before the shift: what the microphone hears comes out of the speaker, a moment later."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from telephony.levels import dbfs, peak
from telephony.ring import Ring
from telephony.soundcard import RATE, cards, open_microphone, open_speaker, pick

DELAY_MS = 800  # long enough to tell one's echo from one's voice


class SoundCheck:
    """An open microphone and speaker, joined; a context manager."""

    def __init__(self, microphone: str, speaker: str, backends: Sequence[Any] = ()) -> None:
        """Choose the devices, by a part of their names.

        Raises:
            SoundError: there is none, or more than one that fits.
        """
        found = cards(backends)
        self.microphone = pick(found.microphones, microphone, "microphone")
        self.speaker = pick(found.speakers, speaker, "speaker")
        self._backends = backends
        self._ahead_ms = found.ahead_ms
        delay = RATE * 2 * DELAY_MS // 1000
        self._ring = Ring(delay, delay * 2)
        self._heard = self._played = 0
        self._open = ExitStack()

    def __enter__(self) -> SoundCheck:
        """Open both.

        Raises:
            SoundError: a card will not open.
        """
        with ExitStack() as stack:
            speaker = open_speaker(self.speaker, self._give, self._backends, self._ahead_ms)
            stack.callback(speaker.close)
            stack.callback(open_microphone(self.microphone, self._take, self._backends).close)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Let both go."""
        self._open.close()

    def levels(self) -> tuple[int, int]:
        """Peaks of microphone and speaker since the last time, in dBFS."""
        heard, played, self._heard, self._played = self._heard, self._played, 0, 0
        return dbfs(heard), dbfs(played)

    def _take(self, sound: bytes) -> None:
        self._heard = max(self._heard, peak(sound))
        self._ring.push(sound)

    def _give(self, size: int) -> bytes:
        sound = self._ring.pull(size)
        self._played = max(self._played, peak(sound))
        return sound
