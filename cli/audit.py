"""`sixring audit`: every open lead has its next action, and how well leads are followed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from store.audit import AuditReport
    from store.backlog import Backlog


@click.command(
    cls=Command,
    example="sixring audit\nsixring audit --from 2026-11-01 --to 2026-11-30 --by rep\nsixring audit --json",
)
@click.option(
    "--from", "since", default="", metavar="DATE", help="Leads that arrived from this day on; default: all."
)
@click.option("--to", "until", default="", metavar="DATE", help="And up to this day; default: now.")
@click.option("--by", type=click.Choice(["source", "rep", "call"]), help="Break the figures down.")
@click.option("--skips", is_flag=True, help="Instead: the leads that reps passed on in the period, and why.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/json.md).")
@pass_state
def command(state: State, since: str, until: str, by: str | None, skips: bool, as_json: bool) -> int:
    """Prove that no lead is lost, and measure the follow-up.

    Every open lead has its next action, with a date. The figures are of the
    leads that arrived in the period, and stand beside what studies found.
    Speed counts only leads that could lawfully be called the minute they
    arrived. Exits 1 and lists the leads where one is lost.
    """
    from zoneinfo import ZoneInfo

    from cli.audit_figures import record, tell
    from cli.output import json_line
    from cli.session import opened, settings_of
    from store.audit import audit
    from store.backlog import backlog
    from store.exports.period import period
    from store.yardsticks import follow_up

    zone = settings_of(state.home).firm.zone
    with opened(state.home) as store:
        now = store.core.now()
        reach = period(since, until, ZoneInfo(zone), now)
        if skips:
            from cli.audit_skips import show

            return show(store, reach, as_json=as_json)
        report, late = audit(store), backlog(store.core)
        figures = follow_up(store.core, reach.start, reach.end)
    if as_json:
        json_line({**_proof(report, late), **record(figures, reach)})
    else:
        _tell(report, late, zone, now)
        tell(figures, by)
    return 0 if report.clean else 1


def _proof(report: AuditReport, late: Backlog) -> dict[str, object]:
    from dataclasses import asdict

    from config.clock import iso
    from store.event_json import times_as_iso

    oldest = late.oldest_waiting
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
        "oldest_waiting": None if oldest is None else times_as_iso(asdict(oldest)),
        "recordings_untold": [
            {"recording_id": one.id, "attempt_id": one.attempt_id, "rep": one.rep, "host": one.host}
            for one in report.untold
        ],
        "recordings_left_to_rep": report.left_to_rep,
        "recordings_unerased": dict(report.unerased),
        "callbacks_open": late.callbacks_open,
        "callbacks_late": late.callbacks_late,
        "steps_late": late.steps_late,
    }


def _tell(report: AuditReport, late: Backlog, zone: str, now: int) -> None:
    from cli.events import clock
    from cli.output import duration, line
    from config.text import counted

    line(f"{'clean' if report.clean else 'NOT CLEAN'}: {report.summary}")
    planned = f"{report.with_call} with a call, {report.with_mail} with a mail"
    line(f"{counted(report.leads, 'lead')}, {report.open} open: {planned}")
    overdue = f"{counted(report.overdue, 'call')} due for more than an hour"
    line(f"{overdue}, {counted(report.unfinished, 'attempt')} unfinished")
    if report.oldest_due_at is not None:
        line(f"the longest waiting call came due at {clock(report.oldest_due_at, zone)}")
    callbacks = f"{counted(late.callbacks_open, 'callback')} agreed, {late.callbacks_late} of them late"
    line(f"{callbacks}; {counted(late.steps_late, 'step')} late")
    oldest = late.oldest_waiting
    if oldest is not None:
        waits = duration(now - oldest.arrived_at)
        line(f"never called and callable now, the oldest: lead {oldest.lead_id} {oldest.name}, for {waits}")
    for ghost in report.ghosts:
        line(f"lead {ghost.lead_id} {ghost.name}: {ghost.why}")
    _tell_recordings(report)


def _tell_recordings(report: AuditReport) -> None:
    """What somebody should know of the recordings; nothing where there is nothing."""
    from cli.output import line

    for one in report.untold:
        call = f"call {one.attempt_id} of {one.rep}, on {one.host}"
        line(
            f"recording {one.id} ({call}): the notice was not heard to its end; it is deleted within minutes"
        )
    if report.left_to_rep:
        line(
            f"recordings kept where the rep had to tell them, for no notice was played: {report.left_to_rep}"
        )
    for host, n in report.unerased:
        line(f"deleted recordings that may still lie on {host} until its housekeeping has run: {n}")
