"""Rows written in transactions so short that nobody at work notices them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from store.errors import StoreError
from store.imports.accepted import Accepted, left_behind
from store.imports.bulk import disk_apart
from store.imports.merge import Merged, Merger
from store.imports.normalise import LeadRow
from store.store import Store

LOCK_MS = 40  # how long a slice may keep out those at work; a keystroke is not felt below 100
ROOMY_MS = 400  # and with nobody at work: whoever comes to work meanwhile waits for one such slice
_RESTS = 1  # so many times as long the lock is free then, since who waits for it asks only now and then,
_ASKS_MS = 120  # though not longer than this: SQLite asks every 100 ms at least
_FIRST = 6.0  # rows a millisecond
_FEWEST, _MOST = 1.25, 100.0
_GROWS, _SHRINKS = 1.5, 0.5  # from slice to slice: one slow moment says little of the next


def at_work(store: Store) -> int:
    """How many reps on shift would have to wait if a large file were written at once.

    An embedded database has one writer at a time.
    """
    return len(store.shifts.live()) if store.core.engine.dialect == "sqlite" else 0


class Slicer:
    """Writes slice after slice, each as large as the lock's time allows by what the last one took."""

    def __init__(self, store: Store, merger: Merger, settle: Callable[[], None]) -> None:
        """Write by `merger`, and bring each slice onto the disk when others have the lock again."""
        self._store, self._merger, self._settle = store, merger, settle
        self._aim = LOCK_MS
        self._pace = _FIRST  # rows a millisecond
        self._free_until = 0.0  # monotonic seconds

    def take(self, rows: Iterator[LeadRow]) -> list[LeadRow]:
        """The next slice of `rows`, as large as who is at work now bears; none are left where it is empty."""
        aim = self._allowed()
        if aim < self._aim:
            self._pace *= _SHRINKS  # a row of a small slice costs more
        self._aim = aim
        return list(islice(rows, int(aim * self._pace)))

    def write(self, batch: list[LeadRow], rejected: int = 0) -> Merged:
        """Write one slice.

        Raises:
            StoreError: the database failed; nothing of the slice was written.
        """
        merged = self._merger.merge(batch, rejected, before_lock=self._let_others)
        self._free_until = time.monotonic() + min(_RESTS * merged.locked_ms, _ASKS_MS) / 1000
        self._settle()
        if merged.locked_ms:
            fits = self._pace * self._aim / merged.locked_ms
            near = min(max(fits, self._pace * _SHRINKS), self._pace * _GROWS)
            self._pace = min(max(near, _FEWEST), _MOST)
        return merged

    def _allowed(self) -> int:
        """On a server a slice stays short always: nobody clocks in at the lead it locks."""
        roomy = self._merger.engine.dialect == "sqlite" and not at_work(self._store)
        return ROOMY_MS if roomy else LOCK_MS

    def _let_others(self) -> None:
        wait = self._free_until - time.monotonic()
        if wait > 0:
            time.sleep(wait)


def write_whole(
    store: Store, merger: Merger, accepted: Accepted, rows: Iterable[LeadRow]
) -> Iterator[Merged]:
    """Write all `rows` of an accepted file, slice by slice.

    Raises:
        StoreError: the database failed. What is missing is written later, by whoever finds it.
    """
    left, written = iter(rows), 0
    try:
        with disk_apart(merger.engine) as settle:
            slicer = Slicer(store, merger, settle)
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
            SixringError: another version has left rows that this one cannot read; they are put aside.
        """
        return next(self._steps, None) is not None

    def _all(self) -> Iterator[Merged]:
        for accepted in left_behind(self._store.core):
            run = accepted.run(self._store.core)
            if run is None:
                accepted.done()
                continue
            import_id, counted, name = run
            merger = Merger(self._store, accepted.source(name))
            merger.import_id = import_id
            yield from write_whole(self._store, merger, accepted, accepted.rows(counted))
