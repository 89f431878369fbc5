"""The store, on a thread of its own: the event loop never waits for a disk.

SQLite connections belong to the thread that opened them, and a busy database
may block for seconds; so one dedicated thread owns the store and takes the
calls one after the other, in the order they were made. It is a daemon: a
store that does not answer any more holds nobody back who wants to leave.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, TypeVar, Unpack

from cadence.rulebook import Rulebook
from config.clock import Clock
from store.store import Store
from store.terms import Terms

T = TypeVar("T")
_CLOSING_S = 5.0


class StoreRoom:
    """An async door to one `Store`."""

    def __init__(self, location: str | Path, book: Rulebook, clock: Clock, **terms: Unpack[Terms]) -> None:
        """Nothing is opened yet; the arguments are those of `Store.open`."""
        self._open = partial(Store.open, location, book, clock, **terms)
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="store", daemon=True)
        self._store: Store | None = None

    async def open(self) -> None:
        """Open the store on its thread.

        Raises:
            SixringError: it cannot be opened; the sentence says why.
        """
        self._thread.start()
        try:
            self._store = await self._submit(self._open)
        except BaseException:
            self._jobs.put(None)
            raise

    async def run(self, work: Callable[[Store], T]) -> T:
        """Do `work` on the store's thread, after all that was asked before; what it raises is raised here."""
        store = self._store
        if store is None:
            raise RuntimeError("the store is not open")
        return await self._submit(lambda: work(store))

    async def close(self) -> None:
        """Close the store and end its thread; safe to call twice. One that does not answer is left behind."""
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._submit(store.close), _CLOSING_S)
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    async def _submit(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            if done.cancelled():
                return
            try:
                answer = partial(_answer, done, result=work())
            except BaseException as error:  # noqa: BLE001  (it is raised where it was asked for)
                answer = partial(_answer, done, error=error)
            with contextlib.suppress(RuntimeError):  # nobody is there any more to hear it
                loop.call_soon_threadsafe(answer)

        self._jobs.put(job)
        return await done

    async def __aenter__(self) -> StoreRoom:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _answer(done: asyncio.Future[Any], *, result: object = None, error: BaseException | None = None) -> None:
    if done.done():  # whoever asked has gone
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
