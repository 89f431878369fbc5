"""`sixring audit`: every open lead has its next action."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from store.audit import AuditReport


@click.command(cls=Command, example="sixring audit\nsixring audit --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/json.md).")
@pass_state
def command(state: State, as_json: bool) -> int:
    """Prove that every open lead has its next action.

    Exits 1 and lists the leads where one has not.
    """
    from cli.output import json_line
    from cli.session import opened, settings_of
    from store.audit import audit

    with opened(state.home) as store:
        report = audit(store)
    if as_json:
        json_line(_record(report))
    else:
        _tell(report, settings_of(state.home).firm.zone)
    return 0 if report.clean else 1


def _record(report: AuditReport) -> dict[str, object]:
    from config.clock import iso

    return {
        "clean": report.clean,
        "summary": report.summary,
        "leads": report.leads,
        "open": report.open,
        "with_call": report.with_call,
        "with_mail": report.with_mail,
        "overdue": report.overdue,
        "oldest_due_at": None if report.oldest_due_at is None else iso(report.oldest_due_at),
        "unfinished": report.unfinished,
        "ghosts": [
            {"lead_id": ghost.lead_id, "name": ghost.name, "why": ghost.why} for ghost in report.ghosts
        ],
    }


def _tell(report: AuditReport, zone: str) -> None:
    from cli.events import clock
    from cli.output import line

    line(f"{'clean' if report.clean else 'NOT CLEAN'}: {report.summary}")
    planned = f"{report.with_call} with a call, {report.with_mail} with a mail"
    line(f"{report.leads} leads, {report.open} open: {planned}")
    line(f"{report.overdue} calls due for more than an hour, {report.unfinished} attempts unfinished")
    if report.oldest_due_at is not None:
        line(f"the longest waiting call came due at {clock(report.oldest_due_at, zone)}")
    for ghost in report.ghosts:
        line(f"lead {ghost.lead_id} {ghost.name}: {ghost.why}")
