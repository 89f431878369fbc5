"""`sixring cadence`: cadences checked, and shown as calendars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.lazy import Group, State, pass_state

if TYPE_CHECKING:
    from cadence.model import Lead, Plan
    from cadence.rulebook import Rulebook


@click.group(cls=Group, example="sixring cadence show inbound-six --from 2026-11-25 --zone America/Chicago")
def command() -> None:
    """Check cadences, and show the calendar they give.

    Your own go into the folder rules/cadences of the home; one of the same
    name and a higher version is what new leads get.
    """


@command.command("check", example="sixring cadence check rules/cadences/our-own.toml")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@pass_state
def check(state: State, files: tuple[Path, ...]) -> None:
    """Check cadence files; a mistake is named with its file, line and field."""
    from cadence.cadence_file import CadenceFile
    from cli.output import line
    from cli.session import rules_of

    templates = rules_of(state.home).templates.names
    for path in files:
        cadence = CadenceFile(path, templates).cadence
        steps = f"{len(cadence.calls)} calls, {len(cadence.mails)} mails"
        line(f"{path}: {cadence.name} {cadence.version}, {steps}: ok")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the calendar."""

    at: int  # ms UTC
    kind: str  # call, mail
    step: int
    template: str = ""


@command.command("show", example="sixring cadence show inbound-six --from 2026-11-25 --zone America/Chicago")
@click.argument("name", default="")
@click.option(
    "--from", "since", default="", metavar="TIME", help="The inquiry; a date means 10:00 there. Default: now."
)
@click.option("--zone", default="", metavar="ZONE", help="The lead's IANA zone; default: the firm's.")
@click.option(
    "--number", default="", metavar="NUMBER", help="The lead's number; default: one of the firm's country."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")
@pass_state
def show(state: State, name: str, since: str, zone: str, number: str, as_json: bool) -> None:
    """Print the calendar of a lead who never answers: weekends, holidays, calling hours and all.

    NAME is a cadence; default: the one that new leads get.
    """
    from cli.output import json_line, line, table
    from cli.session import moment, rules_of, settings_of
    from config.clock import SystemClock, iso

    settings = settings_of(state.home)
    book = rules_of(state.home)
    cadence = book.cadence(name or settings.queue.cadence)
    zone = _zone(zone or settings.firm.zone)
    since = f"{since}T10:00" if len(since) == len("2026-11-25") else since
    now = moment(since, zone) if since else SystemClock().now()
    entries = list(_calendar(_lead(number, settings.firm.region, zone, now), book, cadence.name, now))
    if as_json:
        for entry in entries:
            json_line(
                {"at": iso(entry.at), "kind": entry.kind, "step": entry.step, "template": entry.template}
            )
        return
    line(f"{cadence.name} {cadence.version}: {cadence.title}")
    table(
        ("when", "what", "template"),
        [(_local(entry.at, zone), f"{entry.kind} {entry.step}", entry.template) for entry in entries],
    )
    if cadence.then:
        line(f"then {cadence.then}")


def _calendar(lead: Lead, book: Rulebook, name: str, now: int) -> Iterator[Entry]:
    """What a lead who never answers gets, until another cadence follows or a step repeats."""
    from cadence.advance import advance, start
    from cadence.happenings import Called, MailSent
    from cadence.model import Result

    plan = start(lead, book, now, name)
    seen: set[tuple[str, int]] = set()
    while plan.cadence == name:
        entry = _next(plan)
        if entry is None or (entry.kind, entry.step) in seen:
            return
        seen.add((entry.kind, entry.step))
        yield entry
        happened = (
            MailSent(entry.step, entry.at)
            if entry.kind == "mail"
            else Called(
                Result.NO_ANSWER,
                book.dispositions.automatic(Result.NO_ANSWER),
                entry.at,
                e164=lead.phones[0].e164,
            )
        )
        plan = advance(lead, plan, happened, book, entry.at)


def _next(plan: Plan) -> Entry | None:
    call, mail = plan.call, plan.mail
    if mail is not None and (call is None or mail.due_at < call.due_at):
        return Entry(mail.due_at, "mail", mail.step, mail.template)
    return None if call is None else Entry(call.due_at, "call", call.step)


def _lead(number: str, region: str, zone: str, now: int) -> Lead:
    """Somebody in `zone` with a number and an address.

    Raises:
        UsageError: `number` is no telephone number.
    """
    from cadence.model import Lead, Phone
    from cadence.numbers import e164
    from config.errors import UsageError

    found = e164(number or _example_number(region), region)
    if found is None:
        raise UsageError(f"{number!r} is not a telephone number of {region}; write it as +14155550123.")
    return Lead(
        1, "Somebody", email="somebody@example.com", zone=zone, arrived_at=now, phones=(Phone(1, found),)
    )


def _example_number(region: str) -> str:
    import phonenumbers

    example = phonenumbers.example_number(region)
    return "" if example is None else phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    from config.errors import UsageError

    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise UsageError(f"{name!r} is not a time zone; write it like America/Chicago.") from None


def _local(at: int, zone: str) -> str:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M %Z")
