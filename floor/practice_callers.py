"""People on the practice floor who call: those who did not pick up, and now and then somebody unknown.

They ring the phone that called them first, over real SIP like any caller.
"""

from __future__ import annotations

import random

from config.clock import MINUTE, SECOND, Clock
from config.errors import SixringError
from floor.rounds import Rounds
from telephony.carrier import PracticeCarrier
from telephony.carrier.reports import CarrierCall

_LOOK_S = 3.0
_FIRST_MS = (35 * SECOND, 60 * SECOND)  # after the first call: a new user meets a caller soon
_NEXT_MS = (3 * MINUTE, 6 * MINUTE)
_GIVE_UP_S, _TALK_S = 25.0, 60.0
# Of the 555-01xx that are nobody's; no lead of the practice floor has an area code of these.
STRANGERS = (
    ("+18085550142", "Robin Vale"),
    ("+19075550117", "Noor Castle"),
    ("", ""),  # shows no number
    ("+14065550163", ""),
)


class PracticeCallers(Rounds):
    """Calls the desk now and then, from its first call on."""

    def __init__(self, carrier: PracticeCarrier, clock: Clock, seed: int | None = None) -> None:
        """The same `seed` makes the same people call."""
        super().__init__("practice callers")
        self._carrier, self._clock = carrier, clock
        self._rng = random.Random(seed)  # noqa: S311  (repeatable, not secret)
        self._next_at: int | None = None
        self._called: set[str] = set()  # numbers that have called back
        self._made = 0

    async def round(self) -> float:
        """Call, if it is time."""
        told = self._carrier.calls()
        theirs = [call for call in told if call.contact and not call.outgoing]
        if not theirs:
            return _LOOK_S
        now = self._clock.now()
        if self._next_at is None:
            self._next_at = now + self._rng.randint(*_FIRST_MS)
        if now >= self._next_at:
            self._next_at = now + self._rng.randint(*_NEXT_MS)
            await self._call(theirs)
        return _LOOK_S

    async def _call(self, told: list[CarrierCall]) -> None:
        number, name = self._who(told)
        self._made += 1
        try:
            await self._carrier.call_in(told[-1].contact, number, name, give_up_s=_GIVE_UP_S, talk_s=_TALK_S)
        except SixringError:  # all lines are taken: somebody calls later
            return
        self._called.add(number)

    def _who(self, told: list[CarrierCall]) -> tuple[str, str]:
        """Somebody who did not pick up; every third time, or where there is nobody, a stranger."""
        missed = [call.number for call in told if not call.answered_at and call.number not in self._called]
        if missed and self._made % 3 != 2:
            return self._rng.choice(missed), ""
        return self._rng.choice(STRANGERS)
