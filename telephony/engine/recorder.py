"""Ears on the conference bridge, and the recording made from what they hear.

An ear is a port of the stack written in Python. Its native half may be in use
by the bridge's thread at any moment, so ears are never destroyed: they go back
to a drawer, and the next call takes them from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from telephony.engine.frame_bytes import sound_of
from telephony.engine.wav_writer import FRAME_MS, WavWriter
from telephony.wav_repair import RATE

Heard = Callable[[bytes, bytes], None]
"""Takes 20 ms of the rep and of the lead, 16 bits a sample; empty where nothing was played to the ear."""


class _Ear(pj.AudioMediaPort):
    def __init__(self, name: str, take: Callable[[bytes], None]) -> None:
        super().__init__()
        self._take = take
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, FRAME_MS * 1000, 16)
        self.createPort(name, form)

    def onFrameReceived(self, frame: Any) -> None:  # noqa: ANN401, N802
        """Called by the bridge's clock every 20 ms, in its thread."""
        self._take(sound_of(frame) if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO else b"")

    def onFrameRequested(self, frame: Any) -> None:  # noqa: ANN401, N802
        """Called when the bridge wants sound: an ear has none."""
        frame.type = pj.PJMEDIA_FRAME_TYPE_NONE


class Ears:
    """Two ears that hear the same ticks of the bridge: `left` the rep, `right` the lead."""

    def __init__(self) -> None:
        self.listeners: list[Heard] = []
        self._last = b""
        self.left = _Ear("left", self._hear_left)
        self.right = _Ear("right", self._hear_right)

    def _hear_left(self, sound: bytes) -> None:
        self._last = sound

    def _hear_right(self, sound: bytes) -> None:
        left, self._last = self._last, b""
        for heard in self.listeners:
            heard(left, sound)


class Drawer:
    """Where ears wait for the next call."""

    def __init__(self) -> None:
        self._all: list[Ears] = []  # lost while the bridge uses it, a pair takes the process with it
        self._free: list[Ears] = []

    def take(self) -> Ears:
        """A pair nobody uses."""
        if not self._free:
            self._free.append(Ears())
            self._all.extend(self._free)
        return self._free.pop()

    def give_back(self, ears: Ears) -> None:
        """Put a pair back; whoever took it has joined nothing to it any more."""
        ears.listeners = []
        self._free.append(ears)


class Recorder:
    """One recording of one call."""

    def __init__(self, path: str, ears: Ears) -> None:
        """Begin.

        Raises:
            OSError: the file cannot be made.
        """
        self.path = path
        self._writer = WavWriter(path)
        self._ears = ears
        ears.listeners = [*ears.listeners, self._writer.put]  # replaced, never changed: the bridge reads it

    @property
    def fault(self) -> str:
        """Why nothing is recorded any more; empty while all is well."""
        return self._writer.fault

    @property
    def paused(self) -> bool:
        """Whether silence is written in place of the voices."""
        return self._writer.paused

    def pause(self, on: bool) -> None:
        """Write silence, or the voices again."""
        self._writer.paused = on

    def close(self) -> int:
        """End the recording; its length in ms."""
        self._ears.listeners = [one for one in self._ears.listeners if one != self._writer.put]
        return self._writer.close()
