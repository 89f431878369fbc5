"""Rows of `attempt`: read, turned into `Attempt`, and closed with the record that the chain covers."""

from __future__ import annotations

import msgspec

from cadence.model import CallKind, Decision, Result
from store.core import Core
from store.engine import Row
from store.errors import NotFound
from store.events import attempt_record
from store.plans import lock_lead
from store.records import Attempt, CallEnd

NO_PLAN = ""  # in plan_before: a call of no lead is settled, and there was nothing to plan

_CLOSE = """update attempt set ended_at = :at, result = :result, answered_at = :answered_at,
        ring_ms = :ring_ms, talk_ms = :talk_ms, sip_code = :sip_code, q850 = :q850, reason = :reason,
        ended_by = :ended_by, packets = :packets, lost = :lost, jitter_ms = :jitter_ms, quality = :quality,
        plan_before = :plan_before
    where id = :id"""


def read(core: Core, attempt_id: int, *, lock: bool = False) -> Row:
    """The row; with `lock`, nobody else changes it, or its lead, until the transaction ends.

    Raises:
        NotFound: there is no such attempt.
    """
    sql = "select * from attempt where id = :id "
    if lock and core.engine.lock_row:
        for row in core.engine.rows("select lead_id from attempt where id = :id", id=attempt_id):
            if row["lead_id"] is not None:
                lock_lead(core, row["lead_id"])
    rows = core.engine.rows(sql + core.engine.lock_row if lock else sql, id=attempt_id)
    if not rows:
        raise NotFound(f"there is no attempt {attempt_id}")
    return rows[0]


def close(core: Core, row: Row, end: CallEnd, kind: str, *, plan_before: str | None = None) -> None:
    """End an attempt and tell of it with its whole record. Inside a transaction.

    An answered call whose answer never reached us gets the moment that its
    talk time implies. With `plan_before` (the plan in JSON, or `NO_PLAN`) nothing more is to be planned.
    """
    answered_at = row["answered_at"]
    if answered_at is None and end.result is Result.ANSWERED:
        answered_at = end.at - end.talk_ms
    core.engine.run(
        _CLOSE,
        id=row["id"],
        at=end.at,
        result=end.result.value,
        answered_at=answered_at,
        ring_ms=end.ring_ms,
        talk_ms=end.talk_ms,
        sip_code=end.sip_code,
        q850=end.q850,
        reason=end.reason,
        ended_by=end.ended_by,
        packets=end.packets,
        lost=end.lost,
        jitter_ms=end.jitter_ms,
        quality=end.quality,
        plan_before=plan_before,
    )
    record = attempt_record(read(core, row["id"]))
    core.log.tell(kind, row["rep"], lead_id=row["lead_id"], attempt_id=row["id"], **record)


def to_attempt(row: Row) -> Attempt:
    """An attempt from its row."""
    return Attempt(
        id=row["id"],
        lead_id=row["lead_id"],
        token=row["token"],
        e164=row["e164"],
        rep=row["rep"],
        shift_id=row["shift_id"],
        call_kind=CallKind(row["call_kind"]) if row["call_kind"] else None,
        step=row["step"],
        caller_id=row["caller_id"],
        decision=msgspec.json.decode(row["decision"], type=Decision),
        opened_at=row["opened_at"],
        sip_call_id=row["sip_call_id"],
        invited_at=row["invited_at"],
        ringing_at=row["ringing_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        ring_ms=row["ring_ms"],
        talk_ms=row["talk_ms"],
        result=Result(row["result"]) if row["result"] else None,
        disposition=row["disposition"] or "",
        direction=row["direction"],
        transferred_to=row["transferred_to"],
    )
