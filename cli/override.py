"""`sixring override`: one call past the gate, by a supervisor's word."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state
from cli.supervisor import by_option


@click.command(
    cls=Command,
    example='sixring override 17 --by kim --reason "asked by mail to be called tonight" --for 30m\n'
    'sixring override +14155550123 --by kim --reason "their switchboard confirmed the hours"',
)
@click.argument("target", metavar="LEAD|NUMBER")
@by_option
@click.option("--reason", required=True, help="Why; it stands in the log and in the attempt.")
@click.option("--for", "span", default="30m", metavar="TIME", help="For so long: 30m, 2h; at most a day.")
@pass_state
def command(state: State, target: str, by: str, reason: str, span: str) -> None:
    """Let one call past the gate, as a supervisor, with a reason.

    It passes hours, counts and age; never a do-not-call, a registry or a
    number that cannot exist. The next dial that needs it uses it up; the rep
    types the number (key d). Supervisors are named in sixring.toml.
    """
    from cli.events import clock
    from cli.output import line
    from cli.session import opened, settings_of
    from cli.supervisor import machine_login, refuse_other

    settings = settings_of(state.home)
    refuse_other(settings, by)
    lead_id, e164 = _target(target, settings.firm.region)
    with opened(state.home) as store:
        made = store.overrides.grant(
            by, reason, _span(span), lead_id=lead_id, e164=e164, login=machine_login()
        )
    who = f"lead {lead_id}" if lead_id is not None else e164
    line(f"One call to {who} may pass the gate until {clock(made.until_at, settings.firm.zone)}.")


def _target(typed: str, region: str) -> tuple[int | None, str]:
    """The lead's number in the queue, or the telephone number, that was meant.

    Raises:
        UsageError: it is neither.
    """
    from cadence.numbers import e164
    from config.errors import UsageError

    if typed.isascii() and typed.isdecimal() and len(typed) < 10:
        return int(typed), ""
    number = e164(typed, region)
    if number is None:
        raise UsageError(f"{typed!r} is neither the number of a lead nor a telephone number.")
    return None, number


def _span(typed: str) -> int:
    """The milliseconds of `30m`, `30 min` or `2h`.

    Raises:
        UsageError: it is no such time.
    """
    from cadence.spans import span
    from config.errors import UsageError

    try:
        return span(f"{typed}in" if typed.endswith("m") else typed)
    except ValueError as fault:
        raise UsageError(str(fault)) from fault
