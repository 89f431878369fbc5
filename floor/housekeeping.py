"""What a floor needs done now and then, with nobody asking for it.

Sessions that died are closed at the moment they were last known to live, so
that no lead stays in dead hands; a disk that fills up is said in time; and the
embedded database is tended while nothing happens.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from config.clock import DAY, MINUTE, Clock
from config.errors import SixringError
from floor.recordings import tidy
from floor.rounds import Rounds
from floor.store_room import StoreRoom
from store.store import Store

EVERY_MS = MINUTE
LEAST_FREE = 500 * 1024 * 1024  # bytes: hours of recordings, months of attempts


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where recordings lie, and for how many days (0: for ever)."""

    folder: Path
    keep_days: int = 0


class Housekeeping(Rounds):
    """The chores of one floor. Any number of them may run on one store: each chore is idempotent."""

    def __init__(
        self, room: StoreRoom, clock: Clock, location: str | Path, shelf: Shelf | None = None
    ) -> None:
        """`location` is the store's; a database on a server looks after its own disk."""
        super().__init__("housekeeping")
        self._room, self._clock = room, clock
        self._folder = location.absolute().parent if isinstance(location, Path) else None
        self._shelf = shelf
        self._head: int | None = None  # the last event at the round before
        self._folded: int | None = None  # the last event when the log was folded back
        self._optimize_mono = 0  # when the indexes are next looked over, `Clock.monotonic` ms
        self.closed = 0  # attempts of dead sessions closed since the start

    async def round(self) -> float:
        """Do all chores once."""
        self.closed += await self._room.run(_close_the_dead)
        await self._finish_imports()
        await self._tend_database()
        if self._shelf is not None:
            await tidy(self._room, self._shelf.folder, self._clock, self._shelf.keep_days)
        self._look_at_the_disk()
        return EVERY_MS / 1000

    async def _finish_imports(self) -> None:
        """What an import that died has left, a slice at a time: between two of them the desk has its turn."""
        from store.imports.slices import Leftovers  # what imports need is slow to load, and seldom wanted

        leftovers = await self._room.run(Leftovers)
        while await self._room.run(lambda _: leftovers.step()):
            pass

    async def _tend_database(self) -> None:
        """Fold the log back once nothing has happened for a round; look over the indexes once a day."""
        head, _ = await self._room.run(lambda store: store.log.head())
        if head == self._head and head != self._folded:
            await self._room.run(_fold_log)
            self._folded = head
        self._head = head
        if self._clock.monotonic() >= self._optimize_mono:
            await self._room.run(_optimize)
            self._optimize_mono = self._clock.monotonic() + DAY

    def _look_at_the_disk(self) -> None:
        if self._folder is None:
            return
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError as fault:
            raise SixringError(
                f"The folder {self._folder} cannot be looked at ({fault.strerror})."
            ) from fault
        if free < LEAST_FREE:
            raise SixringError(
                f"Only {free // 2**20} MiB are free on the disk of {self._folder}: make room, or calls will "
                "no longer be written down."
            )


def _close_the_dead(store: Store) -> int:
    store.outbox.uncertain_left()
    closed = store.attempts.recover()
    store.inbound.recover()
    store.shifts.close_dead()
    store.inbound.forget()
    return len(closed)


def _fold_log(store: Store) -> None:
    """A passive checkpoint: it waits for nobody and nobody waits for it."""
    if store.core.engine.dialect == "sqlite":
        store.core.engine.rows("pragma wal_checkpoint(passive)")


def _optimize(store: Store) -> None:
    """Fresh statistics for the query planner, where they are stale; PostgreSQL does this by itself."""
    if store.core.engine.dialect == "sqlite":
        store.core.engine.rows("pragma analysis_limit = 400")
        with store.core.write():  # it reads, then writes: outside a write it may lose that race at once
            store.core.engine.rows("pragma optimize")
