"""Those who call back after we rang in vain: who is free answers, else they are missed, or the desk dies.

All shares are assumed. Nobody is at a desk at night: then nothing rings here,
and whoever answers for the firm is no part of the floor.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from config.clock import DAY, HOUR, MINUTE
from store.store import Store

CALLS_BACK = 0.08  # of those whom a call did not reach
SOON_MS = (MINUTE, 4 * MINUTE, 25 * MINUTE, 2 * HOUR, 5 * HOUR, DAY)
_GIVES_UP, _DESK_DIES = 0.1, 0.05  # of calls that ring at a free desk


@dataclass(frozen=True, slots=True)
class Ring:
    """One call of theirs."""

    e164: str
    sip_call_id: str


@dataclass
class Switchboard:
    """Where callers come in; `rang` is every call that reached a desk."""

    store: Store
    dice: random.Random  # its own, so that the other lives throw the same dice with and without callers
    rang: list[str] = field(default_factory=list)
    at_work: dict[str, int] = field(default_factory=dict)  # rep to shift
    answering: dict[str, Ring] = field(default_factory=dict)  # what a free rep has taken

    def calls_back(self) -> int | None:
        """In how many ms whoever was not reached calls back; None: they do not."""
        return self.dice.choice(SOON_MS) if self.dice.random() < CALLS_BACK else None

    def ring(
        self, e164: str, free: set[str], now: int, later: Callable[[int, Callable[[], object]], None]
    ) -> None:
        """Somebody calls from `e164`; a rep who takes it is found in `answering`."""
        if not self.at_work:
            return
        ring = Ring(e164, f"in-{len(self.rang)}")
        self.rang.append(ring.sip_call_id)
        rep = self.dice.choice(sorted(free or self.at_work))
        if rep not in free:
            self._missed(ring, rep, now, "busy")
            return
        shift = self.at_work[rep]
        self.store.inbound.rings(e164, "", ring.sip_call_id, rep, shift, now)
        chance = self.dice.random()
        if chance < _DESK_DIES:  # another desk looks after the dead
            later(2 * MINUTE, lambda: self.store.inbound.recover(alive=lambda other: other.id != shift))
        elif chance < _DESK_DIES + _GIVES_UP:
            self._missed(ring, rep, now, "not answered")
        else:
            self.answering[rep] = ring

    def _missed(self, ring: Ring, rep: str, now: int, why: str) -> None:
        self.store.inbound.missed(ring.e164, "", ring.sip_call_id, rep, now, why)
