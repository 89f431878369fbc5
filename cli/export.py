"""`sixring export`: files for payroll, compliance and whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from cli.lazy import Group, State, pass_state

if TYPE_CHECKING:
    from store.core import Core
    from store.exports.period import Period
    from store.exports.writer import Written

F = TypeVar("F", bound=Callable[..., object])


@click.group(cls=Group, example="sixring export payroll --from 2026-11-01 --to 2026-11-30 --out november.csv")
def command() -> None:
    """Export attempts or payroll.

    Days are those of the firm's zone, and both --from and --to belong to the
    report. Beside each file lies a small FILE.anchor.json: its checksum, and
    where the event log's hash chain stood.
    """


def _common(function: F) -> F:
    """The options of every report."""
    for option in (
        click.option("--rep", default="", metavar="LOGIN", help="Of this rep only."),
        click.option(
            "--format", "format_", type=click.Choice(["csv", "ndjson"]), help="Default: [export] format."
        ),
        click.option(
            "--to", "until", default="", metavar="DATE", help="Last day, or an instant; default: now."
        ),
        click.option(
            "--from", "since", default="", metavar="DATE", help="First day; default: the beginning."
        ),
    ):
        function = option(function)
    return function


@command.command("calls", example="sixring export calls --from 2026-11-21 --to 2026-11-21 --out calls.csv")
@_common
@click.option("--by-rep", is_flag=True, help="One file a rep, into the folder that --out names.")
@click.option("--out", default="-", metavar="FILE", help="Where to; - is standard output.  [default: -]")
@pass_state
def calls(
    state: State, since: str, until: str, format_: str | None, rep: str, by_rep: bool, out: str
) -> None:
    """Write every attempt, blocked ones too.

    Each has its four instants, ring and talk seconds apart, result,
    disposition, caller ID, and what the gate checked.
    """
    from config.errors import UsageError
    from store.exports.calls import export, export_by_rep

    if by_rep and (rep or out == "-"):
        raise UsageError("--by-rep writes one file a rep: name a folder with --out, and leave --rep away.")

    def write(core: Core, period: Period, kind: str) -> list[Written]:
        if by_rep:
            return export_by_rep(core, Path(out), period, kind)
        return [export(core, out, period, kind, rep)]

    _write(state, since, until, format_, write)


@command.command(
    "payroll", example="sixring export payroll --from 2026-11-01 --to 2026-11-30 --out november.csv"
)
@_common
@click.option("--out", default="-", metavar="FILE", help="Where to; - is standard output.  [default: -]")
@pass_state
def payroll(state: State, since: str, until: str, format_: str | None, rep: str, out: str) -> None:
    """Write hours and work, a row for each rep and day.

    The seconds in each state add up to the clock.
    """
    from store.exports.payroll import export

    def write(core: Core, period: Period, kind: str) -> list[Written]:
        return [export(core, out, period, kind, rep)]

    _write(state, since, until, format_, write)


def _write(
    state: State,
    since: str,
    until: str,
    format_: str | None,
    write: Callable[[Core, Period, str], list[Written]],
) -> None:
    """Open the store, settle the period, write, and tell on stderr what was written."""
    from zoneinfo import ZoneInfo

    from cli.session import opened, settings_of
    from config.text import for_terminal
    from store.exports.period import period

    settings = settings_of(state.home)
    with opened(state.home) as store:
        core = store.core
        reach = period(since, until, ZoneInfo(settings.firm.zone), core.now())
        files = write(core, reach, format_ or settings.export.format)
    for file in files:
        if file.path != "-":
            click.echo(for_terminal(f"{file.path}: {file.rows} rows"), err=True)
    if not files:
        click.echo("No attempts in that time.", err=True)
