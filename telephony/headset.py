"""A headset for a whole shift: opened by name, watched, and opened again after it was pulled out.

The cards run in threads of their own and touch nothing but two rings. What
happens to the headset is told as news, which the owner fetches when it likes.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from telephony.errors import SoundError
from telephony.levels import dbfs, peak
from telephony.ring import Ring
from telephony.soundcard import Device, cards, open_microphone, open_speaker, pick

FRAME = 320  # bytes: 20 ms at 8 kHz, the bridge's step
TARGET = FRAME * 2  # half of it in hand when the bridge has taken a frame: cards and threads come that late
LIMIT = FRAME * 7
# Looks are counted, not timed: a machine that stood still has missed callbacks and looks alike.
WATCH_S = 0.25
LOST = 4  # looks without a callback: miniaudio does not always tell that a card is gone
NOT_YET = 20  # likewise of a card just opened: a sound server may take seconds to wake one that slept
STEP_S = 0.02  # between looks for the first sound
FIRST_SOUND = 250  # such looks
RETRY_S = 1.0
CHOICE = "the system's choice"
OTHERWISE = "Or name another one in the [sound] table: 'sixring sound list' shows them."


@dataclass(frozen=True, slots=True)
class News:
    """The headset works, or why it does not."""

    ready: bool
    text: str


@dataclass(frozen=True, slots=True)
class Levels:
    """Peaks since they were last asked for (dBFS), and the clicks so far."""

    microphone: int
    speaker: int
    under_runs: int
    over_runs: int


class Headset:
    """Microphone and speaker behind two rings."""

    def __init__(self, microphone: str, speaker: str, *, backends: Sequence[Any] = ()) -> None:
        """Nothing is opened before `start`.

        Args:
            microphone: Its name or a part of it; empty: the system's choice.
            speaker: Likewise.
            backends: Those of miniaudio to use; for tests.
        """
        self._names = (microphone, speaker)
        self._backends = backends
        self.spoken = Ring(TARGET, LIMIT, FRAME)  # from the microphone to the bridge
        self.played = Ring(TARGET, LIMIT, FRAME)  # from the bridge to the speaker
        self._peaks = [0, 0]
        self._called = ("", "")  # microphone and speaker, in a sentence
        self._ticks = [0, 0]  # callbacks of microphone and speaker
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._last = News(False, "")
        self._leave = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="headset", daemon=True)

    def start(self) -> None:
        """Open the headset, and keep it open; `news` tells how it goes."""
        self._keeper.start()

    def close(self) -> None:
        """Let the cards go."""
        self._leave.set()
        self._keeper.join()

    def news(self) -> list[News]:
        """What happened since the last time, oldest first."""
        fetched = []
        while not self._news.empty():
            fetched.append(self._news.get())
        return fetched

    def levels(self) -> Levels:
        """Peaks since the last time, and the clicks so far."""
        peaks, self._peaks = self._peaks, [0, 0]
        return Levels(
            dbfs(peaks[0]), dbfs(peaks[1]),
            self.spoken.under_runs + self.played.under_runs, self.spoken.over_runs + self.played.over_runs,
        )  # fmt: skip

    # ---------------------------------------------------- threads of the cards

    def _heard(self, sound: bytes) -> None:
        self._ticks[0] += 1
        self._peaks[0] = max(self._peaks[0], peak(sound))
        self.spoken.push(sound)

    def _wanted(self, size: int) -> bytes:
        self._ticks[1] += 1
        sound = self.played.pull(size)
        self._peaks[1] = max(self._peaks[1], peak(sound))
        return sound

    # ------------------------------------------------------------- its keeper

    def _keep(self) -> None:
        lost = False
        while not self._leave.is_set():
            try:
                with ExitStack() as stack:
                    names = self._open(stack)
                    if not self._first_sound():
                        continue
                    self._say(True, names)
                    self._watch()
                if not self._leave.is_set():
                    lost = True
                    self._say(False, f"The headset is gone ({names}); calls go on in silence. Plug it in.")
            except SoundError as error:
                if not lost:  # once it worked, "gone" says more than what is there instead
                    self._say(False, str(error))
            self.spoken.clear()
            self.played.clear()
            self._leave.wait(RETRY_S)

    def _open(self, stack: ExitStack) -> str:
        """Open both; what they are called."""
        found = cards(self._backends)
        microphone = pick(found.microphones, self._names[0], "microphone")
        speaker = pick(found.speakers, self._names[1], "speaker")
        self._called = (
            f"The microphone '{microphone.name or CHOICE}'",
            f"The speaker '{speaker.name or CHOICE}'",
        )
        self._ticks = [0, 0]
        stack.callback(open_speaker(speaker, self._wanted, self._backends, found.ahead_ms).close)
        stack.callback(open_microphone(microphone, self._heard, self._backends).close)
        return _together(microphone, speaker)

    def _first_sound(self) -> bool:
        """Wait for a callback of each; False when it is time to leave.

        Raises:
            SoundError: a card opened, and nothing comes of it.
        """
        for _ in range(FIRST_SOUND):
            if all(self._ticks):
                return True
            if self._leave.wait(STEP_S):
                return False
        silent = self._called[self._ticks[0] > 0]
        raise SoundError(f"{silent} opens and gives no sound. Unplug it and plug it in again. {OTHERWISE}")

    def _watch(self) -> None:
        """Return once a card has fallen silent, or it is time to leave."""
        seen, silent, looks = list(self._ticks), [0, 0], 0
        while not self._leave.wait(WATCH_S):
            looks += 1
            for side, ticks in enumerate(self._ticks):
                silent[side] = silent[side] + 1 if ticks == seen[side] else 0
                seen[side] = ticks
            if max(silent) >= (LOST if looks > NOT_YET else NOT_YET):
                return

    def _say(self, ready: bool, text: str) -> None:
        news = News(ready, text)
        if news != self._last:
            self._last = news
            self._news.put(news)


def _together(microphone: Device, speaker: Device) -> str:
    names = dict.fromkeys(device.name or CHOICE for device in (microphone, speaker))
    return " and ".join(names)
