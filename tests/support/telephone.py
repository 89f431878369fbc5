"""A phone whose events a test can wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import msgspec

from telephony.account import Account, Sound
from telephony.client import Phone
from telephony.protocol import Answered, Dial, Ended, Event, Invited, Quality, Ready, Ringing

E = TypeVar("E", bound=Event)
PATIENCE_S = 20.0


class Listener:
    """Keeps a phone's events and wakes who waits for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._came = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._came.set()

    def of(self, kind: type[E], call: str = "") -> list[E]:
        return [
            event
            for event in self.events
            if isinstance(event, kind) and (not call or getattr(event, "call", "") == call)
        ]

    async def wait(self, kind: type[E], call: str = "", count: int = 1) -> E:
        """The `count`th event of that kind (and call)."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.of(kind, call)) < count:
                self._came.clear()
                await self._came.wait()
        return self.of(kind, call)[count - 1]


class Telephone:
    """A phone and its listener, with short words for a test."""

    def __init__(self, phone: Phone, listener: Listener) -> None:
        self.phone, self.heard = phone, listener
        self._count = 0

    def dial(self, target: str, *, ring_timeout_ms: int = 20_000, caller_id: str = "") -> str:
        self._count += 1
        call = f"call-{self._count}"
        self.phone.dial(Dial(call, target, caller_id, ring_timeout_ms))
        return call

    async def invited(self, call: str) -> Invited:
        return await self.heard.wait(Invited, call)

    async def ringing(self, call: str) -> Ringing:
        return await self.heard.wait(Ringing, call)

    async def answered(self, call: str) -> Answered:
        return await self.heard.wait(Answered, call)

    async def ended(self, call: str) -> Ended:
        return await self.heard.wait(Ended, call)

    async def hears(self, call: str, packets: int) -> None:
        """Wait until so many packets of the other side's sound have come."""
        count = 1
        while (await self.heard.wait(Quality, call, count)).packets < packets:
            count += 1

    async def ready(self, count: int = 1) -> Ready:
        return await self.heard.wait(Ready, count=count)

    async def call(self, target: str, **more: object) -> Ended:
        """Dial and wait for the end."""
        return await self.ended(self.dial(target, **more))  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def telephone(
    log: Path, account: Account, *, sound: Sound | None = None, **changes: object
) -> AsyncIterator[Telephone]:
    """A started phone for `account` with `changes`, closed at the end."""
    listener = Listener()
    phone = Phone(msgspec.structs.replace(account, **changes), listener, log, sound=sound)
    await phone.start()
    try:
        yield Telephone(phone, listener)
    finally:
        await phone.close()
