"""Leads, calls and stores as tests need them: valid, unlike each other, and callable at `NOON`."""

from __future__ import annotations

from typing import Any

from cadence.model import Result
from config.clock import HandClock, from_iso
from store.records import Attempt, CallEnd, Claim, NewLead, NewPhone
from store.store import Store

NOON = from_iso("2026-11-17T20:00:00")  # a Tuesday: 15:00 in New York, 12:00 in California
FIRM = {
    "name": "Northwind",
    "postal_address": "1 Harbor Road, Oakland CA 94607",
    "website": "https://northwind.example",
}


def number(n: int) -> str:
    """The `n`-th of ten thousand Californian numbers."""
    return f"+1415{2_000_000 + n:07d}"


def new_lead(n: int = 0, **changes: Any) -> NewLead:
    """The `n`-th lead: a Californian with a number and an address."""
    given: dict[str, Any] = {
        "name": f"Lead {n}",
        "company": f"Firm {n}",
        "email": f"lead{n}@firm{n}.example",
        "phones": (NewPhone(number(n), "mobile"),),
        "country": "US",
        "region": "CA",
        "source": "web form",
    }
    return NewLead(**{**given, **changes})


def claimed(store: Store, rep: str = "rep1") -> Claim:
    """The lead that `rep` gets now; there must be one."""
    found = store.queue.claim(rep)
    assert isinstance(found, Claim), found
    return found


def called(
    store: Store,
    clock: HandClock,
    result: Result,
    rep: str = "rep1",
    *,
    talk_ms: int = 30_000,
    automatic: bool = True,
) -> Attempt:
    """Claim, dial and end one call with `result`; the attempt."""
    attempt = store.attempts.begin(claimed(store, rep), rep)
    assert attempt.decision.allowed, attempt.decision.why
    clock.advance(100)
    store.attempts.instant(attempt.id, "invited", clock.now(), f"sip-{attempt.id}")
    if result in (Result.ANSWERED, Result.NO_ANSWER, Result.BUSY):
        clock.advance(500)
        store.attempts.instant(attempt.id, "ringing", clock.now())
    talked = 0
    if result is Result.ANSWERED:
        clock.advance(3_000)
        store.attempts.instant(attempt.id, "answered", clock.now())
        talked = talk_ms
    clock.advance(talk_ms)
    store.attempts.finish(attempt.id, CallEnd(result, clock.now(), 3_000, talked), rep, automatic=automatic)
    return store.attempts.get(attempt.id)
