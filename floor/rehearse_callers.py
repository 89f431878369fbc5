"""People who call the desks of a rehearsal: those who were called before, and strangers."""

from __future__ import annotations

import asyncio
import random

from floor.practice_callers import STRANGERS
from telephony.carrier import PracticeCarrier
from telephony.errors import TelephonyError

_PAUSE_S = (0.4, 1.6)
_RINGS_S = (8.0, 25.0)  # times the carrier's pace, like the next
_TALKS_S = (9.0, 20.0)


class Crowd:
    """Places calls until so many were placed, or all reps have done their work."""

    def __init__(self, carrier: PracticeCarrier, wanted: int, reps: int) -> None:
        """`wanted`: calls to place at most."""
        self._carrier, self._wanted, self._reps = carrier, wanted, reps
        self._rng = random.Random(wanted)  # noqa: S311  (repeatable, not secret)
        self._calling: asyncio.Task[None] | None = None
        self._placed: list[str] = []

    def gather(self) -> None:
        """Begin to call, one after the other."""
        self._calling = asyncio.create_task(self._call())

    @property
    def over(self) -> bool:
        """Whether the last of them has hung up."""
        return self._calling is not None and self._calling.done()

    async def _call(self) -> None:
        while len(self._placed) < self._wanted and self._reps > 0:
            await asyncio.sleep(self._rng.uniform(*_PAUSE_S))
            await self._one()
        for sip_call_id in self._placed:
            await self._carrier.call(sip_call_id)

    def rep_is_done(self) -> None:
        """A rep has no more work."""
        self._reps -= 1

    async def _one(self) -> None:
        told = [call for call in self._carrier.calls() if call.contact and not call.outgoing]
        if not told:
            return
        number, name = self._rng.choice(told).number, ""
        if self._rng.random() < 0.25:
            number, name = self._rng.choice(STRANGERS)
        try:
            placed = await self._carrier.call_in(
                self._rng.choice(told).contact, number, name, via=self._rng.randrange(self._lines),
                give_up_s=self._rng.uniform(*_RINGS_S), talk_s=self._rng.uniform(*_TALKS_S),
            )  # fmt: skip
        except TelephonyError:  # all lines are taken
            return
        self._placed.append(placed)

    @property
    def _lines(self) -> int:
        return len(self._carrier.addresses)
