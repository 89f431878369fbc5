"""What comes next for a lead, in one line: what the rep reads after recording a call."""

from __future__ import annotations

from datetime import datetime

from cadence.model import CallKind, Lane, Lead, LeadStatus, Phone, Plan, PlannedCall
from floor.lead_time import day_text, lead_zone, local

_ENDED = {
    LeadStatus.WON: "Nothing more to do.",
    LeadStatus.REFUSED: "No more calls, no more mails.",
    LeadStatus.OPTED_OUT: "Never called or written to again.",
}


def what_next(plan: Plan, lead: Lead, phone: Phone, now: int) -> str:
    """The next call and the next mail of `plan`, in the lead's local time; `now` in ms UTC.

    An agreed callback comes first and in full: it has just been promised to a person.
    """
    if plan.status is not LeadStatus.OPEN:
        return _ENDED[plan.status]
    zone = lead_zone(lead, phone)
    here = local(now, zone)
    call, mail = plan.call, plan.mail
    if call is not None and call.kind is CallKind.REVIEW:
        return f"{plan.reason[:1].upper()}{plan.reason[1:]}."
    parts = []
    if call is not None:
        parts.append(f"{_name(call)} {moment_text(local(call.due_at, zone), here)}")
    if mail is not None:
        parts.append(f"mail {mail.step} {moment_text(local(mail.due_at, zone), here)}")
    return f"Next: {', '.join(parts)} {here.tzname()}."


def _name(call: PlannedCall) -> str:
    if call.lane is Lane.RETURNED:
        return "they called again, call them"
    return "callback" if call.kind is CallKind.CALLBACK else f"call {call.step}"


def moment_text(moment: datetime, here: datetime) -> str:
    """`today 17:10`, `tomorrow 9:30`, `Fri 27 Nov 9:30`."""
    return f"{day_text(moment, here)} {moment:%H:%M}"
