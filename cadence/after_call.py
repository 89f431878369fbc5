"""What an attempt does to a plan: one small rule for each outcome."""

from __future__ import annotations

from dataclasses import replace

from cadence.dispositions import Outcome
from cadence.happenings import Called
from cadence.model import CallKind, Lane, LeadStatus, Plan, PlannedCall, Result
from cadence.planning import Planner
from cadence.progress import Progress
from cadence.schedule import Unit

_BY_RESULT = {
    Result.ANSWERED: Outcome.NEXT,
    Result.NO_ANSWER: Outcome.NEXT,
    Result.DECLINED: Outcome.NEXT,
    Result.BUSY: Outcome.BUSY,
    Result.INVALID: Outcome.BAD_NUMBER,
}
_ENDS = {
    Outcome.WON: LeadStatus.WON,
    Outcome.REFUSED: LeadStatus.REFUSED,
    Outcome.DO_NOT_CALL: LeadStatus.OPTED_OUT,
}


def end_of(called: Called) -> LeadStatus | None:
    """The end that an attempt brings, if it brings one."""
    return _ENDS.get(called.disposition.outcome) if called.disposition else None


def after_call(planner: Planner, plan: Plan, done: Progress, called: Called) -> Plan:
    """The plan after an attempt. What the rep says counts more than what the telephone found."""
    done = replace(done, last_call_at=max(done.last_call_at, called.at))
    outcome = called.disposition.outcome if called.disposition else _BY_RESULT.get(called.result)
    end = end_of(called)
    if end is not None:
        return done.ended(end)
    if outcome is Outcome.VOICEMAIL:
        done = replace(done, voicemails=done.voicemails + 1)
    if _changes_nothing(plan, outcome, called):
        return done.open_plan(plan.call, plan.mail, plan.reason)
    match outcome:
        case None:  # failed, interrupted, blocked: nothing was learned of the lead
            return _once_more(planner, plan, done, called, done.cadence.failed_ms)
        case Outcome.BUSY:
            return _once_more(planner, plan, done, called, done.cadence.busy_ms)
        case Outcome.BAD_NUMBER:
            return _next_number(planner, plan, done, called)
        case Outcome.CALLBACK if called.callback_at is not None:
            return _callback(planner, plan, done, called)
        case Outcome.FOLLOW_UP | Outcome.CALLBACK:
            return _after_contact(planner, plan, done, called)
        case Outcome.VOICEMAIL:
            return _onward(planner, plan, done)
    if _is_callback(plan):
        return _once_more(planner, plan, done, called, done.cadence.busy_ms)
    return _onward(planner, plan, done)


def _changes_nothing(plan: Plan, outcome: Outcome | None, called: Called) -> bool:
    """Dialed by hand before the planned call, and nothing came of it: what was planned or promised stands."""
    if plan.call is None or plan.call.due_at <= called.at:
        return False
    return outcome in (None, Outcome.BUSY) or (
        _is_callback(plan) and outcome in (Outcome.NEXT, Outcome.VOICEMAIL)
    )


def _onward(planner: Planner, plan: Plan, done: Progress) -> Plan:
    """The step is used up, unless the call was a callback, which is beside the cadence."""
    if not _is_callback(plan):
        done = done.step_used()
    return planner.settle(done, planner.next_call(done), plan.mail)


def _once_more(planner: Planner, plan: Plan, done: Progress, called: Called, waits: tuple[int, ...]) -> Plan:
    """The same call again after a while; after the last of the waits it counts as done."""
    call = plan.call
    tries = call.tries if call is not None else 0
    if call is None or call.kind is CallKind.REVIEW or tries >= len(waits):
        return _onward(planner, plan, done)
    callback = call.kind is CallKind.CALLBACK
    moment = planner.opening(called.at + waits[tries], calls_done=call.step - 1, callback=callback)
    if moment is None:
        return planner.settle(done, None, plan.mail)
    kind = call.kind if callback else CallKind.RETRY
    lane = call.lane if callback or call.lane is Lane.NURTURE else Lane.SOON
    again = PlannedCall(kind, call.step, lane, moment, call.owner, tries + 1)
    return planner.settle(done, again, plan.mail)


def _next_number(planner: Planner, plan: Plan, done: Progress, called: Called) -> Plan:
    """The lead's next number takes over the step; without one the mails go on alone."""
    planner = replace(planner, not_these=frozenset({called.e164}))
    calls = done.cadence.calls
    wait = done.cadence.failed_ms[0] if done.cadence.failed_ms else done.cadence.gap_ms
    callback = _is_callback(plan)
    promised = plan.call.due_at if plan.call is not None and callback else 0
    moment = planner.opening(max(called.at + wait, promised), callback=callback)
    if moment is None or (done.calls_done == len(calls) and not callback):
        return planner.settle(done, None, plan.mail)
    if plan.call is not None and callback:
        return planner.settle(done, replace(plan.call, due_at=moment, tries=0), plan.mail)
    lane = Lane.NURTURE if done.cadence.nurture else Lane.SOON
    return planner.settle(done, PlannedCall(CallKind.RETRY, done.calls_done + 1, lane, moment), plan.mail)


def _callback(planner: Planner, plan: Plan, done: Progress, called: Called) -> Plan:
    """A time was agreed: a promise of that rep, kept in lawful hours."""
    if not _is_callback(plan):
        done = done.step_used()
    agreed = max(called.callback_at or 0, called.at)
    moment = planner.opening(agreed, callback=True)
    if moment is None:
        return planner.settle(done, None, plan.mail)
    call = PlannedCall(CallKind.CALLBACK, max(done.calls_done, 1), Lane.CALLBACK, moment, called.rep)
    return planner.settle(done, call, plan.mail)


def _after_contact(planner: Planner, plan: Plan, done: Progress, called: Called) -> Plan:
    """A conversation: the steps of the same day are done with it; the follow-up goes on another day."""
    if not _is_callback(plan):
        done = done.step_used()
    calls = done.cadence.calls
    later = (n for n in range(done.calls_done, len(calls)) if calls[n].when.unit is not Unit.SPAN)
    done = replace(done, calls_done=next(later, len(calls)))
    call = planner.next_call(done, called.at + done.cadence.after_contact_ms)
    return planner.settle(done, call, plan.mail)


def _is_callback(plan: Plan) -> bool:
    return plan.call is not None and plan.call.kind is CallKind.CALLBACK
