"""Proving the log: the chain against itself, and the tables against the chain.

One pass in pages of short reads: memory stays flat, writers are not held up,
and what is appended meanwhile is left for the next run. After the chain of a
page holds, the attempts that it closes are held against their records, so a
row edited in place is found as surely as an edited event.
"""
# ruff: noqa: S608  (every piece of the text is a constant of this package)

from __future__ import annotations

import json
from typing import LiteralString

from store.chain import link
from store.engine import Engine, Row
from store.events import CLOSING, USUAL, attempt_record
from store.records import Verdict

_PAGE = 5_000
_CLOSING = ", ".join(f"'{kind}'" for kind in CLOSING)

_EVENTS = """select seq, at, kind, rep, lead_id, attempt_id, body, hash from event
    where seq > :after and seq <= :head order by seq limit :page"""

_CLOSED = f"""select e.seq as event_seq, e.body as event_body, e.rep as event_rep, a.* from event e
    left join attempt a on a.id = e.attempt_id
    where e.seq > :after and e.seq <= :upto and e.kind in ({_CLOSING}) order by e.seq"""

_DISPOSED = """select e.seq as event_seq, e.body as event_body, e.rep as event_rep, e.attempt_id,
        a.disposition, a.disposed_at, a.disposed_by, a.callback_at, a.automatic
    from event e left join attempt a on a.id = e.attempt_id
    where e.seq > :after and e.seq <= :upto and e.kind = 'attempt.disposed' order by e.seq"""

_TRANSFERRED = """select e.seq as event_seq, e.body as event_body, e.attempt_id, a.transferred_to
    from event e left join attempt a on a.id = e.attempt_id
    where e.seq > :after and e.seq <= :upto and e.kind = 'attempt.transferred' order by e.seq"""

_OBJECTED = """select e.seq as event_seq, e.body as event_body, e.attempt_id, a.objected_at
    from event e left join attempt a on a.id = e.attempt_id
    where e.seq > :after and e.seq <= :upto and e.kind = 'recording.objected' order by e.seq"""

_MISSED = """select seq as event_seq, body as event_body, rep as event_rep, lead_id from event
    where seq > :after and seq <= :upto and kind = 'call.missed' order by seq"""

_KEPT_MISSED: LiteralString = """select 1 as x from missed_call where number = :number and at = :at
    and why = :why and rep = :rep and sip_call_id = :sip and coalesce(lead_id, 0) = :lead"""
_KEPT_OF_CALL: LiteralString = _KEPT_MISSED + " and sip_call_id <> ''"  # which is what the index is of

_STATES = """select seq as event_seq, body as event_body from event
    where seq > :after and seq <= :upto and kind = 'shift.state' order by seq"""

_CLOCKED = """select seq as event_seq, body as event_body, rep as event_rep, kind from event
    where seq > :after and seq <= :upto and kind in ('shift.in', 'shift.out') order by seq"""


def verify(engine: Engine) -> Verdict:
    """Recompute the chain and hold attempts, dispositions and shifts against it."""
    head = engine.rows("select seq, hash from chain where id = 1")[0]
    seq, digest = 0, b""
    while seq < head["seq"]:
        page = engine.rows(_EVENTS, after=seq, head=head["seq"], page=_PAGE)
        if not page:
            return Verdict(
                False,
                seq,
                seq + 1,
                f"event {seq + 1} is missing: the log ends at {seq}, its head says {head['seq']}",
            )
        after = seq
        for row in page:
            broken = _broken_link(row, seq, digest)
            if broken:
                return Verdict(False, seq, seq + 1, broken)
            seq, digest = row["seq"], bytes(row["hash"])
        verdict = _broken_tables(engine, after, seq)
        if verdict is not None:
            return verdict
    return _ends(engine, head, seq, digest)


def _broken_link(row: Row, before: int, digest: bytes) -> str:
    if row["seq"] != before + 1:
        return f"event {before + 1} is missing"
    fields = (row["at"], row["kind"], row["rep"], row["lead_id"], row["attempt_id"], row["body"])
    if link(digest, row["seq"], *fields) != bytes(row["hash"]):
        return f"event {row['seq']} ({row['kind']}) does not fit its hash: it was changed, or one before it"
    return ""


def _broken_tables(engine: Engine, after: int, upto: int) -> Verdict | None:
    """The first row of another table that is not as its event told it."""
    found: list[tuple[int, str]] = []
    for sql, check in _CHECKS:
        for row in engine.rows(sql, after=after, upto=upto):
            why = check(engine, row, json.loads(row["event_body"]))
            if why:
                found.append((row["event_seq"], why))
                break
    if not found:
        return None
    seq, why = min(found)
    return Verdict(False, seq - 1, seq, why)


def _closed(_: Engine, row: Row, told: Row) -> str:
    if row["id"] is None:
        return "an attempt that the log closed is gone from its table"
    kept, told = {**attempt_record(row), "rep": row["rep"]}, {**told, "rep": row["event_rep"]}
    names = (*kept, *(name for name in USUAL if name in told and name not in kept))
    differing = [name for name in names if told.get(name) != kept.get(name, USUAL.get(name))]
    return f"attempt {row['id']} was changed after it ended: {', '.join(differing)}" if differing else ""


def _disposed(engine: Engine, row: Row, told: Row) -> str:
    """A disposition that was told is the attempt's own, or was taken back."""
    names = ("disposition", "disposed_at", "callback_at")
    differing = [name for name in names if row[name] != told.get(name)]
    if row["disposed_by"] != row["event_rep"]:
        differing.append("disposed_by")
    if bool(row["automatic"]) != told.get("automatic", False):
        differing.append("automatic")
    if not differing:
        return ""
    reversed_since = engine.rows(
        "select 1 as x from reversal where attempt_id = :id and disposition = :code and disposed_at = :at",
        id=row["attempt_id"],
        code=told["disposition"],
        at=told["disposed_at"],
    )
    if reversed_since:
        return ""
    return f"the disposition of attempt {row['attempt_id']} was changed: {', '.join(differing)}"


def _transferred(_: Engine, row: Row, told: Row) -> str:
    """Whom a call was given to is whom it was told of; one that was refused left the call as it was."""
    if not told["done"] or row["transferred_to"] == told["target"]:
        return ""
    return f"whom the call of attempt {row['attempt_id']} was given to was changed"


def _objected(engine: Engine, row: Row, told: Row) -> str:
    """The first word of an objection is kept; earlier programs told it again each time it was said."""
    if row["objected_at"] == told["objected_at"]:
        return ""
    first = engine.rows(
        "select min(seq) as seq from event where attempt_id = :id and kind = 'recording.objected'",
        id=row["attempt_id"],
    )[0]["seq"]
    if row["objected_at"] is not None and first < row["event_seq"]:
        return ""
    return f"that they objected in attempt {row['attempt_id']} was changed"


def _missed(engine: Engine, row: Row, told: Row) -> str:
    """A call that nobody answered is kept as it was told."""
    kept = engine.rows(
        _KEPT_OF_CALL if told["sip_call_id"] else _KEPT_MISSED,
        number=told["number"],
        at=told["missed_at"],
        why=told["why"],
        rep=row["event_rep"],
        sip=told["sip_call_id"],
        lead=row["lead_id"] or 0,
    )
    return "" if kept else f"the missed call of event {row['event_seq']} is not as it was told"


def _stated(engine: Engine, _: Row, told: Row) -> str:
    kept = engine.rows(
        "select at, state, reason from shift_state where shift_id = :shift and n = :n",
        shift=told["shift_id"],
        n=told["n"],
    )
    if kept == [{"at": told["began_at"], "state": told["state"], "reason": told["reason"]}]:
        return ""
    return f"state {told['n']} of shift {told['shift_id']} is not as it was told"


def _clocked(engine: Engine, row: Row, told: Row) -> str:
    """The beginning and the end of a shift are what payroll pays: as they were told, and the same rep's."""
    kept = engine.rows("select rep, in_at, out_at from shift where id = :id", id=told["shift_id"])
    name = "in_at" if row["kind"] == "shift.in" else "out_at"
    if kept and (kept[0]["rep"], kept[0][name]) == (row["event_rep"], told[name]):
        return ""
    return f"the clock-{name[:-3]} of shift {told['shift_id']} is not as it was told"


_CHECKS = (
    (_CLOSED, _closed),
    (_DISPOSED, _disposed),
    (_TRANSFERRED, _transferred),
    (_OBJECTED, _objected),
    (_MISSED, _missed),
    (_STATES, _stated),
    (_CLOCKED, _clocked),
)


def _ends(engine: Engine, head: Row, seq: int, digest: bytes) -> Verdict:
    if digest != bytes(head["hash"]):
        return Verdict(False, seq, seq, "the head of the chain is not the hash of the last event")
    untold = _untold(engine, head["seq"])
    if untold and engine.rows("select seq from chain where id = 1")[0]["seq"] == head["seq"]:
        return Verdict(False, seq, seq + 1, untold)
    return Verdict(True, seq)


# Rows of tables, and the events that tell of them up to the head: there must be no more of the former.
_COUNTS = f"""select * from (
        select count(*) filter (where ended_at is not null) as ended,
            count(*) filter (where transferred_to <> '') as given,
            count(*) filter (where objected_at is not null) as objected from attempt) a,
    (select count(*) filter (where kind in ({_CLOSING})) as ends_told,
            count(*) filter (where kind = 'attempt.transferred' and body like :done) as gifts_told,
            count(*) filter (where kind = 'recording.objected') as objections_told,
            count(*) filter (where kind = 'call.missed') as misses_told from event where seq <= :head) e,
    (select count(*) as missed from missed_call) m"""


def _untold(engine: Engine, head: int) -> str:
    """What stands in a table and not in the log; empty: nothing."""
    n = engine.rows(_COUNTS, head=head, done='%"done":true%')[0]
    for kept, told, what in (
        ("ended", "ends_told", "ended attempts"),
        ("given", "gifts_told", "transfers"),
        ("objected", "objections_told", "objections"),
        ("missed", "misses_told", "missed calls"),
    ):
        if n[kept] > n[told]:
            return f"{n[kept] - n[told]} {what} are in their table and not in the log"
    return ""
