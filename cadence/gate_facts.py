"""What the gate is told, and what it works out from that once for all its checks."""

from __future__ import annotations

from dataclasses import dataclass

from cadence import whereabouts
from cadence.model import Lead
from cadence.rules import Place, Rules
from cadence.whereabouts import Spot
from cadence.windows import Window
from config.clock import DAY


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the store knows of one dial.

    `attempts_at` and `lead_attempts_at` are the moments of calls that were
    really sent (not those the gate blocked), of the last 30 days, in any order.
    """

    e164: str  # as it would be dialed
    lead: Lead | None = None  # None: dialed by hand, of no lead
    by_hand: bool = False
    attempts_at: tuple[int, ...] = ()  # to this number, for whichever lead
    lead_attempts_at: tuple[int, ...] = ()  # to this lead, on whichever number
    calls_done: int = 0  # call steps its cadence has used
    callback: bool = False  # the lead asked for this call: agreed to its time, called us, answered a mail
    suppressed: str = ""  # why the number is on our own do-not-call list; empty: it is not
    registry: str = ""  # which imported registry lists it, with its date; empty: none
    override: str = ""  # a supervisor's reason; empty: none
    region: str = "US"  # ours, for numbers dialed by hand
    registry_at: int = 0  # date of the oldest imported registry for the number's country; 0: none is


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts, with the places and windows they put the call under."""

    facts: GateFacts
    now: int
    number: Spot
    address: Spot | None
    places: tuple[Place, ...]  # whose rules apply: the number's, and the address's if it is another
    source: str  # of their rules

    @classmethod
    def of(cls, facts: GateFacts, rules: Rules, now: int) -> Scene:
        """Look up where the number and the address are."""
        address = whereabouts.by_address(facts.lead, rules, facts.e164) if facts.lead is not None else None
        number = whereabouts.by_number(facts.e164, rules)
        if address is None or address.place is number.place:
            return cls(facts, now, number, address, (number.place,), number.place.source)
        source = f"{number.place.source} | {address.place.source}"
        return cls(facts, now, number, address, (number.place, address.place), source)

    @property
    def windows(self) -> tuple[Window, ...]:
        """Every window that must be open."""
        return self.number.windows + self.address.windows if self.address else self.number.windows

    @property
    def cap_24h(self) -> int:
        """The lowest limit on calls in 24 hours; 0: none. Ours is none before a call the lead asked for."""
        limits = [place.cap_24h for place in self.places]
        if not self.facts.callback:
            limits += [place.house_cap_24h for place in self.places]
        return min(filter(None, limits), default=0)

    @property
    def gap_ms(self) -> int:
        """The longest gap asked for; it is ours, and none before a call the lead asked for."""
        return 0 if self.facts.callback else max(place.gap_ms for place in self.places)

    @property
    def last_call_at(self) -> int:
        """The latest call to the number or the lead; 0: none."""
        return max((*self.facts.attempts_at, *self.facts.lead_attempts_at), default=0)

    def gap_ends_at(self) -> int:
        """When the gap after the latest call is over."""
        last = self.last_call_at
        return last + self.gap_ms if last else 0

    def cap_ends_at(self, at: int) -> int:
        """The first moment from `at` on with room for one more call in the 24 hours before it."""
        cap = self.cap_24h
        recent = sorted(call for call in self.facts.attempts_at if call > at - DAY)
        return recent[-cap] + DAY if cap and len(recent) >= cap else at
