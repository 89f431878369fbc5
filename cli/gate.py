"""`sixring gate`: may this number be called, and what was checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from cadence.gate import GateFacts
    from cadence.model import Decision
    from config.home import Home


@click.command(
    cls=Command,
    example="sixring gate +14155550123\nsixring gate '(415) 555-0123' --at 2026-12-25T08:30 --lead 17",
)
@click.argument("number")
@click.option(
    "--at", metavar="TIME", default="", help="At this time (the firm's zone unless it says), not now."
)
@click.option(
    "--lead", type=click.IntRange(1), metavar="ID", help="As a call to this lead: its address counts too."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/json.md).")
@pass_state
def command(state: State, number: str, at: str, lead: int | None, as_json: bool) -> int:
    """Explain check by check whether a number may be called.

    Exits 0 where the call is allowed, 1 where it is not. Nothing is dialed
    and nothing is stored.
    """
    from cadence.gate import decide
    from cli.output import json_line
    from cli.session import moment, rules_of, settings_of
    from config.clock import SystemClock

    settings = settings_of(state.home)
    now = moment(at, settings.firm.zone, "--at") if at else SystemClock().now()
    facts = _facts(state.home, number, settings.firm.region, lead, now)
    decision = decide(facts, rules_of(state.home).gate, now)
    if as_json:
        json_line(_record(facts.e164, decision))
    else:
        _tell(facts.e164, decision, settings.firm.zone)
    return 0 if decision.allowed else 1


def _facts(home: Home, number: str, region: str, lead_id: int | None, now: int) -> GateFacts:
    """What the store knows of a call to `number`; where there is no store, only the number.

    Raises:
        SixringError: `number` is no telephone number, or there is no such lead.
    """
    from dataclasses import replace

    from cadence.gate import GateFacts
    from cadence.numbers import e164, is_emergency
    from cli.session import has_store, opened
    from config.errors import UsageError

    dialed = number.strip() if is_emergency(number, region) else e164(number, region)
    if dialed is None:
        raise UsageError(f"{number!r} is not a telephone number of {region}; write it as +14155550123.")
    if lead_id is None and not has_store(home):
        return GateFacts(e164=dialed, by_hand=True, region=region)
    with opened(home) as store:
        told = store.attempts.facts(dialed, lead_id, now)
    return replace(
        told,
        attempts_at=tuple(at for at in told.attempts_at if at <= now),
        lead_attempts_at=tuple(at for at in told.lead_attempts_at if at <= now),
    )


def _record(e164: str, decision: Decision) -> dict[str, object]:
    from config.clock import iso

    return {
        "e164": e164,
        "allowed": decision.allowed,
        "at": iso(decision.at),
        "next_at": None if decision.next_at is None else iso(decision.next_at),
        "rules_version": decision.rules_version,
        "checks": [
            {
                "name": check.name,
                "given": check.given,
                "passed": check.passed,
                "why": check.why,
                "source": check.source,
            }
            for check in decision.checks
        ],
    }


def _tell(e164: str, decision: Decision, zone: str) -> None:
    from cli.events import clock
    from cli.output import line, table

    line(f"{e164} at {clock(decision.at, zone)}: {'allowed' if decision.allowed else 'not allowed'}")
    table(
        ("", "check", "given", "why"),
        [("ok" if check.passed else "NO", check.name, check.given, check.why) for check in decision.checks],
    )
    for check in decision.checks:
        if not check.passed and check.source:
            line(f"{check.name}: {check.source}")
    if decision.next_at is not None:
        line(f"It may be called from {clock(decision.next_at, zone)} on.")
    line(f"Rules {decision.rules_version}.")
