"""The lead card, put together from what the store knows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cadence import gate, recording
from cadence.model import Lead, Phone
from cadence.rulebook import Rulebook
from floor.desk_inputs import Forecast
from floor.lead_time import clock_text, known_zone, lead_zone, local, stamp
from floor.view import CardView
from store.facts import next_allowed
from store.history import HistoryLine
from store.records import Claim
from store.store import Store

_HISTORY_LINES = 30
_CONTACTS = frozenset({"call", "call.missed", "mail"})  # kinds of `store.history` in which we and they met


def card_view(store: Store, claim: Claim, book: Rulebook, now: int) -> CardView:
    """The card of a claimed lead at `now` (ms UTC)."""
    lead, phone = claim.lead, claim.phone
    zone = known_zone(lead, phone)
    when = _clock(lead, phone, now)
    lines = store.leads.history(lead.id, when=when)
    told = [_line(one, when) for one in lines[-_HISTORY_LINES:]]
    last = next((_line(one, when) for one in reversed(lines) if one.kind in _CONTACTS), "")
    allowed_at = next_allowed(lead, phone, book, now)
    return CardView(
        lead=lead, plan=claim.plan, phone=phone, reason=claim.reason, attempts=claim.attempts,
        steps=len(book.cadence(claim.plan.cadence, claim.plan.version).calls),
        zone=zone.key if zone is not None else "",
        callable_now=allowed_at == now, callable_why=_when(allowed_at, now, lead, phone),
        history=tuple(reversed(told)), last=last, next_mail=_next_mail(claim),
        recording=recording.decide(lead, phone.e164, book.recording),
        no_message=book.why_no_message(lead, claim.plan),
    )  # fmt: skip


def forecast(store: Store, claim: Claim, book: Rulebook, now: int) -> Forecast:
    """What the gate would say of the dial at `now` (ms UTC), by hours, counts and lists as they are.

    Raises:
        NotFound: there is no such lead any more.
    """
    lead, phone = claim.lead, claim.phone
    decision = gate.decide(store.attempts.facts(phone.e164, lead.id, now), book.gate, now)
    later = decision.next_at is not None and not decision.allowed
    why = _when(decision.next_at, now, lead, phone) if later else decision.why
    return Forecast(claim.token, decision.allowed, "" if decision.allowed else why)


def history(store: Store, lead: Lead, phone: Phone, now: int) -> list[str]:
    """What happened to the lead, a line each, oldest first, in its own time: `Fri 21 Nov 16:25  ...`."""
    when = _clock(lead, phone, now)
    return [_line(told, when) for told in store.leads.history(lead.id, when=when)]


def _line(told: HistoryLine, when: Callable[[int], str]) -> str:
    return f"{when(told.at)}  {told.text}"


def timeline(store: Store, lead: Lead, phone: Phone, now: int) -> list[str]:
    """The lead's history, then what comes next and why."""
    when = _clock(lead, phone, now)
    coming = store.leads.coming(lead.id, when)
    why = [f"      {reason}" for reason in coming.why]
    return [*history(store, lead, phone, now), f"next: {coming.next}", *why]


def first_phone(lead: Lead) -> Phone:
    """The number whose place tells a lead's time where none is being called; an empty one if it has none."""
    return next((each for each in lead.phones if not each.bad), Phone(0, ""))


def _clock(lead: Lead, phone: Phone, now: int) -> Callable[[int], str]:
    return partial(stamp, zone=lead_zone(lead, phone), now=now)


def _when(allowed_at: int | None, now: int, lead: Lead, phone: Phone) -> str:
    if allowed_at is None:
        return "not at any time"
    if allowed_at <= now:
        return ""
    moment = local(allowed_at, lead_zone(lead, phone))
    return f"from {moment:%a} {clock_text(moment)}"


def _next_mail(claim: Claim) -> str:
    mail = claim.plan.mail
    if mail is None:
        return ""
    moment = local(mail.due_at, lead_zone(claim.lead, claim.phone))
    return f"mail {mail.step} {moment:%a %d %b %H:%M}"
