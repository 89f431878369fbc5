"""`sixring correct`: a disposition put right by a supervisor, beside what the rep said."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state
from cli.supervisor import by_option


@click.command(
    cls=Command, example='sixring correct 1042 do_not_call --by kim --why "said so on the recording"'
)
@click.argument("attempt", type=click.IntRange(1))
@click.argument("code")
@by_option
@click.option("--why", required=True, help="The reason; it stands beside what the rep said.")
@pass_state
def command(state: State, attempt: int, code: str, by: str, why: str) -> None:
    """Correct what was recorded of an attempt, as a supervisor, with a reason.

    ATTEMPT is its number in 'sixring export calls'; CODE one of the
    dispositions, as no_answer or do_not_call. What the rep said stays on
    record. A do-not-call takes effect at once, a firm end closes an open lead;
    otherwise the lead's plan goes on as it is.
    """
    from cli.output import line
    from cli.session import opened, settings_of
    from cli.supervisor import machine_login, refuse_other

    refuse_other(settings_of(state.home), by)
    with opened(state.home) as store:
        made = store.corrections.correct(attempt, code, by, why, machine_login())
    line(f"Attempt {attempt} is {made.disposition}, in place of {made.instead_of or 'nothing'}.")
