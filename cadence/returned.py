"""A call of theirs that nobody answered: it is returned before all else, in lawful hours."""

from __future__ import annotations

from dataclasses import replace

from cadence.happenings import CalledUs
from cadence.model import CallKind, Lane, Plan, PlannedCall
from cadence.planning import Planner
from cadence.progress import Progress

_LISTED = "the number is on the do-not-call list: a person decides"
_CALLED_US = "called us, nobody answered: "


def missed(planner: Planner, plan: Plan, done: Progress, happened: CalledUs) -> Plan:
    """They are called at the first lawful moment. A callback agreed for later stands behind that call.

    Where no number may be called, and where they had asked for none, a person decides.
    """
    if plan.call is not None and plan.call.kind is CallKind.REVIEW:
        return _in_review(planner, done, plan.reason.removeprefix(_CALLED_US))
    if happened.listed:
        return _in_review(planner, done, _LISTED)
    soon = planner.opening(max(planner.now, happened.at), callback=True)
    if soon is None:
        return _in_review(planner, done, planner.why_no_call())
    waiting = plan.call if plan.call is not None and plan.call.lane is Lane.RETURNED else None
    due_at = waiting.due_at if waiting is not None and waiting.due_at <= soon else soon
    call = PlannedCall(CallKind.CALLBACK, max(done.calls_done, 1), Lane.RETURNED, due_at)
    called_at = max(done.called_us_at, happened.at)
    return replace(done, called_us_at=called_at, promise=agreed(plan)).open_plan(call, plan.mail)


def asked_again(planner: Planner, plan: Plan, afresh: Plan) -> Plan:
    """They ask again in another way while a call of theirs is to be returned: it is owed all the same.

    It is no later than the first call of the inquiry (`afresh`) would be.
    Where nobody may be called any more, the inquiry's own plan stands.
    """
    owed, first = plan.call, afresh.call
    if owed is None or owed.lane is not Lane.RETURNED or first is None or first.kind is CallKind.REVIEW:
        return afresh
    done = replace(Progress.of(afresh, planner.book), called_us_at=plan.called_us_at)
    due_at = min(owed.due_at, first.due_at)
    call = PlannedCall(CallKind.CALLBACK, max(done.calls_done, 1), Lane.RETURNED, due_at)
    return done.open_plan(call, afresh.mail)


def agreed(plan: Plan) -> PlannedCall | None:
    """The callback that was agreed and not yet made: planned, or behind a returned call."""
    call = plan.call
    if call is None or call.kind is not CallKind.CALLBACK or call.lane is Lane.RETURNED:
        return plan.promise
    return call if call.lane is Lane.CALLBACK else None


def _in_review(planner: Planner, done: Progress, why: str) -> Plan:
    return planner.review(done, planner.now, f"{_CALLED_US}{why}")
