"""Writes a recording on a thread of its own: a slow or full disk never stops a call.

The bridge's clock hands over a frame of each channel every 20 ms; the thread
interleaves them, appends them, and writes the head anew each second. What the
operating system has taken survives the death of the process.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from array import array

from telephony.wav_repair import FRAME, HEAD, RATE, head, length_ms

FRAME_MS = 20
_BYTES = RATE * FRAME_MS // 1000 * 2  # of one channel's frame
_SILENCE = bytes(_BYTES)
_HEAD_EVERY = 1000 // FRAME_MS  # frames
_LAST_WORDS_S = 1.0  # how long `close` waits for the disk
_MOST_WAITING = 60_000 // FRAME_MS  # frames kept for a disk that does not move; then it counts as failed


class WavWriter:
    """One recording being written. `left` is the rep, `right` the lead; both may be short or empty."""

    def __init__(self, path: str) -> None:
        """Make the file, readable by its owner only.

        Raises:
            OSError: it cannot be made, or is there already.
        """
        self.fault = ""  # why nothing is written any more
        self.paused = False  # silence is written in place of both voices: times in the file stay true
        self._size = 0
        self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(self._file, head(0), 0)
        except OSError:
            os.close(self._file)
            raise
        self._frames: queue.SimpleQueue[tuple[bytes, bytes] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="recording", daemon=True)
        self._thread.start()

    @property
    def ms(self) -> int:
        """What is written so far."""
        return length_ms(self._size)

    def put(self, left: bytes, right: bytes) -> None:
        """Take 20 ms of both channels; called from the bridge's thread, never waits."""
        if self.fault:
            return
        if self._frames.qsize() > _MOST_WAITING:
            self.fault = "the disk does not answer"
            return
        self._frames.put((b"", b"") if self.paused else (left, right))

    def close(self) -> int:
        """Write what is left; how many ms the file holds."""
        self._frames.put(None)
        self._thread.join(_LAST_WORDS_S)
        if self._thread.is_alive():
            self.fault = self.fault or "the disk does not answer"
        return self.ms

    def _write_all(self) -> None:
        try:
            count = 0
            while (frame := self._frames.get()) is not None:
                self._append(_interleaved(*frame))
                count += 1
                if count % _HEAD_EVERY == 0:
                    os.pwrite(self._file, head(self._size), 0)
            os.pwrite(self._file, head(self._size), 0)
            os.fsync(self._file)
        except OSError as error:
            self.fault = (error.strerror or str(error)).lower()
            with contextlib.suppress(OSError):  # a full disk takes a head in the place of the old one
                os.pwrite(self._file, head(self._size), 0)
        finally:
            os.close(self._file)

    def _append(self, data: bytes) -> None:
        while data:
            written = os.pwrite(self._file, data, HEAD + self._size)
            self._size += written
            data = data[written:]


def _interleaved(left: bytes, right: bytes) -> bytes:
    frame = array("h", bytes(_BYTES * 2))
    frame[0::2] = array("h", left if len(left) == _BYTES else _SILENCE)
    frame[1::2] = array("h", right if len(right) == _BYTES else _SILENCE)
    return frame.tobytes()


assert 2 * array("h").itemsize == FRAME  # noqa: S101 - two channels of 16 bits
