"""`sixring doctor`: everything a working day needs, each with its mend."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from cli.checks.finding import Finding
    from config.home import Home


_INDENT = 24  # where what was found begins


@click.command(cls=Command, example="sixring doctor\nsixring doctor --call +14155550123")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")
@click.option("--call", "number", default="", metavar="NUMBER", help="Call it too, to try the sound.")
@pass_state
def command(state: State, as_json: bool, number: str) -> int:
    """Check everything a working day needs, and say how to mend it.

    Exits 1 where something fails. No mail is sent. With --call one call of
    some seconds is placed, as by hand, to a telephone of your own.
    """
    from cli.checks.finding import Health
    from cli.output import hanging, json_line

    failed = 0
    for finding in _examine(state.home, number):
        failed += finding.health is Health.FAILS
        if as_json:
            json_line(
                {
                    "check": finding.check,
                    "health": finding.health,
                    "found": finding.found,
                    "mend": finding.mend,
                }
            )
        else:
            hanging(_INDENT, f"{finding.health:<8} {finding.check:<14} {finding.found}")
            if finding.mend:
                hanging(_INDENT + 3, f"{'':<{_INDENT}}-> {finding.mend}")
        sys.stdout.flush()
    return 1 if failed else 0


def _examine(home: Home, number: str) -> Iterator[Finding]:
    """Every finding as soon as it is there: some wait for a network."""
    from cli.checks import carrier, configured, machine, network, sound, storage
    from cli.checks.finding import Health, skipped

    yield machine.python()
    yield machine.sip_stack()
    yield machine.folders(home)
    yield machine.disk(home)
    finding, settings = configured.settings(home)
    yield finding
    yield from configured.secrets(home, settings)
    yield configured.rules(home, settings)
    if finding.health is Health.FAILS:  # what the defaults would be found to lack is nobody's fault
        yield machine.clock(None)
        for check in ("store", "carrier", "sound", "mail"):
            yield skipped(check, "sixring.toml has to load first")
        return
    findings, last_event_at = storage.store(home, settings)
    yield from findings
    yield machine.clock(last_event_at)
    well = True
    for finding in carrier.carrier(home, settings):
        well &= finding.health is not Health.FAILS
        yield finding
    if number:
        from cli.checks import trial_call

        yield trial_call.tried(home, settings, number, carrier_is_well=well)
    yield sound.sound(settings)
    yield from sound.notice(home, settings)
    yield network.mail_server(home, settings)
