"""What the log may tell: the kinds of events and what their bodies hold.

=====================  =======================================================
kind                   body (besides rep, lead and attempt, which have columns)
=====================  =======================================================
lead.arrived           source, campaign, cadence, arrived_at, next_at; import_id where a file brought it
lead.inquired          source, campaign, arrived_at, next_at, ref
lead.imported          one a transaction of a file: import_id, file, sha256, counts
lead.changed           fields: names of what was filled in
lead.planned           why, status, next_at: the plan changed with no attempt and no mail
lead.assigned          owner (empty: the team), was, why, login: a supervisor gave it to another
lead.released          why: the rep gave the lead back without a dial
lead.skipped           reason, until
lead.expired           held_by: a lease ran out and somebody else took the lead
lead.noted             note_id
attempt.opened         e164, caller_id, call_kind, step, rules_version; direction (in), beside (below)
attempt.answered       answered_at, secure (only where the sound was encrypted)
attempt.message        the rep's recorded message plays; the rep is free
attempt.ended          the record (below)
attempt.blocked        the record; the gate refused, nothing was dialed
attempt.interrupted    the record, its times those known; a process of ours died
attempt.transferred    target, done, attended, transferred_at (below)
attempt.transfer_refused  target, attended, refused_at, reason: the call went on as it was
call.missed            number, sip_call_id, missed_at, why, outcome: they called and nobody answered
attempt.disposed       disposition, disposed_at, callback_at, automatic, next_at, status
attempt.undone         disposition, disposed_at: what was taken back
recording.kept         recording_id, path, ms, size, sha256; why: it ends before its call
recording.lost         recording_id, why: there is no file
recording.deleted      recording_id, why, sha256
recording.played       recording_id, how: play or path; rep is who asked
recording.announced    recording_id, announced_at: both heard the notice
recording.objected     recording_id (null: there was none), objected_at: they do not want it
attempt.corrected      disposition, instead_of, why, login: a supervisor put it right; both stay
mail.queued            outbox_id, step, template, address, due_at
mail.sent              outbox_id, step, reply
mail.failed            outbox_id, step, why, permanent
mail.uncertain         outbox_id, step: sending when the process died; shown to a person
mail.cancelled         outbox_id, step, why
dnc.added              value, kind, why
dnc.removed            value, kind, why
rep.changed            login, team, skills, languages, campaigns: what the rep brings from now on
queue.routed           moved: how many leads were routed anew, after campaigns.toml was changed
override.granted       permission_id, e164 (empty: for the lead), why, until, login: of the machine
override.used          permission_id, granted_by, why: the gate let this attempt out by it
registry.imported      name, version, dated_at, sha256, numbers: the list that is in force from now on
callback.agreed        callback_at
callback.settled       settled: kept, moved or cancelled
shift.in               shift_id, host, in_at
shift.state            shift_id, n, state, reason, began_at
shift.out              shift_id, out_at, closed
=====================  =======================================================

An `attempt.transferred` with `done` false, and a `reason`, is a refusal that a
program before `attempt.transfer_refused` told.

`beside` is the attempt whose call was being talked about on the first line
when the second was dialed.

The **record** of an attempt is `attempt_record`: everything a payroll or a
court would ask. It stands in the event that closes the attempt, so the chain
covers it, and `verify` holds the row against it. What is as usual in it (see
`USUAL`) is left out: a call of ours, and one whose sound nobody measured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from store.engine import Row

CLOSING = ("attempt.ended", "attempt.blocked", "attempt.interrupted")
TRANSFERS = ("attempt.transferred", "attempt.transfer_refused")

RECORD_COLUMNS = (
    "token",
    "e164",
    "shift_id",
    "campaign",
    "source",
    "cadence",
    "cadence_version",
    "call_kind",
    "step",
    "caller_id",
    "allowed",
    "rules_version",
    "opened_at",
    "sip_call_id",
    "invited_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "ring_ms",
    "talk_ms",
    "result",
    "sip_code",
    "q850",
    "reason",
    "ended_by",
)
USUAL: Mapping[str, str | int] = {"direction": "out", "packets": 0, "lost": 0, "jitter_ms": 0, "quality": ""}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log; `seq` is its place, without gaps."""

    seq: int
    at: int
    kind: str
    rep: str = ""
    lead_id: int | None = None
    attempt_id: int | None = None
    body: dict[str, Any] = field(default_factory=dict)


def attempt_record(row: Row) -> dict[str, Any]:
    """What the closing event says of an attempt, from its table row."""
    record = {column: row[column] for column in RECORD_COLUMNS}
    record |= {column: row[column] for column, usual in USUAL.items() if row[column] != usual}
    record["decision_sha256"] = hashlib.sha256(row["decision"].encode()).hexdigest()
    return record


def was_given(kind: str, body: Mapping[str, Any]) -> bool:
    """Whether an event of `TRANSFERS` says that the call was given away; else that this was refused."""
    return kind == "attempt.transferred" and body["done"]


def to_json(body: Mapping[str, object]) -> str:
    """One spelling for one body: keys sorted, no spaces, ASCII."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"))
