"""`sixring cadence`: cadences checked, and shown as calendars."""

from __future__ import annotations

from pathlib import Path

import click

from cli.lazy import Group, State, pass_state


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
    from cadence.rulebook import check_links
    from cli.output import line
    from cli.session import rules_of
    from config.text import counted

    book = rules_of(state.home)
    checked = [(path, CadenceFile(path, book.templates.names)) for path in files]
    known = {**book.cadences, **{file.cadence.name: file.cadence for _, file in checked}}
    for path, file in checked:
        check_links(file, known)
        cadence = file.cadence
        steps = f"{counted(len(cadence.calls), 'call')}, {counted(len(cadence.mails), 'mail')}"
        line(f"{path}: {cadence.name} {cadence.version}, {steps}: ok")


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
    from cli.outlook import outlook, somebody
    from cli.output import json_line, line, table
    from cli.session import moment, rules_of, settings_of
    from config.clock import SystemClock, iso

    settings = settings_of(state.home)
    book = rules_of(state.home)
    cadence = book.cadence(name or settings.queue.cadence)
    zone = _zone(zone or settings.firm.zone)
    since = f"{since}T10:00" if len(since) == len("2026-11-25") else since
    now = moment(since, zone, "--from") if since else SystemClock().now()
    entries = list(outlook(somebody(number, settings.firm.region, zone, now), book, cadence.name, now))
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
