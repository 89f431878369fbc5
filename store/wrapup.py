"""After the call: the disposition, what it plans, and its reversal. All inside the caller's transaction.

`attempt.plan_before` is the lead's plan as it was before the attempt moved it
on; while it is null, the plan does not know of the attempt yet.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from cadence.dispositions import Disposition
from cadence.happenings import Called
from cadence.model import LeadStatus, Plan, Result
from config.errors import UsageError
from store import arrivals, dnc, plans
from store.attempt_rows import read
from store.choice import number_of
from store.core import Core
from store.engine import Row
from store.errors import Settled
from store.leases import take
from store.plans import Standing
from store.records import Claim

# After one of these the lead has moved on, and an older disposition is history.
_TOUCHED = """select kind from event where lead_id = :lead and seq > :seq
    and kind in ('attempt.opened', 'attempt.disposed', 'lead.inquired', 'lead.planned', 'lead.skipped',
        'lead.changed', 'lead.assigned', 'mail.queued', 'mail.failed')
    order by seq limit 1"""


def settle_automatically(core: Core, row: Row, rep: str) -> None:
    """Record the disposition that the result stands for; plan anew where it says nothing of the lead.

    A call that came in was answered by its rep: only they know what it was.
    """
    result = Result(row["result"])
    disposition = core.book.dispositions.automatic(result) if row["direction"] == "out" else None
    if disposition is not None:
        _record(core, row, plans.read(core, row["lead_id"], lock=True), disposition, rep, automatic=True)
    elif result is not Result.ANSWERED and row["answered_at"] is None:
        plan_without_words(core, row)


def plan_without_words(core: Core, row: Row) -> Plan:
    """Plan the lead by the attempt's result alone: nobody said, or will say, what was spoken."""
    before = plans.read(core, row["lead_id"], lock=True)
    core.engine.run(
        "update attempt set plan_before = :plan where id = :id",
        plan=plans.plan_to_json(before.plan),
        id=row["id"],
    )
    called = _called(row, None, row["rep"])
    plan = plans.advance_by(core, before, called, held=_elsewhere(before, row["rep"]))
    core.log.tell(
        "lead.planned",
        row["rep"],
        lead_id=row["lead_id"],
        attempt_id=row["id"],
        why=f"{row['result']}, no disposition",
        status=plan.status.value,
        next_at=plan.next_at,
    )
    return plan


def dispose(core: Core, attempt_id: int, code: str, rep: str, callback_at: int | None, note: str) -> Plan:
    """See `Attempts.dispose`."""
    disposition = named(core, code, callback_at)
    row = read(core, attempt_id, lock=True)
    if row["ended_at"] is None:
        raise Settled("the call has not ended yet; a disposition comes after it")
    before = plans.read(core, row["lead_id"], lock=True)
    if row["disposition"] is not None:
        if row["disposition"] == code:
            return before.plan
        raise Settled(f"this attempt was recorded as {row['disposition']}; undo that first")
    if row["plan_before"] is not None:
        _refuse_touched(core, row, before, rep)
        before = replace(before, plan=plans.plan_from_json(row["plan_before"]))
    return _record(core, row, before, disposition, rep, callback_at=callback_at, note=note)


def undo(core: Core, attempt_id: int, rep: str) -> Claim:
    """See `Attempts.undo`."""
    row = read(core, attempt_id, lock=True)
    if row["disposition"] is None:
        raise Settled("there is no disposition to take back")
    if row["lead_id"] is None:
        raise Settled("a call of no lead moved no plan: there is nothing to take back")
    standing = plans.read(core, row["lead_id"], lock=True)
    _refuse_touched(core, row, standing, rep)
    now = core.now()
    core.engine.run(
        """insert into reversal(attempt_id, disposition, disposed_at, at, rep)
            values (:id, :code, :disposed_at, :at, :rep)""",
        id=attempt_id,
        code=row["disposition"],
        disposed_at=row["disposed_at"],
        at=now,
        rep=rep,
    )
    core.engine.run(
        """update attempt set disposition = null, disposed_at = null, disposed_by = '', callback_at = null,
            note = '', plan_before = null, automatic = 0 where id = :id""",
        id=attempt_id,
    )
    _unmark_phone(core, row, rep)
    plans.put(core, standing.lead, plans.plan_from_json(row["plan_before"]))
    core.log.tell(
        "attempt.undone",
        rep,
        lead_id=row["lead_id"],
        attempt_id=attempt_id,
        disposition=row["disposition"],
        disposed_at=row["disposed_at"],
    )
    standing = plans.read(core, row["lead_id"])
    number = number_of(core, standing, now)
    return take(core, standing, number, secrets.randbits(62), rep, now + core.lease_ms, "undo")


def _record(
    core: Core,
    row: Row,
    before: Standing,
    disposition: Disposition,
    rep: str,
    *,
    callback_at: int | None = None,
    note: str = "",
    automatic: bool = False,
) -> Plan:
    """Write a disposition and everything that follows from it."""
    now = core.now()
    core.engine.run(
        """update attempt set disposition = :code, disposed_at = :at, disposed_by = :rep,
            callback_at = :callback_at, note = :note, plan_before = :plan, automatic = :automatic
            where id = :id""",
        code=disposition.code,
        at=now,
        rep=rep,
        callback_at=callback_at,
        note=note,
        plan=plans.plan_to_json(before.plan),
        automatic=int(automatic),
        id=row["id"],
    )
    if disposition.unworkable:
        core.engine.run("update phone set bad = :bad where id = :id", bad=plans.BAD, id=row["phone_id"])
        before = replace(before, lead=plans.read(core, row["lead_id"]).lead)
    called = _called(row, disposition, rep, callback_at)
    plan = plans.advance_by(core, before, called, held=_elsewhere(before, rep))
    if before.plan.status is not LeadStatus.OPEN and plan.status is LeadStatus.OPEN:
        arrivals.asked_by_calling(core, before.lead, row["answered_at"], row["sip_call_id"])
    core.log.tell(
        "attempt.disposed",
        rep,
        lead_id=row["lead_id"],
        attempt_id=row["id"],
        disposition=disposition.code,
        disposed_at=now,
        callback_at=callback_at,
        automatic=automatic,
        status=plan.status.value,
        next_at=plan.next_at,
    )
    if disposition.dnc:
        dnc.Dnc(core).add(row["e164"], rep, said_in(row))
    return plan


def _called(row: Row, said: Disposition | None, rep: str, callback_at: int | None = None) -> Called:
    """What happened, as the cadence sees it."""
    return Called(
        Result(row["result"]),
        said,
        row["ended_at"],
        callback_at=callback_at,
        e164=row["e164"],
        rep=rep,
        inbound=row["direction"] == "in",
        began_at=row["opened_at"],
    )


def named(core: Core, code: str, callback_at: int | None) -> Disposition:
    """The disposition of that code.

    Raises:
        UsageError: there is none, or it wants a time that is not given.
    """
    disposition = core.book.dispositions.by_code.get(code)
    if disposition is None:
        known = ", ".join(core.book.dispositions.by_code)
        raise UsageError(f"no disposition is named {code!r}; there are: {known}")
    if disposition.callback and callback_at is None:
        raise UsageError(f"{disposition.label} wants the time that was agreed")
    return disposition


def _elsewhere(standing: Standing, rep: str) -> bool:
    """Whether somebody else holds the lead by now; they keep it."""
    return standing.rep is not None and standing.rep != rep


def _refuse_touched(core: Core, row: Row, standing: Standing, rep: str) -> None:
    if _elsewhere(standing, rep):
        raise Settled(f"{standing.rep} has the lead now; what was recorded stands")
    last = core.engine.rows(
        """select max(seq) as seq from event where lead_id = :lead and attempt_id = :id
            and kind in ('attempt.disposed', 'lead.planned')""",
        lead=row["lead_id"],
        id=row["id"],
    )[0]["seq"]
    since = core.engine.rows(_TOUCHED, lead=row["lead_id"], seq=last or 0)
    if since:
        raise Settled(f"the lead has moved on since ({since[0]['kind']}); what was recorded stands")


def _unmark_phone(core: Core, row: Row, rep: str) -> None:
    """Undo what the disposition did to the number."""
    disposition = core.book.dispositions.by_code.get(row["disposition"])
    if disposition is None:
        return
    if disposition.unworkable:
        core.engine.run("update phone set bad = 0 where id = :id", id=row["phone_id"])
        dnc.mark_lead(core, row["lead_id"])
    entry = dnc.Dnc(core).check(row["e164"]) if disposition.dnc else None
    if entry is not None and entry.why == said_in(row):
        dnc.Dnc(core).remove(row["e164"], rep, "the disposition was taken back")


def said_in(row: Row) -> str:
    """Why a number is on the list that was put there by a disposition."""
    return f"said in attempt {row['id']}"
