"""`sixring dnc import|export|registries`: the do-not-call list as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.dnc_entry import entry_of
from cli.lazy import Command, State, pass_state
from cli.supervisor import machine_login

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.store import Store


@click.command(
    "import",
    cls=Command,
    example="sixring dnc import us-415.txt --registry us-national --date 2026-11-20 --version 2026-11\n"
    'sixring dnc import asked-by-mail.txt --why "letters of November"',
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--registry", default="", metavar="NAME", help="As this registry, in place of what it had.")
@click.option("--date", "date", default="", metavar="DATE", help="The date of the registry's list.")
@click.option("--version", "version", default="", help="What the registry calls this version.")
@click.option("--country", default="", metavar="US", help="Whose numbers; default: [firm] region.")
@click.option("--why", default="", help="Without --registry: the reason, for our own list.")
@click.option("--by", default="", metavar="LOGIN", help="Who brings it; default: your login on this machine.")
@pass_state
def import_(
    state: State, file: Path, registry: str, date: str, version: str, country: str, why: str, by: str
) -> None:
    """Take in a list: a registry's, with its date, or entries of our own.

    A registry is a number a line, or CSV; it is kept apart from our own list,
    and the gate minds its date. Entries of our own are numbers, addresses and
    domains, one a line, effective at once.
    """
    from cli.session import opened, settings_of
    from config.errors import UsageError

    if bool(registry) == bool(why):
        raise UsageError("Say either --registry NAME --date DATE, or --why for entries of our own.")
    region = settings_of(state.home).firm.region
    whose = country.upper() or region
    with opened(state.home, create=True) as store:
        if registry:
            _as_registry(store, file, registry, date, version, whose, by or machine_login())
        else:
            _as_ours(store, file, why, by or machine_login(), region)


def _as_registry(store: Store, file: Path, name: str, date: str, version: str, country: str, by: str) -> None:
    from cli.output import line
    from store.registries import date_of

    made = store.registries.replace(name, file, as_of=date_of(date), by=by, version=version, country=country)
    line(f"{made.registry.numbers} numbers of {name}, {date}, are in force in place of what it had.")
    if made.without:
        lines = f"1 line of {file} has" if made.without == 1 else f"{made.without} lines of {file} have"
        which = ", ".join(map(str, made.first_without))
        more = ", ..." if made.without > len(made.first_without) else ""
        line(f"{lines} no telephone number of {country}: {which}{more}. Correct them, import it again.")


def _as_ours(store: Store, file: Path, why: str, by: str, region: str) -> None:
    from cli.output import line
    from config.errors import SixringError, UsageError

    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as fault:
        raise UsageError(f"{file} cannot be read ({fault.strerror}); name a text file.") from fault
    except UnicodeDecodeError as fault:
        raise UsageError(f"{file}: byte {fault.start} is not UTF-8; save the file as UTF-8.") from fault
    entries = []
    for number, text in enumerate(lines, start=1):
        if text.strip():
            try:
                entries.append(entry_of(text, region))
            except SixringError as fault:
                raise UsageError(f"{file}, line {number}: {fault} Nothing was taken in.") from fault
    for value, kind in entries:
        store.dnc.add(value, by, why, kind)
    line(f"{len(entries)} {'entry is' if len(entries) == 1 else 'entries are'} on the do-not-call list.")


@click.command("export", cls=Command, example="sixring dnc export dnc.csv")
@click.argument("out", metavar="FILE")
@click.option("--format", "format_", type=click.Choice(["csv", "ndjson"]), help="Default: [export] format.")
@pass_state
def export(state: State, out: str, format_: str | None) -> None:
    """Write our own list to a file: who, when, why, also what was taken off again.

    `-` is standard output. Nothing is ever deleted from the list.
    """
    from cli.output import line
    from cli.session import opened, settings_of
    from store.exports.dnc import export as write

    settings = settings_of(state.home)
    with opened(state.home) as store:
        written = write(store.core, out, format_ or settings.export.format, settings.firm.zone)
    if written.path != "-":
        line(f"{written.rows} entries in {written.path}.")


@click.command("registries", cls=Command, example="sixring dnc registries --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_state
def registries(state: State, as_json: bool) -> None:
    """Show every registry version that was ever in force, the latest first."""
    from cli.output import json_line, table
    from cli.session import opened

    with opened(state.home) as store:
        rows = list(_rows(store))
    if as_json:
        for row in rows:
            json_line(row)
        return
    shown = ("name", "country", "version", "as_of", "numbers", "imported_at", "imported_by", "in_force")
    table(shown, [tuple(str(row[column]) for column in shown) for row in rows])


def _rows(store: Store) -> Iterator[dict[str, object]]:
    from config.clock import iso

    for one in store.registries.all():
        yield {
            "name": one.name, "country": one.country, "version": one.version, "as_of": iso(one.as_of)[:10],
            "numbers": one.numbers, "imported_at": iso(one.imported_at), "imported_by": one.imported_by,
            "file": one.file, "sha256": one.sha256, "in_force": one.current,
        }  # fmt: skip
