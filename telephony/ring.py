"""The sound between two clocks: a sound card's and the conference bridge's. Pure.

Two crystals never agree: 50 ppm apart they drift by 180 ms an hour. So the ring
looks at what is left in it after a pull. Almost nothing: it is played a little
slower; more than it ever needed in three seconds: a little faster. That is one sample
in a frame, and nobody hears it. How much it needs it learns: one that ran dry keeps
more in hand from then on, and goes back to less while nothing happens. Only a ring
that runs dry or over is heard as a click, and both are counted.
"""

from __future__ import annotations

import array
import threading

SAMPLE = 2  # bytes; sound is 16 bits, one channel, and no sample is ever cut in two
FRAME = 160  # samples, of which one at most is left out or put in: 0.6 %, a tenth of a semitone
WINDOW = 24_000 * SAMPLE  # bytes pulled between two looks at what was never needed: three seconds
EASE = 60 * SAMPLE  # bytes too many that are left alone: 7.5 ms
LEARN = 80 * SAMPLE  # bytes more in hand for each time it ran dry: 10 ms
FORGET = 40  # windows without a click until it tries with so much less


class Ring:
    """A queue of sound for one producer and one consumer, each in its own thread."""

    def __init__(self, target: int, limit: int, grain: int = 0) -> None:
        """An empty ring.

        Args:
            target: Bytes it holds at the start, and after it ran dry or over: the delay it adds.
            limit: Bytes above which it forgets down to what it needs.
            grain: The bytes of a push or a pull, the larger; those of `target` beyond it are kept in
                hand against delays. 0: it is never played faster or slower.

        Raises:
            ValueError: not `0 < target <= limit`, or half a sample.
        """
        if not 0 < target <= limit or target % SAMPLE or limit % SAMPLE:
            raise ValueError(f"a ring of target {target} and limit {limit} bytes cannot work")
        self._target, self._limit = target, limit
        self._grain = grain or limit
        self._held = bytearray()
        self._primed = False
        self._lock = threading.Lock()
        self._learned = 0  # bytes it needs beyond its target
        self._calm = 0  # windows without a click
        self._least = limit  # held in this window, after a pull
        self._pulled = 0  # bytes of this window
        self._excess = 0  # bytes to leave out, or (less than 0) to put in
        self._untouched = 0  # samples since one was left out or put in
        self._flows = False  # somebody has pulled since it last ran over: nobody else hears a click
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
                self.over_runs += self._flows
                self._flows = False
                del self._held[: len(self._held) - self._needs()]
                self._look_anew()

    def pull(self, size: int) -> bytes:
        """Exactly `size` bytes: what is held, and silence for what is missing."""
        with self._lock:
            self._flows = True
            if not self._primed:
                if len(self._held) < max(self._needs(), size):
                    return bytes(size)
                self._primed = True
                self._look_anew()
            if len(self._held) < size:
                return self._run_dry(size)
            sound = self._take(size)
            self._look(size)
            return sound

    def clear(self) -> None:
        """Forget what is held and wait for `target` again; no under-run is counted."""
        with self._lock:
            self._held.clear()
            self._primed = False

    def _needs(self) -> int:
        return min(self._target + self._learned, self._limit)

    def _run_dry(self, size: int) -> bytes:
        sound = bytes(self._held)
        self._held.clear()
        self.under_runs += 1
        self._primed = False
        self._calm = 0
        self._learned = min(self._learned + LEARN, (self._limit - self._target) // 4 * SAMPLE)
        return sound + bytes(size - len(sound))

    def _take(self, size: int) -> bytes:
        step = self._step(size)
        end = size + step
        sound = bytes(self._held[:size]) if not step else _stretched(self._held[: end + SAMPLE], end, size)
        del self._held[:end]
        return sound

    def _step(self, size: int) -> int:
        """Bytes to take more (or less) than `size`: one sample, once in a frame."""
        self._untouched += size // SAMPLE
        enough = abs(self._excess) >= SAMPLE and self._untouched >= FRAME and size > 2 * SAMPLE
        if not enough or len(self._held) < size + SAMPLE:
            return 0
        self._untouched = 0
        step = SAMPLE if self._excess > 0 else -SAMPLE
        self._excess -= step
        return step

    def _look(self, size: int) -> None:
        """After a pull: put sound in where too little is left; leave some out where too much always was."""
        left, in_hand = len(self._held), max(0, self._needs() - self._grain)
        if left < in_hand // 2 + SAMPLE and in_hand and not self._excess:
            self._look_anew(left - in_hand)
        self._least = min(self._least, left)
        self._pulled += size
        if self._pulled < WINDOW:
            return
        self._calm += 1
        if self._calm >= FORGET:
            self._learned, self._calm = max(0, self._learned - LEARN), 0
        off = self._least - in_hand
        self._look_anew(off if off > EASE and self._grain < self._limit else 0)

    def _look_anew(self, excess: int = 0) -> None:
        self._least, self._pulled, self._excess = self._limit, 0, excess // SAMPLE * SAMPLE


def _stretched(sound: bytes | bytearray, taken: int, size: int) -> bytes:
    """`taken` bytes of sound as `size`, each sample between its neighbours; one sample more may follow."""
    samples = array.array("h", bytes(sound))
    many, last = size // SAMPLE, len(samples) - 1
    places = (divmod(i * (taken // SAMPLE), many) for i in range(many))
    return array.array(
        "h",
        (samples[at] + (samples[min(at + 1, last)] - samples[at]) * rest // many for at, rest in places),
    ).tobytes()
