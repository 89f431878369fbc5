"""A lead and its plan, read from and written to `lead` and `queue`.

Every change of what comes next for a lead goes through `put`: it is the one
place that keeps the two tables telling the same story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

import msgspec

from cadence import advance
from cadence.happenings import Happening
from cadence.model import CallKind, Lane, Lead, LeadStatus, Phone, Plan, PlannedCall, PlannedMail
from store import callbacks
from store.core import Core
from store.engine import Row
from store.errors import NotFound

LEAD = """select l.*, q.lane, q.due_at, q.rep, q.token, q.call_kind, q.call_step,
    q.call_tries, q.call_at, q.call_owner, q.mail_step, q.mail_template, q.mail_at
    from lead l left join queue q on q.lead_id = l.id """

BAD, SUPPRESSED = 1, 2  # phone.bad and lead.email_bad: found wrong, or on the do-not-call list

_PUT_LEAD = """update lead set status = :status, cadence = :cadence, cadence_version = :cadence_version,
    anchor_at = :anchor_at, calls_done = :calls_done, mails_done = :mails_done, voicemails = :voicemails,
    last_call_at = :last_call_at, plan_reason = :plan_reason, called_us_at = :called_us_at,
    promised_at = :promised_at, promised_to = :promised_to where id = :lead_id"""

# A queue row that is there already gives way, but with :held = 1 not the rep who holds it.
QUEUE_CONFLICT: LiteralString = """
    on conflict (lead_id) do update set lane = excluded.lane, value = excluded.value, route = excluded.route,
        owner = excluded.owner,
        call_kind = excluded.call_kind, call_step = excluded.call_step, call_tries = excluded.call_tries,
        call_at = excluded.call_at, call_owner = excluded.call_owner, mail_step = excluded.mail_step,
        mail_template = excluded.mail_template, mail_at = excluded.mail_at,
        due_at = case when :held = 1 and queue.rep is not null then queue.due_at else excluded.due_at end,
        rep = case when :held = 1 then queue.rep end,
        token = case when :held = 1 then queue.token end"""

_PUT_QUEUE: LiteralString = (
    """insert into queue(lead_id, lane, due_at, value, route, owner, call_kind, call_step,
        call_tries, call_at, call_owner, mail_step, mail_template, mail_at)
    values (:lead_id, :lane, :due_at, :value, :route, :owner, :call_kind, :call_step, :call_tries,
        :call_at, :call_owner, :mail_step, :mail_template, :mail_at)"""  # noqa: S608 - our own texts
    + QUEUE_CONFLICT
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A lead, its plan, and who holds it."""

    lead: Lead
    plan: Plan
    attempts: int
    rep: str | None
    token: int | None
    due_at: int | None  # the end of the lease while a rep holds it


def read(core: Core, lead_id: int, *, lock: bool = False) -> Standing:
    """Where the lead stands; with `lock`, nobody else changes it until the transaction ends.

    Raises:
        NotFound: there is no such lead.
    """
    if lock:
        lock_lead(core, lead_id)
    found = core.engine.rows(LEAD + "where l.id = :id", id=lead_id)
    if not found:
        raise NotFound(
            f"there is no lead {lead_id}; sixring why finds one by its name, company, number or mail"
        )
    return standing(found[0], phones_of(core, lead_id))


def lock_lead(core: Core, lead_id: int) -> None:
    """Nobody else changes the lead until the transaction ends.

    Whoever locks more than one row begins here, then takes the lead's attempt,
    its numbers, and its place in the queue: two who go the same way never wait
    for each other. A claim goes no way at all: it takes places in the queue
    that nobody holds, and nothing behind them.
    """
    if core.engine.lock_row:  # an embedded database has one writer
        core.engine.rows("select id from lead where id = :id for update", id=lead_id)


def phones_of(core: Core, lead_id: int) -> tuple[Phone, ...]:
    """The lead's numbers in the order of trying."""
    rows = core.engine.rows(
        "select id, e164, kind, position, bad from phone where lead_id = :lead order by position, id",
        lead=lead_id,
    )
    return tuple(
        Phone(row["id"], row["e164"], row["kind"], row["position"], bool(row["bad"])) for row in rows
    )


def put(core: Core, lead: Lead, plan: Plan, *, held: bool = False) -> None:
    """Write `plan` as the lead's own; with `held`, a rep who holds the lead keeps it."""
    core.engine.run(_PUT_LEAD, lead_id=lead.id, status=plan.status.value, **plan_columns(plan))
    if plan.status is LeadStatus.OPEN:
        put_queue(core, lead, plan, held=held)
    else:
        core.engine.run("delete from queue where lead_id = :lead", lead=lead.id)
    callbacks.follow(core, lead.id, plan)


def put_queue(core: Core, lead: Lead, plan: Plan, *, held: bool = False) -> None:
    """Write the queue row of an open plan."""
    route = core.book.campaigns.route_of(lead.campaign)
    core.engine.run(_PUT_QUEUE, held=int(held), route=route, **queue_columns(lead, plan))


def advance_by(core: Core, before: Standing, happened: Happening, *, held: bool = False) -> Plan:
    """Advance a lead by `happened` and write the plan; the caller tells of it. Inside a transaction."""
    plan = advance.advance(before.lead, before.plan, happened, core.book, core.now())
    put(core, before.lead, plan, held=held)
    return plan


def move(
    core: Core, before: Standing, happened: Happening, *, rep: str = "", why: str = "", held: bool = False
) -> Plan:
    """Advance a lead by `happened`, write the plan and tell of it. Inside a transaction."""
    plan = advance_by(core, before, happened, held=held)
    core.log.tell(
        "lead.planned",
        rep,
        lead_id=before.lead.id,
        why=why or type(happened).__name__.lower(),
        status=plan.status.value,
        next_at=plan.next_at,
    )
    return plan


def plan_columns(plan: Plan) -> Row:
    """The columns of `lead` that keep a plan, but for its status."""
    return {
        "cadence": plan.cadence,
        "cadence_version": plan.version,
        "anchor_at": plan.anchor_at,
        "calls_done": plan.calls_done,
        "mails_done": plan.mails_done,
        "voicemails": plan.voicemails,
        "last_call_at": plan.last_call_at,
        "plan_reason": plan.reason,
        "called_us_at": plan.called_us_at,
        "promised_at": plan.promise.due_at if plan.promise else None,
        "promised_to": plan.promise.owner if plan.promise else "",
    }


def queue_columns(lead: Lead, plan: Plan) -> Row:
    """The queue row of an open plan: the call's time while there is a call, else the mail's."""
    call, mail = plan.call, plan.mail
    return {
        "lead_id": lead.id,
        "lane": int(call.lane if call else Lane.NO_CALL),
        "due_at": call.due_at if call else plan.next_at,
        "value": lead.value,
        "owner": (call.owner if call else "") or lead.owner or None,
        "call_kind": call.kind.value if call else "",
        "call_step": call.step if call else 0,
        "call_tries": call.tries if call else 0,
        "call_at": call.due_at if call else None,
        "call_owner": call.owner if call else "",
        "mail_step": mail.step if mail else 0,
        "mail_template": mail.template if mail else "",
        "mail_at": mail.due_at if mail else None,
    }


def standing(row: Row, phones: tuple[Phone, ...]) -> Standing:
    """From a row of `LEAD` and the lead's numbers."""
    return Standing(
        lead=_lead(row, phones),
        plan=_plan(row),
        attempts=row["attempts"],
        rep=row["rep"],
        token=row["token"],
        due_at=row["due_at"],
    )


def _lead(row: Row, phones: tuple[Phone, ...]) -> Lead:
    return Lead(
        id=row["id"],
        name=row["name"],
        company=row["company"],
        title=row["title"],
        email=row["email"] or "",
        email_bad=bool(row["email_bad"]),
        country=row["country"],
        region=row["region"],
        postal_code=row["postal_code"],
        zone=row["zone"],
        source=row["source"],
        campaign=row["campaign"],
        value=row["value"],
        owner=row["owner"],
        consent=row["consent"],
        arrived_at=row["arrived_at"],
        status=LeadStatus(row["status"]),
        notes=row["notes"],
        phones=phones,
    )


def _plan(row: Row) -> Plan:
    call = mail = None
    if row["call_at"] is not None:
        call = PlannedCall(
            CallKind(row["call_kind"]),
            row["call_step"],
            Lane(row["lane"]),
            row["call_at"],
            row["call_owner"],
            row["call_tries"],
        )
    if row["mail_at"] is not None:
        mail = PlannedMail(row["mail_step"], row["mail_template"], row["mail_at"])
    returned = call is not None and call.lane is Lane.RETURNED
    return Plan(
        status=LeadStatus(row["status"]),
        cadence=row["cadence"],
        version=row["cadence_version"],
        anchor_at=row["anchor_at"],
        calls_done=row["calls_done"],
        mails_done=row["mails_done"],
        voicemails=row["voicemails"],
        last_call_at=row["last_call_at"],
        call=call,
        mail=mail,
        reason=row["plan_reason"],
        called_us_at=row["called_us_at"] if returned else 0,
        promise=_promise(row) if returned else None,
    )


def _promise(row: Row) -> PlannedCall | None:
    """The agreed callback behind a returned call; the call itself is in the queue."""
    if row["promised_at"] is None:
        return None
    step = max(row["calls_done"], 1)
    return PlannedCall(CallKind.CALLBACK, step, Lane.CALLBACK, row["promised_at"], row["promised_to"])


def plan_to_json(plan: Plan) -> str:
    """A plan as text, to be restored by `plan_from_json`."""
    return msgspec.json.encode(plan).decode()


def plan_from_json(text: str) -> Plan:
    """The plan that `plan_to_json` wrote."""
    return msgspec.json.decode(text, type=Plan)
