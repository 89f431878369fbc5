"""What a cadence would do with a lead whom nobody ever reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from cadence.advance import advance, start
from cadence.happenings import Called, Happening, MailSent
from cadence.model import Lead, Phone, Plan, Result
from cadence.numbers import e164
from cadence.rulebook import Rulebook
from config.errors import UsageError


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the calendar."""

    at: int  # ms UTC
    kind: str  # call, mail
    step: int
    template: str = ""


def outlook(lead: Lead, book: Rulebook, name: str, now: int) -> Iterator[Entry]:
    """What a lead who never answers gets, until another cadence follows or a step repeats."""
    plan = start(lead, book, now, name)
    seen: set[tuple[str, int]] = set()
    while plan.cadence == name:
        entry = _next(plan)
        if entry is None or (entry.kind, entry.step) in seen:
            return
        seen.add((entry.kind, entry.step))
        yield entry
        plan = advance(lead, plan, _in_vain(entry, lead, book), book, entry.at)


def _in_vain(entry: Entry, lead: Lead, book: Rulebook) -> Happening:
    if entry.kind == "mail":
        return MailSent(entry.step, entry.at)
    unanswered = book.dispositions.automatic(Result.NO_ANSWER)
    return Called(Result.NO_ANSWER, unanswered, entry.at, e164=lead.phones[0].e164)


def _next(plan: Plan) -> Entry | None:
    call, mail = plan.call, plan.mail
    if mail is not None and (call is None or mail.due_at < call.due_at):
        return Entry(mail.due_at, "mail", mail.step, mail.template)
    return None if call is None else Entry(call.due_at, "call", call.step)


def somebody(number: str, region: str, zone: str, now: int) -> Lead:
    """Somebody in `zone` with a number and an address.

    Raises:
        UsageError: `number` is no telephone number.
    """
    found = e164(number or _example_number(region), region)
    if found is None:
        raise UsageError(f"{number!r} is not a telephone number of {region}; write it as +14155550123.")
    return Lead(
        1, "Somebody", email="somebody@example.com", zone=zone, arrived_at=now, phones=(Phone(1, found),)
    )


def _example_number(region: str) -> str:
    example = phonenumbers.example_number(region)
    return "" if example is None else phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
