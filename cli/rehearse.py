"""`sixring rehearse`: scripted reps, real calls."""

from __future__ import annotations

import sys

import click

from cli.lazy import Command, State, pass_state


@click.command(cls=Command, example="sixring rehearse --calls 50 --reps 2 --json")
@click.option(
    "--calls", default=20, type=click.IntRange(1, 1_000_000), show_default=True, help="Leads to work."
)
@click.option(
    "--reps",
    default=1,
    type=click.IntRange(1, 64),
    show_default=True,
    help="Scripted reps, each with a phone process.",
)
@click.option(
    "--callers",
    default=0,
    type=click.IntRange(0, 100_000),
    show_default=True,
    help="People who call in meanwhile, at most.",
)
@click.option("--json", "as_json", is_flag=True, help="The last line is one JSON object (docs/json.md).")
@pass_state
def command(state: State, calls: int, reps: int, callers: int, as_json: bool) -> int:
    """Let scripted reps work leads over real SIP against the practice carrier.

    Without --home it happens in a throw-away one. Exits 1 where an attempt
    was lost or made twice, or where the audit or the chain is not clean.
    """
    import asyncio

    from cli.output import json_line
    from floor.rehearse import rehearse

    home = state.home if state.home_named else None
    progress = _progress if sys.stderr.isatty() else None
    report = asyncio.run(rehearse(calls, reps, home, progress, callers=callers))
    if as_json:
        json_line(report)
    else:
        _tell(report)
    clean = report["audit"] == "clean" and report["verify"] == "clean"
    return 0 if clean and not report["doubles"] and not report["lost"] else 1


def _progress(done: int, wanted: int) -> None:
    sys.stderr.write(f"\r{done} of {wanted} calls" + ("\n" if done >= wanted else ""))
    sys.stderr.flush()


def _tell(report: dict[str, object]) -> None:
    from cli.output import line

    for name, value in report.items():
        shown = (
            ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else value
        )
        line(f"{name.replace('_', ' '):<18} {shown}")
