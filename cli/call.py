"""`sixring call`: one call from the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from floor.one_call import Order, Placed

EXIT = {"answered": 0, "busy": 3, "no_answer": 4, "declined": 5, "invalid": 6}  # any other result: 1


@click.command(
    cls=Command,
    example="sixring call '(415) 555-0123'\nsixring call +14155550123 --seconds 30 --disposition interested",
)
@click.argument("number")
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), metavar="N", help="Hang up N seconds after the answer."
)
@click.option("--disposition", default="", metavar="CODE", help="Record this after an answered call.")
@click.option("--rep", default="", metavar="LOGIN", help="Who calls, where it is not [rep] login.")
@pass_state
def command(state: State, number: str, seconds: float | None, disposition: str, rep: str) -> int:
    """Place one call through the gate, and tell what happens.

    Ctrl-C hangs up. Exits 0 if it was answered, 3 busy, 4 no answer,
    5 declined, 6 invalid, 1 anything else, such as a refusal of the gate.
    """
    import asyncio

    from cli.session import rules_of
    from config.errors import UsageError
    from floor.one_call import Order

    if disposition and disposition not in rules_of(state.home).dispositions.by_code:
        known = ", ".join(rules_of(state.home).dispositions.by_code)
        raise UsageError(f"{disposition!r} is no disposition; there are {known}.")
    placed = asyncio.run(_placed(state, rep, Order(number, seconds, disposition)))
    return EXIT.get(placed.result.value, 1)


async def _placed(state: State, login: str, order: Order) -> Placed:
    from cli.session import settings_of
    from floor.one_call import OneCall
    from floor.workplace import real_workplace, rep_of

    settings = settings_of(state.home)
    place = real_workplace(state.home, settings)
    return await OneCall(place, rep_of(settings, login), _tell).run(order)


def _tell(at: int, text: str) -> None:
    import sys

    from cli.output import line
    from config.clock import iso

    line(f"{iso(at)}  {text}")
    sys.stdout.flush()
