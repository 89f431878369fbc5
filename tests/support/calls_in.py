"""Calls that come in, answered or not, as tests of the store need them."""

from __future__ import annotations

from support.factories import number

from cadence.model import Result
from config.clock import MINUTE, HandClock
from store.audit import audit
from store.records import Attempt, CallEnd, Claim, Missed
from store.store import Store


def rings_and_is_answered(
    store: Store, n: int = 0, rep: str = "rep1", sip: str = "sip-in", name: str = ""
) -> tuple[Attempt, Claim | None]:
    """The `n`-th number calls now, and `rep` answers."""
    return store.inbound.answer(number(n), name, sip, rep, None, store.core.now())


def rings_in_vain(
    store: Store, n: int = 0, rep: str = "rep1", sip: str = "sip-in", name: str = "", ago: int = 0
) -> Missed:
    """The `n`-th number called `ago` milliseconds ago, and the desk of `rep` was busy."""
    return store.inbound.missed(number(n), name, sip, rep, store.core.now() - ago, "busy")


def spoken(store: Store, clock: HandClock, code: str, n: int = 0, callback_at: int | None = None) -> Attempt:
    """They call, rep1 answers, they talk for a minute, and the rep says what it was."""
    attempt, _ = rings_and_is_answered(store, n, sip=f"sip-{clock.now()}")
    clock.advance(MINUTE)
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now(), 4_000, MINUTE, 200), "rep1")
    store.attempts.dispose(attempt.id, code, "rep1", callback_at=callback_at)
    return store.attempts.get(attempt.id)


def kinds(store: Store) -> list[str]:
    """The kinds of the events that were told, in their order."""
    return [event.kind for event in store.log.after(0, 10_000)]


def sound(store: Store) -> None:
    """Log and tables tell the same, and no lead is lost."""
    verdict = store.log.verify()
    assert verdict.clean, verdict.why
    assert audit(store).clean
