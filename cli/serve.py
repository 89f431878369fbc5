"""`sixring serve`: what runs unattended for a whole floor."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state


@click.command(cls=Command, example="sixring serve")
@pass_state
def command(state: State) -> None:
    """Run the mail room and the housekeeping without a screen.

    Ends on Ctrl-C or SIGTERM, after the mail it is sending. Set mail_room =
    false in the [floor] table of the workstations that share its store.
    """
    import asyncio

    from cli.session import settings_of
    from floor.serve import serve
    from floor.workplace import real_workplace

    place = real_workplace(state.home, settings_of(state.home), dials=False)
    asyncio.run(serve(place, lambda: click.echo("The floor is open.", err=True)))
