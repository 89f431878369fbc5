"""Which of a lead's numbers is dialed. Inside a transaction: the gate is asked with all the store knows."""

from __future__ import annotations

from dataclasses import dataclass

from cadence import gate
from cadence.model import CallKind, Phone
from cadence.planning import phone_to_dial
from store import facts
from store.core import Core
from store.plans import Standing
from store.records import NO_PHONE


@dataclass(frozen=True, slots=True)
class Choice:
    """The number the gate lets out now; without one, when one may be called, and why none may."""

    phone: Phone | None
    next_at: int | None = None  # None: no number of the lead will do as the lead stands
    why: str = ""


def choose(core: Core, standing: Standing, now: int) -> Choice:
    """The first of the lead's numbers, in the order of trying, that may be dialed at `now`."""
    later: list[int] = []
    why = "no number may be dialed"
    for phone in standing.lead.working:
        decision = gate.decide(facts.gather(core, standing, phone, now), core.book.gate, now)
        if decision.allowed:
            return Choice(phone)
        why = decision.why
        if decision.next_at is not None:
            later.append(decision.next_at)
    return Choice(None, min(later, default=None), why)


def number_of(core: Core, standing: Standing, now: int) -> Phone:
    """The number to show of a lead in hand: what may be dialed now, else what may be at some time.

    A lead before a person for want of a number shows none, so that nothing is
    there to be dialed in vain; `NO_PHONE` then.
    """
    chosen = choose(core, standing, now).phone
    if chosen is not None:
        return chosen
    call = standing.plan.call
    if call is not None and call.kind is CallKind.REVIEW:
        return NO_PHONE
    return phone_to_dial(standing.lead, core.book, now) or NO_PHONE
