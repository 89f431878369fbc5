"""`sixring assign`: leads to another rep or to the team, by a supervisor's word."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state
from cli.supervisor import by_option


@click.command(
    cls=Command,
    example='sixring assign 17 42 --to ann --by kim --why "speaks Spanish"\n'
    'sixring assign --all-of ben --to ann --by kim --why "ben has left"\n'
    'sixring assign --all-of ben --to-team --by kim --why "ben is ill"',
)
@click.argument("leads", metavar="[LEAD]...", type=click.IntRange(1), nargs=-1)
@click.option("--all-of", "of", default="", metavar="LOGIN", help="All that this rep has.")
@click.option("--to", default="", metavar="LOGIN", help="To this rep.")
@click.option("--to-team", is_flag=True, help="To whoever is free.")
@by_option
@click.option("--why", required=True, help="The reason; it stands in the log.")
@pass_state
def command(state: State, leads: tuple[int, ...], of: str, to: str, to_team: bool, by: str, why: str) -> None:
    """Give leads to another rep or to the team, as a supervisor, with a reason.

    LEAD is its number in 'sixring queue'. Callbacks that were agreed go along.
    Who has a lead in hand at that moment finishes the call.
    """
    from cli.output import line
    from cli.session import opened, settings_of
    from cli.supervisor import machine_login, refuse_other
    from config.errors import UsageError

    refuse_other(settings_of(state.home), by)
    if bool(leads) == bool(of) or bool(to) == to_team:
        raise UsageError(
            "Say which (LEAD numbers, or --all-of LOGIN) and to whom (--to LOGIN, or --to-team)."
        )
    with opened(state.home) as store:
        if to:
            store.reps.get(to)
        if of:
            count = store.leads.assign_all(of, to, by, why, machine_login())
        else:
            store.leads.assign(leads, to, by, why, machine_login())
            count = len(set(leads))
    line(f"{count} {'lead is' if count == 1 else 'leads are'} {f'for {to}' if to else 'for the team'} now.")
