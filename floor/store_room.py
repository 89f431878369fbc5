"""The store, on a thread of its own: the event loop never waits for a disk.

SQLite connections belong to the thread that opened them, and a busy database
may block for seconds; so one dedicated thread owns the store and takes the
calls one after the other, in the order they were made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar, Unpack

from cadence.rulebook import Rulebook
from config.clock import Clock
from store.store import Store
from store.terms import Terms

T = TypeVar("T")


class StoreRoom:
    """An async door to one `Store`."""

    def __init__(self, location: str | Path, book: Rulebook, clock: Clock, **terms: Unpack[Terms]) -> None:
        """Nothing is opened yet; the arguments are those of `Store.open`."""
        self._open = partial(Store.open, location, book, clock, **terms)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._store: Store | None = None

    async def open(self) -> None:
        """Open the store on its thread.

        Raises:
            SixringError: it cannot be opened; the sentence says why.
        """
        self._store = await self._submit(self._open)

    async def run(self, work: Callable[[Store], T]) -> T:
        """Do `work` on the store's thread, after all that was asked before; what it raises is raised here."""
        store = self._store
        if store is None:
            raise RuntimeError("the store is not open")
        return await self._submit(lambda: work(store))

    async def close(self) -> None:
        """Close the store and end its thread; safe to call twice."""
        store, self._store = self._store, None
        if store is not None:
            await self._submit(store.close)
        self._thread.shutdown(wait=False)

    async def _submit(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def __aenter__(self) -> StoreRoom:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
