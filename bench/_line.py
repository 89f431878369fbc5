"""A phone under measurement, which forgets each call when it is over: the client's memory is measured too."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

from telephony.account import Account, Sound
from telephony.client import Phone
from telephony.protocol import AnyEvent, Dial, Down, Ended, Event, Trouble

E = TypeVar("E", bound=Event)
PATIENCE_S = 30.0


class Line:
    """A started phone, and what it says."""

    def __init__(self, account: Account, log: Path, sound: Sound | None = None) -> None:
        self.phone = Phone(account, self._hear, log, sound=sound)
        self.faults: list[str] = []  # troubles, and deaths of the process
        self._events: dict[str, list[AnyEvent]] = defaultdict(list)  # by call; "" for those of no call
        self._came = asyncio.Event()
        self._count = 0

    def dial(self, target: str, ring_timeout_ms: int = 25_000) -> str:
        """Place a call; its name."""
        self._count += 1
        name = f"call-{self._count}"
        self.phone.dial(Dial(name, target, ring_timeout_ms=ring_timeout_ms))
        return name

    async def wait(self, kind: type[E], call: str = "", count: int = 1) -> E:
        """The `count`th event of that kind and call.

        Raises:
            TimeoutError: it did not come.
            RuntimeError: the call ended before it came.
        """
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = [event for event in self._events[call] if isinstance(event, kind)]
                if len(found) >= count:
                    return found[count - 1]
                for end in (event for event in self._events[call] if isinstance(event, Ended)):
                    raise RuntimeError(f"{call} ended too early: {end.reason} {self.faults}")
                self._came.clear()
                await self._came.wait()

    async def ended(self, call: str) -> Ended:
        """The end of a call, which is forgotten with it."""
        end = await self.wait(Ended, call)
        del self._events[call]
        return end

    def _hear(self, event: AnyEvent) -> None:
        if isinstance(event, Trouble | Down):
            self.faults.append(event.text if isinstance(event, Trouble) else f"died with {event.code}")
        self._events[getattr(event, "call", "")].append(event)
        self._came.set()


@contextlib.asynccontextmanager
async def line(account: Account, log: Path, sound: Sound | None = None) -> AsyncIterator[Line]:
    """A phone for `account`, closed at the end."""
    made = Line(account, log, sound)
    await made.phone.start()
    try:
        yield made
    finally:
        await made.phone.close()
