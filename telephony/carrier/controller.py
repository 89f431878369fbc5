"""Start, ask and stop practice carriers; no SIP stack in this process."""

from __future__ import annotations

import asyncio
import itertools
import math
from dataclasses import dataclass
from pathlib import Path

import msgspec

from telephony.carrier.reports import (
    AnyReport,
    CallIn,
    CarrierCall,
    CarrierCalling,
    CarrierReady,
    CarrierSetup,
    CarrierTrouble,
)
from telephony.child import Child
from telephony.errors import TelephonyError

CALLS_A_PROCESS = 4  # call slots of the stack's wheel
MODULE = "telephony.carrier"
START_S = 30.0
GRACE_S = 2.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where a carrier listens, UDP."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class PracticeCarrier:
    """One or more carrier processes that share a book of calls.

    A process holds four calls; `lines` above that starts more of them, each
    at its own address. Share them out: `addresses[rep % len(addresses)]`, at
    most two reps a process if they dial without a pause: beyond some sixty new
    calls a second the stack runs out of sockets and aborts.
    """

    def __init__(
        self,
        log: Path,
        pace: float = 1.0,
        *,
        lines: int = CALLS_A_PROCESS,
        login: str = "",
        password: str = "",
        challenge: int = 407,
    ) -> None:
        """A carrier that is not running yet.

        Args:
            log: Where the processes' native chatter goes, mode 0600.
            pace: Factor on every wait of a script; 0.05 makes a test quick.
            lines: Calls at once.
            login: With `password`: every INVITE is challenged (RFC 7616 digest).
            password: See `login`; goes down the pipe only.
            challenge: 407 as a proxy does, or 401.
        """
        self._log = log
        self._setup = CarrierSetup(pace=pace, login=login, password=password, challenge=challenge)
        self._count = max(1, math.ceil(lines / CALLS_A_PROCESS))
        self._children: list[Child] = []
        self._readers: list[asyncio.Task[None]] = []
        self._calls: list[CarrierCall] = []
        self._told = asyncio.Condition()
        self._orders = itertools.count(1)
        self._leaving: dict[int, asyncio.Future[str]] = {}  # calls that have not left yet
        self.addresses: list[Address] = []
        self.troubles: list[str] = []

    async def start(self) -> Address:
        """Start every process; the first one's address.

        Raises:
            TelephonyError: one of them did not start.
        """
        try:
            for _ in range(self._count):
                self.addresses.append(await asyncio.wait_for(self._start_one(), START_S))
        except TimeoutError:
            await self.close()
            raise TelephonyError(
                f"The practice carrier did not start in {START_S:.0f} s; see {self._log}."
            ) from None
        return self.addresses[0]

    def calls(self) -> list[CarrierCall]:
        """Every call that is over, oldest first."""
        return list(self._calls)

    async def call(self, sip_call_id: str) -> CarrierCall:
        """Wait for the end of one call as the carrier saw it."""
        async with self._told:
            while True:
                for call in reversed(self._calls):
                    if call.sip_call_id == sip_call_id:
                        return call
                await self._told.wait()

    async def call_in(
        self,
        target: str,
        number: str = "",
        name: str = "",
        *,
        asserted: str = "",
        give_up_s: float = 30.0,
        talk_s: float = 20.0,
        speaks: bool = True,
        elsewhere: bool = False,
        via: int = 0,
    ) -> str:
        """Ring a desk, as a lead does who calls back; returns when the INVITE has left.

        `call` waits for its end, `calls` lists it: the same `CarrierCall` as of
        any other, with `outgoing` set and `number` the caller's; its `code` is
        the desk's final one (487: we gave up), `talk_ms` runs from the answer.

        Args:
            target: `host:port` of the desk's phone, or its whole SIP URI; the
                `contact` of a `CarrierCall` that the same phone placed will do.
            number: Who calls, digits or E.164; empty: withheld (RFC 3323).
            name: What they call themselves, the From's display name.
            asserted: A number for P-Asserted-Identity, as carriers add it.
            give_up_s: How long it may ring before they give up (CANCEL).
            talk_s: How long they stay on an answered call before they hang up.
            speaks: Whether they speak; else they are silent (in real packets).
            elsewhere: They give up because another phone took the call (RFC 3326).
            via: Which of `addresses` places it.

        Both waits are multiplied by the carrier's pace.

        Returns:
            The SIP Call-ID, which `Incoming` tells too.

        Raises:
            TelephonyError: it could not be placed: no such address, or all four slots are taken.
        """
        uri = target if target.startswith(("sip:", "sips:")) else f"sip:desk@{target}"
        order = CallIn(
            order=next(self._orders), target=uri, number=number, name=name, asserted=asserted,
            give_up_s=give_up_s, talk_s=talk_s, speaks=speaks, elsewhere=elsewhere,
        )  # fmt: skip
        left = self._leaving[order.order] = asyncio.get_running_loop().create_future()
        self._children[via].send(msgspec.json.encode(order))
        try:
            return await asyncio.wait_for(left, START_S)
        except TimeoutError:
            raise TelephonyError(f"The practice carrier did not place the call; see {self._log}.") from None
        finally:
            del self._leaving[order.order]

    async def close(self) -> None:
        """End every process; they hang up their calls first."""
        for child in self._children:
            await child.end(GRACE_S)
        for reader in self._readers:
            await reader
        self._children.clear()
        self._readers.clear()

    async def _start_one(self) -> Address:
        child = await Child.start(MODULE, self._log)
        self._children.append(child)
        child.send(msgspec.json.encode(self._setup))
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._readers.append(asyncio.create_task(self._read(child, ready)))
        return Address(self._setup.host, await ready)

    async def _read(self, child: Child, ready: asyncio.Future[int]) -> None:
        async for line in child.lines():
            match msgspec.json.decode(line, type=AnyReport):
                case CarrierReady(port=port):
                    ready.set_result(port)
                case CarrierTrouble(text=text):
                    self.troubles.append(text)
                case CarrierCalling() as calling:
                    self._note_left(calling)
                case CarrierCall() as call:
                    await self._keep(call)
        if not ready.done():
            why = self.troubles[-1] if self.troubles else f"see {self._log}"
            ready.set_exception(TelephonyError(f"The practice carrier could not start: {why}."))

    def _note_left(self, calling: CarrierCalling) -> None:
        left = self._leaving.get(calling.order)
        if left is None or left.done():
            return
        if calling.fault:
            left.set_exception(TelephonyError(f"The practice carrier could not call: {calling.fault}."))
        else:
            left.set_result(calling.sip_call_id)

    async def _keep(self, call: CarrierCall) -> None:
        async with self._told:
            self._calls.append(call)
            self._told.notify_all()
