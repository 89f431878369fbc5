"""What is done again and again beside the desk: one task, woken early or by time, ended in order."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from contextlib import suppress

from config.errors import SixringError
from floor.backoff import Backoff

CLOSING_S = 12.0  # a SQLite store that is locked says so after ten
_log = logging.getLogger("sixring.floor")


class Rounds(ABC):
    """A background task that does its `round`, waits as long as that says, and begins anew.

    A fault in a round (a locked database, a server that is down) is kept in
    `fault` for a person to see, and after a wait the next round tries again.
    `close` lets a round that has begun end by itself.
    """

    def __init__(self, name: str, backoff: Backoff | None = None) -> None:
        """`name` is the task's, and the first word of what is logged; `backoff` spaces failing rounds."""
        self._name = name
        self._backoff = backoff or Backoff(first=2.0, most=120.0)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.fault = ""  # one sentence; empty while all is well

    @abstractmethod
    async def round(self) -> float:
        """Do what is due; how many seconds may pass before the next round.

        Raises:
            SixringError: it could not be done now.
        """

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._go(), name=self._name)
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """End after the round under way; safe to call twice, or without a start.

        A round that waits for a store which does not answer is broken off.
        """
        self._stopping = True
        self.wake()
        if self._task is None:
            return
        done, _ = await asyncio.wait({self._task}, timeout=CLOSING_S)
        if done:
            await self._task
        else:
            self._task.cancel()

    def wake(self) -> None:
        """Begin the next round now."""
        self._woken.set()

    async def _go(self) -> None:
        while not self._stopping:
            await self._pause(await self._guarded_round())

    async def _guarded_round(self) -> float:
        try:
            wait = await self.round()
        except SixringError as fault:
            if str(fault) != self.fault:
                _log.warning("%s: %s", self._name, fault)
            self.fault = str(fault)
            return self._backoff.failed()
        self._backoff.went_well()
        self.fault = ""
        return wait

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Never let a defect of ours end the rounds unseen."""
        if not task.cancelled() and (defect := task.exception()) is not None:
            self.fault = f"The {self._name} has stopped by a defect of Sixring ({type(defect).__name__})."
            _log.error(self.fault, exc_info=defect)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
