"""Every attempt of a period: what was dialed and when, what the phone found, what rep and gate said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import msgspec

from config.clock import iso
from config.errors import UsageError
from store.core import Core
from store.corrections import NEWEST
from store.engine import Row
from store.events import CLOSING
from store.exports.file_names import for_rep
from store.exports.period import Period
from store.exports.writer import Anchor, Cell, Written, write
from store.recording_rows import what_of_notice

PAGE_ROWS = 2_000

COLUMNS = (
    "attempt_id",
    "rep",
    "rep_name",
    "lead_id",
    "lead_name",
    "company",
    "campaign",
    "source",
    "number",
    "caller_id",
    "call_kind",
    "cadence",
    "step",
    "planned_at",
    "opened_at",
    "invited_at",
    "ringing_at",
    "answered_at",
    "ended_at",
    "ring_seconds",
    "talk_seconds",
    "result",
    "sip_code",
    "sip_reason",
    "q850",
    "ended_by",
    "disposition",
    "disposed_at",
    "disposed_by",
    "callback_at",
    "note",
    "gate_allowed",
    "gate_why",
    "gate_checks",
    "rules_version",
    "shift_id",
    "sip_call_id",
    "seq",
    "hash",
    "corrected_to",
    "corrected_at",
    "corrected_by",
    "corrected_why",
    "direction",
    "automatic",
    "packets",
    "packets_lost",
    "jitter_ms",
    "quality",
    "transferred_to",
    "announced_at",
    "objected_at",
    "recording",
    "notice",
)

_TIMES = frozenset(column for column in COLUMNS if column.endswith("_at"))
_RENAMED = {"number": "e164", "sip_reason": "reason", "packets_lost": "lost"}
_CLOSING = ", ".join(f"'{kind}'" for kind in CLOSING)

# Paged by (opened_at, id): an attempt's opening never changes, so no row is missed or told twice, and no
# transaction stays open. The joined event is the one that closed the attempt: what the chain vouches for.
_PAGE = f"""select a.*, l.name as lead_name, l.company as company, r.name as rep_name, e.seq, e.hash,
        c.disposition as corrected_to, c.at as corrected_at, c.by as corrected_by, c.why as corrected_why,
        o.announced_at as announced_at, o.state as recording, o.told_by as told_by
    from attempt a left join lead l on l.id = a.lead_id left join rep r on r.login = a.rep
    left join event e on e.lead_id = a.lead_id and e.attempt_id = a.id and e.seq <= :head
        and e.kind in ({_CLOSING})
    left join recording o on o.attempt_id = a.id
    {NEWEST}
    where a.opened_at >= :start and a.opened_at < :end and (a.opened_at, a.id) > (:at, :id)
        and a.id <= :newest"""  # noqa: S608
_ORDER = " order by a.opened_at, a.id limit :limit"
_OF_REP = " and a.rep = :rep"
# Attempts dialed by hand belong to no lead; there are few, and no index leads from them to their events.
_LEADLESS = f"""select attempt_id, seq, hash from event
    where lead_id is null and attempt_id is not null and seq <= :head and kind in ({_CLOSING})"""  # noqa: S608
# Notes written at the workstation while the call or its wrap-up went on.
_NOTES = """select attempt_id, text from note where attempt_id >= :first and attempt_id <= :last
    order by attempt_id, at, id"""


def export(core: Core, out: str | Path, period: Period, format_: str, rep: str = "") -> Written:
    """Write the attempts opened in `period` (of `rep`, if given) to the file `out`; `-` is standard output.

    Raises:
        ExportError: the file cannot be written.
        StoreError: the database failed.
    """
    anchor = anchor_of(core, "calls", period, rep)
    return write(out, COLUMNS, rows(core, period, rep, anchor.head_seq), format_, anchor)


def export_by_rep(core: Core, folder: Path, period: Period, format_: str) -> list[Written]:
    """One file for each rep who made an attempt in `period`; none for a period without attempts.

    Raises:
        UsageError: `folder` is something else than a folder.
        ExportError: a file cannot be written.
        StoreError: the database failed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"cannot make the folder {folder}: {error.strerror}; --by-rep writes one file a rep into it"
        ) from error
    found = core.engine.rows(
        "select distinct rep from attempt where opened_at >= :start and opened_at < :end order by rep",
        start=period.start,
        end=period.end,
    )
    return [
        export(core, folder / for_rep("calls", row["rep"], format_), period, format_, row["rep"])
        for row in found
    ]


def anchor_of(core: Core, report: str, period: Period, rep: str = "") -> Anchor:
    """Where the chain stands now, for a report about `period`."""
    seq, digest = core.log.head()
    return Anchor(
        report=report,
        since=iso(period.start),
        until=iso(period.end),
        zone=period.zone.key,
        exported_at=iso(core.now()),
        head_seq=seq,
        head_hash=digest,
        rep=rep,
    )


def rows(core: Core, period: Period, rep: str = "", head: int | None = None) -> Iterator[list[Cell]]:
    """The attempts of `period` in the order of their opening, a cell for each of `COLUMNS`."""
    head = core.log.head()[0] if head is None else head
    leadless: dict[int, Row] | None = None
    for row in _attempts(core, period, rep, head):
        if row["lead_id"] is None:
            if leadless is None:
                leadless = {found["attempt_id"]: found for found in core.engine.rows(_LEADLESS, head=head)}
            row.update(leadless.get(row["id"], {}))
        yield [_cell(row, column) for column in COLUMNS]


def _attempts(core: Core, period: Period, rep: str, head: int) -> Iterator[Row]:
    sql: LiteralString = _PAGE + (_OF_REP if rep else "") + _ORDER
    bounds = {
        "start": period.start,
        "end": period.end,
        "head": head,
        "limit": PAGE_ROWS,
        **({"rep": rep} if rep else {}),
    }
    newest = core.engine.rows("select coalesce(max(id), 0) as id from attempt")[0]["id"]
    at, last = period.start, 0
    while page := core.engine.rows(sql, **bounds, newest=newest, at=at, id=last):
        _add_notes(core, page)
        yield from page
        at, last = page[-1]["opened_at"], page[-1]["id"]


def _add_notes(core: Core, page: list[Row]) -> None:
    """Put the notes of a page's attempts behind what was noted with their dispositions, a line each."""
    found: dict[int, list[str]] = defaultdict(list)
    ids = [row["id"] for row in page]
    for note in core.engine.rows(_NOTES, first=min(ids), last=max(ids)):
        found[note["attempt_id"]].append(note["text"])
    for row in page:
        row["note"] = "\n".join(dict.fromkeys(filter(None, [row["note"], *found.get(row["id"], [])])))


def _cell(row: Row, column: str) -> Cell:
    if column in _TIMES:
        return None if row[column] is None else iso(row[column])
    special = _SPECIAL.get(column)
    if special is not None:
        return special(row)
    value: Cell = row[_RENAMED.get(column, column)]
    return value


def _seconds(row: Row, column: str) -> float | None:
    """Three decimals of a second; unknown while the attempt lasts."""
    return None if row["ended_at"] is None else row[column] / 1000


def _of_sound(row: Row, column: str) -> int | None:
    """A measure of the sound that came; unknown where nothing of it is known."""
    return row[column] if row["packets"] else None


def _checks(row: Row) -> list[Cell]:
    """What the gate looked at, in its order."""
    return [
        {"check": check["name"], "given": check["given"], "passed": check["passed"], "why": check["why"]}
        for check in msgspec.json.decode(row["decision"])["checks"]
    ]


def _why(row: Row) -> str:
    refusing = (
        check["why"] for check in msgspec.json.decode(row["decision"])["checks"] if not check["passed"]
    )
    return str(next(refusing, ""))


_SPECIAL: dict[str, Callable[[Row], Cell]] = {
    "attempt_id": lambda row: row["id"],
    "ring_seconds": lambda row: _seconds(row, "ring_ms"),
    "talk_seconds": lambda row: _seconds(row, "talk_ms"),
    "disposed_by": lambda row: "" if row["automatic"] else row["disposed_by"],
    "automatic": lambda row: bool(row["automatic"]) if row["disposition"] else None,
    "packets": lambda row: _of_sound(row, "packets"),
    "packets_lost": lambda row: _of_sound(row, "lost"),
    "jitter_ms": lambda row: _of_sound(row, "jitter_ms"),
    "gate_allowed": lambda row: bool(row["allowed"]),
    "gate_why": _why,
    "gate_checks": _checks,
    "recording": lambda row: row["recording"] or "",
    "notice": lambda row: what_of_notice(row["told_by"] or "", row["announced_at"]),
    "hash": lambda row: bytes(row["hash"]).hex() if row["hash"] is not None else None,
}
