"""What an attempt does to a plan: one small rule for each outcome."""

from __future__ import annotations

from dataclasses import replace

from cadence.dispositions import Outcome
from cadence.happenings import Called, CalledUs
from cadence.model import CallKind, Lane, LeadStatus, Plan, PlannedCall, Result
from cadence.planning import BREATH_MS, Planner
from cadence.progress import Progress
from cadence.returned import missed
from cadence.schedule import Unit

_BY_RESULT = {
    Result.ANSWERED: Outcome.NEXT,
    Result.NO_ANSWER: Outcome.NEXT,
    Result.DECLINED: Outcome.NEXT,
    Result.BUSY: Outcome.BUSY,
    Result.INVALID: Outcome.BAD_NUMBER,
}
_CONTACT = (Outcome.FOLLOW_UP, Outcome.CALLBACK)
_ENDS = {
    Outcome.WON: LeadStatus.WON,
    Outcome.REFUSED: LeadStatus.REFUSED,
    Outcome.DO_NOT_CALL: LeadStatus.OPTED_OUT,
}


def end_of(called: Called) -> LeadStatus | None:
    """The end that an attempt brings, if it brings one."""
    return _ENDS.get(called.disposition.outcome) if called.disposition else None


def wants_more(called: Called) -> bool:
    """Whether somebody called us and did not refuse: it opens a lead that had ended."""
    return called.inbound and called.disposition is not None and called.disposition.outcome in _CONTACT


def after_call(planner: Planner, plan: Plan, done: Progress, called: Called) -> Plan:
    """The plan after an attempt. What the rep says counts more than what the telephone found."""
    done = replace(done, last_call_at=max(done.last_call_at, called.at))
    outcome = called.disposition.outcome if called.disposition else _BY_RESULT.get(called.result)
    end = end_of(called)
    if end is not None:
        return done.ended(end)
    after = _after(planner, plan, done, called, outcome)
    if plan.called_us_at <= _returned_until(called):
        return after
    again = replace(Progress.of(after, planner.book), last_call_at=done.last_call_at)
    return missed(planner, after, again, CalledUs(plan.called_us_at))


def _returned_until(called: Called) -> int:
    """Until when a call of theirs is returned by this one: by a dial that reached nobody, until it was begun.

    Who rings while we dial them finds us engaged, and we find them so: their call is still to be returned.
    """
    return called.at if called.inbound or _spoken(called) else called.began_at or called.at


def _after(planner: Planner, plan: Plan, done: Progress, called: Called, outcome: Outcome | None) -> Plan:
    if called.inbound and outcome not in _CONTACT:
        return _unlike_a_dial(planner, plan, done, called, outcome)
    if outcome is Outcome.VOICEMAIL:
        done = replace(done, voicemails=done.voicemails + 1)
    if _changes_nothing(plan, outcome, called):
        return _after_a_word(planner, plan, done, called) if _spoken(called) else _as_it_was(plan, done)
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


def _unlike_a_dial(
    planner: Planner, plan: Plan, done: Progress, called: Called, outcome: Outcome | None
) -> Plan:
    """They called us, and it was no conversation: no step is used up, and what was planned stands."""
    if outcome is Outcome.BAD_NUMBER:
        planner = replace(planner, not_these=frozenset({called.e164}))
    if outcome is None and called.result is not Result.ANSWERED:
        return _cut_off(planner, plan, done)
    if plan.call is not None and plan.call.lane is Lane.RETURNED:
        return _onward(planner, plan, done)
    if _spoken(called):
        return _after_a_word(planner, plan, done, called)
    done = replace(done, last_call_at=plan.last_call_at)
    if outcome is Outcome.BAD_NUMBER and plan.call is not None and plan.call.kind is not CallKind.REVIEW:
        return planner.moved(done, plan, max(plan.call.due_at, planner.now))
    return _as_it_was(plan, done)


def _as_it_was(plan: Plan, done: Progress) -> Plan:
    return done.open_plan(plan.call, plan.mail, plan.reason)


def _spoken(called: Called) -> bool:
    """Whether a person was on the line; where nobody says what it was, whoever answered is taken for one."""
    if called.disposition is not None:
        return called.disposition.human
    return called.result is Result.ANSWERED


def _after_a_word(planner: Planner, plan: Plan, done: Progress, called: Called) -> Plan:
    """Somebody spoke with them just now: a call that is due waits a while; an agreed time to come stands."""
    call, rested = plan.call, called.at + BREATH_MS
    agreed = call is not None and call.lane is Lane.CALLBACK and call.due_at > called.at
    if call is None or call.kind is CallKind.REVIEW or call.due_at >= rested or agreed:
        return _as_it_was(plan, done)
    callback = call.kind is CallKind.CALLBACK
    moment = planner.opening(rested, calls_done=call.step - 1, callback=callback)
    if moment is None:
        return planner.settle(done, None, plan.mail)
    lane = Lane.SOON if call.lane is Lane.FRESH else call.lane  # they have been spoken to
    later = replace(call, due_at=moment, lane=lane)
    return done.open_plan(later, plan.mail, plan.reason if callback else "")


def _cut_off(planner: Planner, plan: Plan, done: Progress) -> Plan:
    """A call of theirs broke off on our side: a person calls them, unless a call is agreed or due anyway."""
    soon = planner.opening(planner.now, callback=True)
    planned = plan.call.kind if plan.call is not None else None
    if soon is None or planned in (CallKind.CALLBACK, CallKind.REVIEW):
        return _as_it_was(plan, done)
    call = PlannedCall(CallKind.CALLBACK, max(done.calls_done, 1), Lane.SOON, soon)
    return done.open_plan(call, plan.mail, "they called, and the call broke off: call them")


def _changes_nothing(plan: Plan, outcome: Outcome | None, called: Called) -> bool:
    """Dialed by hand before the planned call, and nothing came of it: what was planned or promised stands."""
    if plan.call is None or plan.call.due_at <= called.at:
        return False
    return outcome in (None, Outcome.BUSY) or (
        _is_callback(plan) and outcome in (Outcome.NEXT, Outcome.VOICEMAIL)
    )


def _onward(planner: Planner, plan: Plan, done: Progress) -> Plan:
    """The step is used up, unless the call was a callback, which is beside the cadence."""
    if done.promise is not None:
        return _promised(planner, plan, done, done.promise)
    if not _is_callback(plan):
        done = done.step_used()
    return planner.settle(done, planner.next_call(done), plan.mail)


def _promised(planner: Planner, plan: Plan, done: Progress, promise: PlannedCall) -> Plan:
    """A returned call reached nobody: the callback that was agreed before it is next, at its time."""
    at, tries = promise.due_at, promise.tries
    if at <= done.last_call_at:  # that call served for it
        at, tries = done.last_call_at + (done.cadence.busy_ms or (done.cadence.gap_ms,))[0], tries + 1
    moment = planner.opening(at, callback=True)
    again = None if moment is None else replace(promise, due_at=moment, tries=tries)
    return planner.settle(done, again, plan.mail)


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
    if done.promise is not None and done.promise.due_at <= moment:
        return _onward(planner, plan, done)
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
    if not _beside_the_cadence(plan, called):
        done = done.step_used()
    agreed = max(called.callback_at or 0, called.at)
    moment = planner.opening(agreed, callback=True)
    if moment is None:
        return planner.settle(done, None, plan.mail)
    call = PlannedCall(CallKind.CALLBACK, max(done.calls_done, 1), Lane.CALLBACK, moment, called.rep)
    return planner.settle(done, call, plan.mail)


def _after_contact(planner: Planner, plan: Plan, done: Progress, called: Called) -> Plan:
    """A conversation: the steps of the same day are done with it; the follow-up goes on another day."""
    if not _beside_the_cadence(plan, called):
        done = done.step_used()
    calls = done.cadence.calls
    later = (n for n in range(done.calls_done, len(calls)) if calls[n].when.unit is not Unit.SPAN)
    done = replace(done, calls_done=next(later, len(calls)))
    call = planner.next_call(done, called.at + done.cadence.after_contact_ms)
    return planner.settle(done, call, plan.mail)


def _beside_the_cadence(plan: Plan, called: Called) -> bool:
    return called.inbound or _is_callback(plan)


def _is_callback(plan: Plan) -> bool:
    return plan.call is not None and plan.call.kind is CallKind.CALLBACK
