"""After a call of no lead: it closes by itself, or with the rep's word; nothing is planned.

Inside the caller's transaction.
"""

from __future__ import annotations

from cadence import numbers
from cadence.dispositions import Disposition
from cadence.model import CallKind, Result
from config.errors import UsageError
from store import dnc
from store.attempt_rows import NO_PLAN, read
from store.core import Core
from store.engine import Row
from store.errors import Settled
from store.wrapup import named, said_in


def settle(core: Core, row: Row, rep: str) -> None:
    """Close what needs no word: a second line, an emergency call, and one that nobody answered."""
    result = Result(row["result"])
    disposition = core.book.dispositions.automatic(result) if row["direction"] == "out" else None
    if row["call_kind"] == CallKind.CONSULT or numbers.is_emergency(row["e164"], core.region):
        settle_without_words(core, row)
    elif disposition is not None:
        _record(core, row, disposition, rep, note="", automatic=True)
    elif result is not Result.ANSWERED and row["answered_at"] is None:
        settle_without_words(core, row)


def settle_without_words(core: Core, row: Row) -> None:
    """Nobody said, or will say, what was spoken."""
    core.engine.run("update attempt set plan_before = :none where id = :id", none=NO_PLAN, id=row["id"])


def dispose(core: Core, attempt_id: int, code: str, rep: str, note: str) -> None:
    """See `Attempts.dispose`."""
    row = read(core, attempt_id, lock=True)
    disposition = named(core, code, 0)
    if disposition.callback:
        raise UsageError(f"{disposition.label} needs a lead: nobody would be called back")
    if disposition.dnc and not row["e164"].startswith("+"):
        raise UsageError(
            "the number was withheld, or is no telephone number: the do-not-call list cannot hold it"
        )
    if row["ended_at"] is None:
        raise Settled("the call has not ended yet; a disposition comes after it")
    if row["disposition"] == code:
        return
    if row["disposition"] is not None:
        raise Settled(f"this attempt was recorded as {row['disposition']} already")
    _record(core, row, disposition, rep, note=note, automatic=False)


def _record(core: Core, row: Row, said: Disposition, rep: str, *, note: str, automatic: bool) -> None:
    now = core.now()
    core.engine.run(
        """update attempt set disposition = :code, disposed_at = :at, disposed_by = :rep, note = :note,
            plan_before = :none, automatic = :automatic where id = :id""",
        code=said.code,
        at=now,
        rep=rep,
        note=note,
        none=NO_PLAN,
        automatic=int(automatic),
        id=row["id"],
    )
    core.log.tell(
        "attempt.disposed",
        rep,
        attempt_id=row["id"],
        disposition=said.code,
        disposed_at=now,
        callback_at=None,
        automatic=automatic,
    )
    if said.dnc:
        dnc.Dnc(core).add(row["e164"], rep, said_in(row))
