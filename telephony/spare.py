"""A second phone process for the moment when the first has no slot left.

The wheel's stack holds four calls, and one whose other side is gone holds its
slot for 32 s. A call cannot move between processes; a dial that has not left
yet can. So the process that has no slot hands the dial back, and this one
places it. It starts with the first such dial and stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import msgspec

from telephony.account import Account
from telephony.errors import TelephonyError
from telephony.protocol import AnyCommand, AnyEvent, Dial, Ended, Trouble

SLOTS = 4  # of the wheel's stack


class _Phone(Protocol):
    """What of a `telephony.client.Phone` is asked here."""

    @property
    def pid(self) -> int | None: ...

    async def start(self) -> object: ...

    def dial(self, order: Dial, /) -> None: ...

    def hang_up(self, call: str, /) -> None: ...

    def send(self, command: AnyCommand, /) -> None: ...

    async def close(self) -> None: ...


def spare_account(account: Account) -> Account:
    """The same account beside itself: it registers no second time, is rung by nobody, has its own ports."""
    return msgspec.structs.replace(account, register=False, rings=False, local_port=0, rtp_port=0)


class Spare:
    """The second process: its calls look to the caller like any other."""

    def __init__(
        self,
        make: Callable[[Callable[[AnyEvent], None]], _Phone],
        emit: Callable[[AnyEvent], None],
        trouble: Callable[[str], None],
    ) -> None:
        """`make` builds its phone, `emit` takes its calls' events."""
        self._make, self._emit, self._trouble = make, emit, trouble
        self._phone: _Phone | None = None
        self._starting: asyncio.Task[None] | None = None
        self._calls: set[str] = set()

    def __contains__(self, call: str) -> bool:
        return call in self._calls

    @property
    def pid(self) -> int | None:
        """Its process id, while there is one."""
        return self._phone.pid if self._phone is not None else None

    @property
    def full(self) -> bool:
        """Whether it has as many calls as its stack holds."""
        return len(self._calls) >= SLOTS

    def dial(self, order: Dial) -> None:
        """Place a call here; the process is started if need be."""
        self._calls.add(order.call)
        if self._phone is None:
            self._phone = self._make(self._heard)
            self._starting = asyncio.create_task(self._start(self._phone))
        self._phone.dial(order)  # held until the process is there

    def hang_up(self, call: str) -> None:
        """End one of its calls."""
        if self._phone is not None:
            self._phone.hang_up(call)

    def send(self, command: AnyCommand) -> None:
        """A command for one of its calls."""
        if self._phone is not None:
            self._phone.send(command)

    async def close(self) -> None:
        """Hang up its calls and end it."""
        if self._phone is not None:
            await self._phone.close()
        if self._starting is not None:
            await self._starting

    async def _start(self, phone: _Phone) -> None:
        try:
            await phone.start()
        except TelephonyError as error:
            self._trouble(f"A second phone process could not be started: {error}")
            self._phone = None  # tried again with the next dial; what it held is given up by its own clock

    def _heard(self, event: AnyEvent) -> None:
        """Pass on what concerns a call; whether this process comes and goes is nobody's business."""
        if getattr(event, "call", "") in self._calls or isinstance(event, Trouble):
            self._emit(event)
        if isinstance(event, Ended):
            self._calls.discard(event.call)
