"""A call that nobody answered: it is kept, and its lead is called before all others. Inside a transaction."""

from __future__ import annotations

from cadence.happenings import CalledUs
from cadence.model import Lane, LeadStatus
from store import facts, plans, recovery, ringing
from store.arrivals import BY_CALLING, call_ref
from store.core import Core
from store.engine import Row
from store.history import MISSED
from store.incoming import IncomingCall, attempt_of, lead_of
from store.leads import Leads
from store.records import Missed, NewLead

_ENDS = (LeadStatus.WON, LeadStatus.REFUSED)

# Somebody speaks with them, or did at that moment or since.
_SPEAKING = """select a.id, a.shift_id, a.opened_at, a.ended_at, a.disposition
    from attempt a left join queue q on q.lead_id = a.lead_id
    where (a.lead_id = :lead or (a.lead_id is null and a.e164 = :number)) and a.answered_at is not null
        and case when a.ended_at is null then q.lead_id is null or q.token = a.token
            else a.ended_at > :at end order by a.id"""


def keep(core: Core, call: IncomingCall, rep: str, why: str) -> Missed:
    """Keep that nobody answered the call at the desk of `rep`; once, and not where it was answered."""
    ringing.over(core, call.sip_call_id)
    before = _miss_of(core, call) or attempt_of(core, call)
    if before is not None:
        return _what_became(core, before["lead_id"], call)
    lead_id = lead_of(core, call, spoken_with=False)
    outcome = "kept" if lead_id is None else _plan_return(core, lead_id, call, rep)
    core.engine.run(
        """insert into missed_call(sip_call_id, number, lead_id, rep, at, why)
            values (:sip, :number, :lead, :rep, :at, :why)""",
        sip=call.sip_call_id,
        number=call.heard,
        lead=lead_id,
        rep=rep,
        at=call.at,
        why=why,
    )
    core.log.tell(
        "call.missed",
        rep,
        lead_id=lead_id,
        number=call.heard,
        sip_call_id=call.sip_call_id,
        missed_at=call.at,
        why=why,
        outcome=outcome,
    )
    return _what_became(core, lead_id, call)


def _miss_of(core: Core, call: IncomingCall) -> Row | None:
    rows = core.engine.rows(
        "select lead_id from missed_call where sip_call_id = :sip and sip_call_id <> ''",
        sip=call.sip_call_id,
    )
    return rows[0] if rows else None


def _what_became(core: Core, lead_id: int | None, call: IncomingCall) -> Missed:
    if lead_id is None:
        return Missed(None, "", call.heard, first=False)
    standing = plans.read(core, lead_id)
    planned = standing.plan.call
    first = planned is not None and planned.lane is Lane.RETURNED
    return Missed(lead_id, standing.lead.name, call.heard, first)


def _plan_return(core: Core, lead_id: int, call: IncomingCall, rep: str) -> str:
    """Plan what the missed call asks for, and say what that was: returned, review, speaking or kept."""
    standing = plans.read(core, lead_id, lock=True)
    if _speaking(core, lead_id, call):
        return "speaking"
    listed = bool(facts.suppressed(core, call.heard, standing.lead.email))
    if listed and standing.plan.status in _ENDS:
        return "kept"
    if standing.plan.status is not LeadStatus.OPEN:
        asked = NewLead(source=BY_CALLING, arrived_at=call.at, ref=call_ref(call.sip_call_id))
        Leads(core).inquire(lead_id, asked)
    _call_first(core, lead_id, call)
    standing = plans.read(core, lead_id)
    happened = CalledUs(min(call.at, core.now()), listed=listed)  # the clock of their desk may run ahead
    plan = plans.move(core, standing, happened, rep=rep, why=MISSED, held=True)
    return "returned" if plan.call is not None and plan.call.lane is Lane.RETURNED else "review"


def _speaking(core: Core, lead_id: int, call: IncomingCall) -> bool:
    """Whether somebody speaks with them; a call that a dead session left open is closed, and is none."""
    for row in core.engine.rows(_SPEAKING, lead=lead_id, number=call.heard, at=call.at):
        said = core.book.dispositions.by_code.get(row["disposition"] or "")
        if said is not None and not said.human:
            continue  # a machine was spoken to
        if row["ended_at"] is not None or not recovery.bury(core, row):
            return True
    return False


def _call_first(core: Core, lead_id: int, call: IncomingCall) -> None:
    """They are called back on the number they called from."""
    moved = core.engine.run(
        """update phone set position = (select min(p.position) - 1 from phone p where p.lead_id = :lead)
            where e164 = :e164 and exists (select 1 from phone p where p.lead_id = :lead
                and p.id <> phone.id and p.position <= phone.position)""",
        lead=lead_id,
        e164=call.heard,
    )
    if moved:
        core.log.tell("lead.changed", lead_id=lead_id, fields=["number to call first"])
