"""Rows written in transactions so short that nobody at work notices them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from store.errors import StoreError
from store.imports.accepted import Accepted, left_behind
from store.imports.bulk import checkpoints_apart
from store.imports.merge import Merged, Merger
from store.imports.normalise import LeadRow
from store.store import Store

LOCK_MS = 40  # how long a slice may keep other writers out; a keystroke is not felt below 100
_OTHERS = 2  # so many times as long the lock is free then: who waits for it asks only now and then
_FIRST = 250  # rows
_FEWEST, _MOST = 50, 4_000
_GROWS, _SHRINKS = 1.5, 0.5  # from slice to slice: one slow sync of the disk says little of the next


class Slicer:
    """Writes slice after slice, each as large as the lock's time allows by what the last one took."""

    def __init__(self, merger: Merger, fold_back: Callable[[], None]) -> None:
        """Write by `merger`, and fold the log back behind each slice."""
        self._merger, self._fold_back = merger, fold_back
        self._size = _FIRST
        self._free_until = 0.0  # monotonic seconds

    def take(self, rows: Iterator[LeadRow]) -> list[LeadRow]:
        """The next slice of `rows`; none are left where it is empty."""
        return list(islice(rows, self._size))

    def write(self, batch: list[LeadRow], rejected: int = 0) -> Merged:
        """Write one slice.

        Raises:
            StoreError: the database failed; nothing of the slice was written.
        """
        merged = self._merger.merge(batch, rejected, before_lock=self._let_others)
        self._free_until = time.monotonic() + _OTHERS * merged.locked_ms / 1000
        self._fold_back()
        if merged.locked_ms:
            fits = self._size * LOCK_MS / merged.locked_ms
            near = min(max(fits, self._size * _SHRINKS), self._size * _GROWS)
            self._size = int(min(max(near, _FEWEST), _MOST))
        return merged

    def _let_others(self) -> None:
        wait = self._free_until - time.monotonic()
        if wait > 0:
            time.sleep(wait)


def write_whole(merger: Merger, accepted: Accepted, rows: Iterable[LeadRow]) -> Iterator[Merged]:
    """Write all `rows` of an accepted file, slice by slice.

    Raises:
        StoreError: the database failed. What is missing is written later, by whoever finds it.
    """
    left, written = iter(rows), 0
    try:
        with checkpoints_apart(merger.engine) as fold_back:
            slicer = Slicer(merger, fold_back)
            while batch := slicer.take(left):
                merged = slicer.write(batch)
                written += len(batch)
                yield merged
    except StoreError as error:
        accepted.let_go()
        raise StoreError(
            f"{error}; the file was taken, {written} of its rows are in, and the others follow by themselves "
            "when a workstation, `sixring serve` or the next import runs"
        ) from error
    except BaseException:
        accepted.let_go()
        raise
    accepted.done()


class Leftovers:
    """What imports that died have left to be written, a slice at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._steps = self._all()

    def step(self) -> bool:
        """Write the next slice; False: nothing is left.

        Raises:
            StoreError: the database failed; the rest stays for another time.
        """
        return next(self._steps, None) is not None

    def _all(self) -> Iterator[Merged]:
        for accepted in left_behind(self._store.core):
            run = accepted.run(self._store.core)
            if run is None:
                accepted.done()
                continue
            import_id, counted = run
            merger = Merger(self._store, accepted.source())
            merger.import_id = import_id
            yield from write_whole(merger, accepted, accepted.rows(counted))
