"""Start, ask and stop practice carriers; no SIP stack in this process."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from pathlib import Path

import msgspec

from telephony.carrier.reports import AnyReport, CarrierCall, CarrierReady, CarrierSetup, CarrierTrouble
from telephony.child import Child
from telephony.errors import TelephonyError

CALLS_A_PROCESS = 4  # call slots of the stack's wheel
MODULE = "telephony.carrier"
START_S = 10.0
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
                case CarrierCall() as call:
                    await self._keep(call)
        if not ready.done():
            why = self.troubles[-1] if self.troubles else f"see {self._log}"
            ready.set_exception(TelephonyError(f"The practice carrier could not start: {why}."))

    async def _keep(self, call: CarrierCall) -> None:
        async with self._told:
            self._calls.append(call)
            self._told.notify_all()
