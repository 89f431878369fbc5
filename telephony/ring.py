"""The bytes between two clocks: a sound card's and the conference bridge's. Pure.

Two crystals never agree: 50 ppm apart they drift by 180 ms an hour. A ring
that holds more than `limit` forgets its oldest sound down to `target`; one
that runs dry waits until it holds `target` again. Both are heard as a click,
some nine times an hour, and counted. Between them the ring only delays.
"""

from __future__ import annotations

import threading

SAMPLE = 2  # bytes; sound is 16 bits, one channel, and no sample is ever cut in two


class Ring:
    """A queue of sound for one producer and one consumer, each in its own thread."""

    def __init__(self, target: int, limit: int) -> None:
        """An empty ring.

        Args:
            target: Bytes it holds at the start, and after it ran dry or over: the delay it adds.
            limit: Bytes above which it forgets down to `target`.

        Raises:
            ValueError: not `0 < target <= limit`, or half a sample.
        """
        if not 0 < target <= limit or target % SAMPLE or limit % SAMPLE:
            raise ValueError(f"a ring of target {target} and limit {limit} bytes cannot work")
        self._target, self._limit = target, limit
        self._held = bytearray()
        self._primed = False
        self._lock = threading.Lock()
        self.under_runs = 0
        self.over_runs = 0

    def __len__(self) -> int:
        """Bytes held."""
        return len(self._held)

    def push(self, sound: bytes | bytearray) -> None:
        """Put sound in; forget the oldest where that is too much."""
        with self._lock:
            self._held += sound
            if len(self._held) > self._limit:
                self.over_runs += 1
                del self._held[: len(self._held) - self._target]

    def pull(self, size: int) -> bytes:
        """Exactly `size` bytes: what is held, and silence for what is missing."""
        with self._lock:
            if not self._primed:
                if len(self._held) < max(self._target, size):
                    return bytes(size)
                self._primed = True
            sound = bytes(self._held[:size])
            del self._held[:size]
            if len(sound) < size:
                self.under_runs += 1
                self._primed = False
                sound += bytes(size - len(sound))
            return sound

    def clear(self) -> None:
        """Forget what is held and wait for `target` again; no under-run is counted."""
        with self._lock:
            self._held.clear()
            self._primed = False
