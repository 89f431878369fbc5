"""`sixring dnc`: the do-not-call list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cli.dnc_entry import entry_of
from cli.dnc_files import export, import_, registries
from cli.lazy import Group, State, pass_state
from cli.supervisor import machine_login
from config.errors import UsageError

if TYPE_CHECKING:
    from store.records import Suppression
    from store.store import Store


@click.group(cls=Group, example='sixring dnc add +14155550123 --why "asked on the phone"')
def command() -> None:
    """Keep the do-not-call list.

    An entry is a number, a mail address, or a mail domain such as
    @example.com. It is effective at once, for every lead that has it, also
    for the one on another rep's screen.
    """


_by = click.option(
    "--by", default="", metavar="LOGIN", help="Who asks for it; default: your login on this machine."
)
_why = click.option("--why", required=True, help="The reason, as it shall be found in five years.")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")


@command.command("add", example='sixring dnc add +14155550123 --why "asked on the phone"')
@click.argument("value")
@_why
@_by
@click.option("--yes", is_flag=True, help="A domain with several leads is meant.")
@pass_state
def add(state: State, value: str, why: str, by: str, yes: bool) -> None:
    """Take a number, address or domain out of every queue, now.

    Taking an entry off the list later does not bring its leads back: they come
    back with their next inquiry. So a domain that several leads have wants --yes.
    """
    from cli.output import line
    from cli.session import opened

    entry, kind = _entry(state, value)
    with opened(state.home, create=True) as store:
        reached = len(store.dnc.leads_with(entry, kind))
        if kind == "domain" and reached > 1 and not yes:
            raise UsageError(f"{entry} ends all contact with {reached} leads; say --yes if that is meant.")
        store.dnc.add(entry, by or machine_login(), why, kind)
    leads = "1 lead has it" if reached == 1 else f"{reached} leads have it"
    line(f"{entry} is on the do-not-call list; {leads}.")


@command.command("remove", example='sixring dnc remove +14155550123 --why "signed up again on 2026-11-20"')
@click.argument("value")
@_why
@_by
@pass_state
def remove(state: State, value: str, why: str, by: str) -> int:
    """Take an entry off the list; the list keeps who had it on, and who took it off.

    Exits 1 where it was not on the list.
    """
    from cli.output import line
    from cli.session import opened

    entry, _ = _entry(state, value)
    with opened(state.home) as store:
        removed = store.dnc.remove(entry, by or machine_login(), why)
    line(f"{entry} is off the do-not-call list." if removed else f"{entry} was not on the do-not-call list.")
    return 0 if removed else 1


@command.command("check", example="sixring dnc check +14155550123")
@click.argument("value")
@_json
@pass_state
def check(state: State, value: str, as_json: bool) -> int:
    """Tell whether a number, address or domain is on the list.

    Exits 1 where it is, 0 where it is not.
    """
    from cli.output import json_line, line
    from cli.session import opened

    entry, _ = _entry(state, value)
    with opened(state.home) as store:
        found = store.dnc.check(entry)
    if as_json:
        json_line({"value": entry, "listed": found is not None, "entry": _record(found) if found else None})
    elif found is None:
        line(f"{entry} is not on the list.")
    else:
        line(f"{entry} is on the list, by {found.value}: {found.why} ({found.added_by})")
    return 0 if found is None else 1


@command.command("list", example="sixring dnc list --json")
@_json
@pass_state
def list_(state: State, as_json: bool) -> None:
    """Show every entry: what, since when, by whom, why."""
    from cli.events import clock
    from cli.output import json_line, table
    from cli.session import opened, settings_of

    zone = settings_of(state.home).firm.zone
    with opened(state.home) as store:
        entries = list(_entries(store))
    if as_json:
        for entry in entries:
            json_line(_record(entry))
        return
    table(
        ("value", "kind", "since", "by", "why"),
        [
            (entry.value, entry.kind, clock(entry.added_at, zone), entry.added_by, entry.why)
            for entry in entries
        ],
    )


def _entries(store: Store) -> Iterator[Suppression]:
    page = store.dnc.entries()
    while page:
        yield from page
        page = store.dnc.entries(after=page[-1].value)


def _record(entry: Suppression) -> dict[str, object]:
    from config.clock import iso

    return {
        "value": entry.value,
        "kind": entry.kind,
        "added_at": iso(entry.added_at),
        "added_by": entry.added_by,
        "why": entry.why,
    }


def _entry(state: State, typed: str) -> tuple[str, str]:
    from cli.session import settings_of

    return entry_of(typed, settings_of(state.home).firm.region)


for _command in (import_, export, registries):
    command.add_command(_command)
