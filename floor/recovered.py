"""What an earlier session left behind: closed at the start of the next, and told to the rep."""

from __future__ import annotations

from dataclasses import dataclass

from cadence.model import Lane, Result
from floor.card import card_view
from floor.clerk import Clerk, recording_of
from floor.desk_inputs import Undone
from store.records import NO_PHONE, Attempt, Claim
from store.store import Store


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What the start found."""

    unsaid: Undone | None = None  # a conversation nobody has recorded yet
    words: str = ""  # what else was closed, one line


def recovered(store: Store, clerk: Clerk) -> LeftBehind:
    """Close what dead sessions of the rep left open; the latest conversation comes back to the desk.

    Who rang at that moment is kept as missed.
    """
    missed = store.inbound.recover(clerk.rep)
    closed = [store.attempts.get(number) for number in store.attempts.recover(clerk.rep)]
    spoken = [one for one in closed if one.answered_at and not one.disposition and one.lead_id is not None]
    last = max(spoken, key=lambda one: one.id, default=None)
    others = [one for one in closed if one is not last]
    words = []
    if others:
        names = ", ".join(sorted({_name(store, one) for one in others}))
        words.append(f"Cut off with the session before, and closed as known: {names}.")
    if missed:
        names = ", ".join(sorted({one.name or one.number or "a withheld number" for one in missed}))
        words.append(f"Rang as the session before was cut off: {names}.")
    return LeftBehind(_unsaid(store, clerk, last) if last is not None else None, " ".join(words))


def _name(store: Store, attempt: Attempt) -> str:
    return store.leads.get(attempt.lead_id).name if attempt.lead_id is not None else attempt.e164


def _unsaid(store: Store, clerk: Clerk, attempt: Attempt) -> Undone | None:
    """The conversation on the desk again. The lead is nobody's lease: another rep may have it first."""
    if attempt.lead_id is None or attempt.answered_at is None:
        return None
    lead, plan = store.leads.get(attempt.lead_id), store.leads.plan(attempt.lead_id)
    number = next((one for one in lead.phones if one.e164 == attempt.e164), NO_PHONE)
    claim = Claim(
        lead, plan, number, token=0, lane=plan.call.lane if plan.call else Lane.NO_CALL,
        reason="left without its disposition by the session before", attempts=1, expires_at=0,
    )  # fmt: skip
    why = f"your call {_how(attempt)} after {attempt.talk_ms // 1000} s. What came of it?"
    card = card_view(store, claim, clerk.book, clerk.clock.now())
    return Undone(attempt, claim, card, why, recording_of(store, attempt.id))


def _how(attempt: Attempt) -> str:
    """A call that was hung up is only without its disposition."""
    return "was cut off" if attempt.result is Result.INTERRUPTED else "ended"
