"""What happened to a lead, a line each, for a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cadence.model import LeadStatus, Plan
from config.clock import iso
from store import plans
from store.core import Core
from store.events import Event

Body = dict[str, Any]


def lines(core: Core, lead_id: int, limit: int) -> list[str]:
    """The newest `limit` events of the lead as lines, oldest first, and what comes next."""
    standing = plans.read(core, lead_id)
    told = [_line(event) for event in core.log.of_lead(lead_id, limit)]
    told += [
        f"{_when(row['at'])}  {row['rep']} noted: {row['text']}"
        for row in core.engine.rows("select at, rep, text from note where lead_id = :lead", lead=lead_id)
    ]
    return [*sorted(told, key=lambda line: line[:24]), f"next: {_next(standing.plan)}"]


def _line(event: Event) -> str:
    say = _SAY.get(event.kind)
    text = say(event.body) if say else event.kind
    who = f" ({event.rep})" if event.rep else ""
    return f"{_when(event.at)}  {text}{who}"


def _when(at: int) -> str:
    return iso(at)


def _next(plan: Plan) -> str:
    if plan.status is not LeadStatus.OPEN:
        return f"nothing, the lead is {plan.status.value.replace('_', ' ')}" + (
            f": {plan.reason}" if plan.reason else ""
        )
    parts = []
    if plan.call is not None:
        parts.append(f"call {plan.call.step} ({plan.call.kind.value}) at {_when(plan.call.due_at)}")
    if plan.mail is not None:
        parts.append(f"mail {plan.mail.step} ({plan.mail.template}) at {_when(plan.mail.due_at)}")
    return "; ".join(parts) + (f": {plan.reason}" if plan.reason else "")


def _ended(body: Body) -> str:
    seconds = f", {body['talk_ms'] / 1000:.1f} s of talk" if body["talk_ms"] else ""
    return f"{body['e164']}: {body['result'].replace('_', ' ')}{seconds}"


_SAY: dict[str, Callable[[Body], str]] = {
    "lead.arrived": lambda body: f"arrived from {body['source'] or 'an unnamed source'}",
    "lead.inquired": lambda body: f"asked again through {body['source'] or 'an unnamed source'}",
    "lead.changed": lambda body: f"learned: {', '.join(body['fields'])}",
    "lead.planned": lambda body: f"planned anew: {body['why']}",
    "lead.released": lambda body: f"given back: {body['why']}",
    "lead.skipped": lambda body: f"skipped: {body['reason']}",
    "lead.expired": lambda body: f"{body['held_by']} held it too long",
    "lead.noted": lambda _: "note kept",
    "attempt.opened": lambda body: f"dialed {body['e164']}, call {body['step']}",
    "attempt.answered": lambda _: "answered",
    "attempt.ended": _ended,
    "attempt.interrupted": _ended,
    "attempt.blocked": lambda body: f"not dialed: {body['reason']}",
    "attempt.disposed": lambda body: f"recorded as {body['disposition'].replace('_', ' ')}",
    "attempt.undone": lambda body: f"taken back: {body['disposition'].replace('_', ' ')}",
    "mail.queued": lambda body: f"mail {body['step']} ({body['template']}) goes to {body['address']}",
    "mail.sent": lambda body: f"mail {body['step']} handed over",
    "mail.failed": lambda body: f"mail {body['step']} failed: {body['why']}",
    "mail.uncertain": lambda body: f"mail {body['step']} is uncertain: {body['why']}",
    "mail.cancelled": lambda body: f"mail {body['step']} cancelled: {body['why']}",
    "callback.agreed": lambda body: f"callback agreed for {_when(body['callback_at'])}",
    "callback.settled": lambda body: f"callback {body['settled']}",
}
