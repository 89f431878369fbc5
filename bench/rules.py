"""The pure rules on one core: gate decisions, plans and numbers a second, counted in processor time."""

from __future__ import annotations

import time
from collections.abc import Callable

from cadence.advance import advance, start
from cadence.gate import GateFacts, decide, next_allowed
from cadence.happenings import Called, MailSent
from cadence.model import Lead, Phone, Result
from cadence.numbers import e164
from cadence.rulebook import load
from config.clock import HOUR, from_iso

NOON = from_iso("2026-11-24T18:00:00Z")
AREAS = ("212", "415", "305", "214")


def per_second(count: int, act: Callable[[int], object]) -> int:
    """How often a second of this core `act` can be done."""
    begin = time.process_time()
    for number in range(count):
        act(number)
    return round(count / (time.process_time() - begin))


def people(count: int) -> list[Lead]:
    """Leads with numbers in four states and an address in a fifth."""
    return [
        Lead(
            number,
            "Ann Lee",
            email="ann@example.com",
            country="US",
            region="IL",
            arrived_at=NOON,
            phones=(Phone(1, f"+1{AREAS[number % 4]}555{number % 10_000:04d}"),),
        )
        for number in range(count)
    ]


def main() -> None:
    """Print one line a measurement."""
    book = load()
    leads = people(20_000)
    facts = [GateFacts(lead.phones[0].e164, lead, attempts_at=(NOON - HOUR,)) for lead in leads]
    plans = [start(lead, book, NOON) for lead in leads[:5_000]]
    unanswered = Called(Result.NO_ANSWER, book.dispositions.automatic(Result.NO_ANSWER), NOON)
    measures: dict[str, tuple[int, Callable[[int], object]]] = {
        "gate decisions": (20_000, lambda n: decide(facts[n], book.gate, NOON)),
        "next allowed moments, asked at night": (
            20_000,
            lambda n: next_allowed(facts[n], book.gate, NOON + 10 * HOUR),
        ),
        "starts of a cadence": (5_000, lambda n: start(leads[n], book, NOON)),
        "advances by a call": (5_000, lambda n: advance(leads[n], plans[n], unanswered, book, NOON)),
        "advances by a mail": (5_000, lambda n: advance(leads[n], plans[n], MailSent(1, NOON), book, NOON)),
        "numbers to E.164": (100_000, lambda n: e164(f"(415) 555-{n % 10_000:04d}")),
    }
    for name, (count, act) in measures.items():
        print(f"{name}: {per_second(count, act):,} a second")


if __name__ == "__main__":
    main()
