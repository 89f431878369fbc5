"""Promises: a row for each agreed callback, and whether it was kept, moved or cancelled.

The queue knows only the next call; this is the record behind it, so that a
supervisor sees every promise and what became of it.
"""

from __future__ import annotations

from cadence.model import Plan
from cadence.returned import agreed
from store.core import Core


def follow(core: Core, lead_id: int, plan: Plan) -> None:
    """Make the promises of a lead agree with its new plan. Inside a transaction."""
    call = agreed(plan)
    settled = core.engine.rows(
        """update callback set settled_at = :now, settled = :how
            where lead_id = :lead and settled_at is null and due_at <> :due returning rep""",
        now=core.now(),
        how="moved" if call else "cancelled",
        lead=lead_id,
        due=call.due_at if call else -1,
    )
    for row in settled:
        core.log.tell(
            "callback.settled", row["rep"], lead_id=lead_id, settled="moved" if call else "cancelled"
        )
    if call is None or call.tries:
        return  # trying again after a promise was kept in vain is no new promise
    made = core.engine.run(
        """insert into callback(lead_id, rep, agreed_at, due_at)
            select :lead, :rep, :now, :due
            where not exists (select 1 from callback
                where lead_id = :lead and due_at = :due and settled <> 'cancelled')""",
        lead=lead_id,
        rep=call.owner,
        now=core.now(),
        due=call.due_at,
    )
    if made:
        core.log.tell("callback.agreed", call.owner, lead_id=lead_id, callback_at=call.due_at)


def keep(core: Core, lead_id: int, attempt_id: int, rep: str) -> None:
    """The promised call is being made. Inside a transaction."""
    kept = core.engine.run(
        """update callback set settled_at = :now, settled = 'kept', kept_by = :attempt
            where lead_id = :lead and settled_at is null""",
        now=core.now(),
        attempt=attempt_id,
        lead=lead_id,
    )
    if kept:
        core.log.tell("callback.settled", rep, lead_id=lead_id, attempt_id=attempt_id, settled="kept")
