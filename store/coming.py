"""What comes next for a lead, and why, for a person."""

from __future__ import annotations

from dataclasses import dataclass

from cadence.model import CallKind, Lane, LeadStatus, Plan, PlannedCall
from cadence.ranking import age
from cadence.schedule import CallStep, Moment, Unit
from config.clock import MINUTE
from store import facts, plans
from store.choice import number_of
from store.core import Core
from store.history import When
from store.plans import Standing


@dataclass(frozen=True, slots=True)
class Coming:
    """The next actions of a lead in one line, and the reasons for them in some more."""

    next: str
    why: tuple[str, ...]


def coming(core: Core, lead_id: int, when: When) -> Coming:
    """What comes next for the lead; its times are written by `when`.

    Raises:
        NotFound: there is no such lead.
    """
    standing = plans.read(core, lead_id)
    plan = standing.plan
    if plan.status is not LeadStatus.OPEN:
        end = plan.status.value.replace("_", " ")
        return Coming(f"nothing, the lead is {end}", (plan.reason,) if plan.reason not in ("", end) else ())
    reasons = (
        _call_why(core, standing, when),
        "" if plan.mail is not None else "no mail is planned",
        _held(standing, when),
        _hours(core, standing, when),
    )
    return Coming(_actions(plan, when), tuple(filter(None, reasons)))


def _actions(plan: Plan, when: When) -> str:
    parts = []
    if plan.call is not None:
        parts.append((plan.call.due_at, f"{_call_name(plan.call)} at {when(plan.call.due_at)}"))
    if plan.mail is not None:
        mail = f"mail {plan.mail.step} ({plan.mail.template}) at {when(plan.mail.due_at)}"
        parts.append((plan.mail.due_at, mail))
    return "; ".join(text for _, text in sorted(parts))


def _call_name(call: PlannedCall) -> str:
    if call.lane is Lane.RETURNED:
        return "their call is returned"
    match call.kind:
        case CallKind.CALLBACK:
            return f"callback by {call.owner}" if call.owner else "callback"
        case CallKind.REVIEW:
            return "a person looks at it"
        case CallKind.RETRY:
            return f"call {call.step} again"
        case CallKind.NURTURE:
            return f"nurture call {call.step}"
    return f"call {call.step}"


def _call_why(core: Core, standing: Standing, when: When) -> str:
    """Why this call, and why then."""
    plan, call = standing.plan, standing.plan.call
    if call is None:
        return f"no call: {plan.reason}" if plan.reason else "no call is planned"
    if call.lane is Lane.RETURNED:
        behind = f"; the callback agreed for {when(plan.promise.due_at)} stands" if plan.promise else ""
        arrived_at = standing.lead.arrived_at
        since = f"; they asked again at {when(arrived_at)}" if arrived_at > plan.called_us_at else ""
        return f"they called at {when(plan.called_us_at)}, and nobody answered{since}{behind}"
    match call.kind:
        case CallKind.CALLBACK:
            return plan.reason or "the lead agreed to this time"
        case CallKind.REVIEW:
            return plan.reason or "no number may be dialed"
        case CallKind.RETRY:
            return f"the last try reached nobody: try {call.tries + 1} of call {call.step}"
    steps = core.book.cadence_of(plan).calls
    asked = _asks(steps[call.step - 1]) if call.step <= len(steps) else "again"
    which = f"call {call.step} of {len(steps)}"
    return f"{plan.cadence} asks for {which} {asked} the inquiry of {when(plan.anchor_at)}"


def _asks(step: CallStep) -> str:
    part = f", in the {step.part}," if step.part else ""
    return f"{_moment(step.when)}{part}"


def _moment(moment: Moment) -> str:
    """`30 min after`, `on day 5 from`: to be followed by the inquiry."""
    if moment.unit is Unit.SPAN:
        return f"{age(moment.count)} after" if moment.count else "at once upon"
    if moment.unit is Unit.MONTH:
        return f"{moment.count} months after"
    return f"on {moment.unit} {moment.count} from"


def _held(standing: Standing, when: When) -> str:
    if standing.rep is None or standing.due_at is None:
        return ""
    return f"{standing.rep} has it until {when(standing.due_at)}"


def _hours(core: Core, standing: Standing, when: When) -> str:
    """From when on the law allows a call, where that is later than planned."""
    call, phone = standing.plan.call, number_of(core, standing, core.now())
    if call is None or not phone.e164 or call.kind is CallKind.REVIEW:
        return ""
    at = max(call.due_at, core.now())
    allowed = facts.next_allowed(standing.lead, phone, core.book, at)
    if allowed is None:
        return "no lawful hour is known for its number"
    return f"not in calling hours before {when(allowed)}" if allowed - at >= MINUTE else ""
