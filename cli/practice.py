"""`sixring practice`: the workstation, with nothing to configure."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state


@click.command(cls=Command, example="sixring practice --leads 30")
@click.option(
    "--leads",
    default=40,
    type=click.IntRange(1, 100_000),
    show_default=True,
    help="Sample leads of a new practice home.",
)
@click.option(
    "--callers/--no-callers",
    default=True,
    show_default=True,
    help="Whether people call the desk now and then.",
)
@pass_state
def command(state: State, leads: int, callers: bool) -> int:
    """Open the workstation on sample leads and a practice carrier.

    Calls are real SIP and RTP, mails are real SMTP, and neither leaves this
    machine. Practice has a home of its own, beside the real one.
    """
    import asyncio

    from cli.workstation import require_terminal, screen

    require_terminal()
    from floor.practice import run

    home = state.practice_home
    code = asyncio.run(run(home, leads, screen(), callers=callers))
    click.echo(f"This practice is kept; look at it with: sixring tail --home {home.path}", err=True)
    return code
