"""`sixring queue`: who is to be called next, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.records import QueueRow


@click.command(cls=Command, example="sixring queue --limit 10\nsixring queue --rep anna --json")
@click.option(
    "--rep",
    default="",
    metavar="LOGIN",
    help="As this rep gets it: without what is promised to others or asks for another team.",
)
@click.option("--limit", default=20, type=click.IntRange(1), show_default=True, help="Leads to show.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")
@pass_state
def command(state: State, rep: str, limit: int, as_json: bool) -> None:
    """Show who is to be called next, and why, in the order of calling."""
    from cli.output import json_line, line
    from cli.session import opened, settings_of

    zone = settings_of(state.home).firm.zone
    with opened(state.home) as store:
        rows = store.queue.peek(rep, limit) if rep else store.queue.overview(limit)
    if as_json:
        for row in rows:
            json_line(_record(row))
    elif rows:
        _tell(rows, zone)
    else:
        line("Nobody is to be called.")


def _record(row: QueueRow) -> dict[str, object]:
    from config.clock import iso

    return {
        "lead_id": row.lead_id,
        "name": row.name,
        "company": row.company,
        "lane": row.lane.name.lower(),
        "due_at": iso(row.due_at),
        "reason": row.reason,
        "owner": row.owner,
        "held_by": row.held_by,
    }


def _tell(rows: Sequence[QueueRow], zone: str) -> None:
    from cli.events import clock
    from cli.output import table

    table(
        ("lead", "due", "name", "company", "reason", "owner", "held by"),
        [
            (
                str(row.lead_id),
                clock(row.due_at, zone),
                row.name,
                row.company,
                row.reason,
                row.owner,
                row.held_by,
            )
            for row in rows
        ],
    )
