"""Opening an attempt: its row, its event, and what it does to the lead's place in the queue.

Inside the caller's transaction, after the gate's word.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cadence.model import CallKind, Decision, Lane, Phone, PlannedCall, Result
from cadence.returned import agreed
from config.clock import HOUR
from store import callbacks
from store.attempt_rows import close, read
from store.core import Core
from store.engine import Row
from store.plans import Standing
from store.records import CallEnd

CALL_LEASE_MS = 4 * HOUR  # a lead in a call or its wrap-up is nobody else's; recovery frees it sooner

_OPEN = """insert into attempt(token, lead_id, phone_id, e164, rep, shift_id, campaign, source, cadence,
        cadence_version, call_kind, step, lane, planned_at, caller_id, allowed, rules_version, decision,
        opened_at, direction, sip_call_id, answered_at)
    values (:token, :lead_id, :phone_id, :e164, :rep, :shift_id, :campaign, :source, :cadence,
        :cadence_version, :call_kind, :step, :lane, :planned_at, :caller_id, :allowed, :rules_version,
        :decision, :opened_at, :direction, :sip_call_id, :answered_at)
    returning id"""


@dataclass(frozen=True, slots=True)
class Dialer:
    """Who dials, and the number the called person sees."""

    rep: str
    shift_id: int | None
    caller_id: str


@dataclass(frozen=True, slots=True)
class Dial:
    """One dial as the gate has judged it."""

    token: int
    phone: Phone  # its id is 0 where the number is no lead's
    decision: Decision
    by: Dialer
    standing: Standing | None  # None: of no lead
    by_hand: bool = False
    beside: int | None = None  # the second line: the attempt that is talked about


@dataclass(frozen=True, slots=True)
class CameIn:
    """What is known of a call that came in, when it was answered."""

    sip_call_id: str
    answered_at: int


def open_attempt(core: Core, dial: Dial, came_in: CameIn | None = None) -> int:
    """Write the attempt and tell of it; its id."""
    opened = _OPEN_COLUMNS | _of_lead(dial) if dial.standing else _OPEN_COLUMNS
    more: dict[str, object] = {}  # said only where it is out of the usual
    if came_in is not None:
        more["direction"] = "in"
    if dial.beside is not None:
        opened = opened | {"call_kind": CallKind.CONSULT.value}
        more["beside"] = dial.beside
    decision = dial.decision
    attempt_id = core.engine.rows(
        _OPEN,
        **opened,
        token=dial.token,
        phone_id=dial.phone.id or None,
        e164=dial.phone.e164,
        rep=dial.by.rep,
        shift_id=dial.by.shift_id,
        caller_id=dial.by.caller_id,
        allowed=int(decision.allowed),
        rules_version=decision.rules_version,
        decision=msgspec.json.encode(decision).decode(),
        opened_at=decision.at,
        direction="in" if came_in else "out",
        sip_call_id=came_in.sip_call_id if came_in else "",
        answered_at=came_in.answered_at if came_in else None,
    )[0]["id"]
    core.log.tell(
        "attempt.opened",
        dial.by.rep,
        lead_id=opened["lead_id"],
        attempt_id=attempt_id,
        e164=dial.phone.e164,
        caller_id=dial.by.caller_id,
        call_kind=opened["call_kind"],
        step=opened["step"],
        rules_version=decision.rules_version,
        **more,
    )
    return int(attempt_id)


_OPEN_COLUMNS: Row = {
    "lead_id": None,
    "campaign": "",
    "source": "",
    "cadence": "",
    "cadence_version": 0,
    "call_kind": "",
    "step": 0,
    "lane": 0,
    "planned_at": None,
}


def _of_lead(dial: Dial) -> Row:
    """What an attempt keeps of its lead. One dialed by hand was not planned, so it names no kind of call."""
    assert dial.standing is not None  # noqa: S101  (asked by the caller)
    lead, plan, call = dial.standing.lead, dial.standing.plan, dial.standing.plan.call
    planned = call if call is not None and not dial.by_hand else None
    return {
        "lead_id": lead.id,
        "campaign": lead.campaign,
        "source": lead.source,
        "cadence": plan.cadence,
        "cadence_version": plan.version,
        "call_kind": _kind_of(planned).value if planned else "",
        "step": planned.step if planned else 0,
        "lane": int(planned.lane) if planned else 0,
        "planned_at": planned.due_at if planned else None,
    }


def _kind_of(planned: PlannedCall) -> CallKind:
    return CallKind.RETURNED if planned.lane is Lane.RETURNED else planned.kind


def hold_for_call(core: Core, standing: Standing, attempt_id: int, rep: str, now: int) -> None:
    """Nobody else gets the lead while it is called; a promise that is due is being kept."""
    lead_id, promise = standing.lead.id, agreed(standing.plan)
    core.engine.run(
        "update queue set due_at = :until where lead_id = :lead", until=now + CALL_LEASE_MS, lead=lead_id
    )
    core.engine.run("update lead set attempts = attempts + 1 where id = :lead", lead=lead_id)
    if promise is not None and promise.due_at <= now:
        callbacks.keep(core, lead_id, attempt_id, rep)


def close_refused(core: Core, attempt_id: int, decision: Decision, plan_before: str) -> None:
    """Close an attempt that the gate refused: nothing was dialed."""
    end = CallEnd(Result.BLOCKED, decision.at, reason=decision.why, ended_by="gate")
    close(core, read(core, attempt_id), end, "attempt.blocked", plan_before=plan_before)
