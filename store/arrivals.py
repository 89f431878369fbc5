"""A lead's first rows: what is written when it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cadence import advance, numbers
from cadence.model import CallKind, Lead, LeadStatus, Phone, Plan
from config.text import for_header
from store import dnc, plans
from store.core import Core
from store.engine import Row
from store.records import NewLead, NewPhone

BY_CALLING = "inbound call"  # the source of whoever called us
_LONGEST_NAME = 80

_INSERT_LEAD = """insert into lead(status, name, company, title, email, email_bad, country, region,
        postal_code, zone, source, campaign, value, owner, consent, notes, created_at, arrived_at, cadence,
        cadence_version, anchor_at, calls_done, mails_done, voicemails, last_call_at, plan_reason,
        called_us_at, promised_at, promised_to)
    values (:status, :name, :company, :title, :email, :email_bad, :country, :region, :postal_code, :zone,
        :source, :campaign, :value, :owner, :consent, :notes, :created_at, :arrived_at, :cadence,
        :cadence_version, :anchor_at, :calls_done, :mails_done, :voicemails, :last_call_at, :plan_reason,
        :called_us_at, :promised_at, :promised_to)
    returning id"""

_INSERT_PHONE = """insert into phone(lead_id, e164, kind, position, bad)
    values (:lead, :e164, :kind, :position, :bad)
    on conflict (e164) do nothing"""

_INSERT_INQUIRY = """insert into inquiry(lead_id, at, call_at, source, campaign, import_id, ref)
    values (:lead, :at, :call_at, :source, :campaign, :import_id, :ref)"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of an arrival."""

    lead_id: int
    joined: bool = False  # it repeats a lead we have
    known: bool = False  # the same inquiry (by its ref) was here before; nothing was written


def insert_lead(core: Core, new: NewLead, cadence: str | None, *, spoken_with: bool = False) -> int:
    """Write a lead nobody has seen, with its plan; returns its id. Inside a transaction.

    One that is `spoken_with` as it arrives waits for no first call: its inquiry names no time for one.
    """
    now = core.now()
    lead = draft_of(core, new, now)
    plan = first_plan(core, lead, now, cadence)
    lead_id = int(core.engine.rows(_INSERT_LEAD, **lead_columns(lead, plan, now))[0]["id"])
    if plan.status is LeadStatus.OPEN:
        plans.put_queue(core, replace(lead, id=lead_id), plan)
    bad = {phone.e164: int(phone.bad) * plans.SUPPRESSED for phone in lead.phones}
    add_phones(core, lead_id, new.phones, 0, bad)
    keep_inquiry(core, lead_id, new, lead.arrived_at, None if spoken_with else plan)
    core.log.tell("lead.arrived", lead_id=lead_id, **arrival_body(new, plan, lead.arrived_at))
    return lead_id


def draft_of(core: Core, new: NewLead, now: int) -> Lead:
    """The lead as the cadence will see it, without an id; suppressed numbers and addresses are marked."""
    email = clean_email(new.email)
    blocked = dnc.blocked_among(core, [*(phone.e164 for phone in new.phones), *dnc.keys_of_email(email)])
    domain_blocked = any(key in blocked for key in dnc.keys_of_email(email)[1:])
    return Lead(
        id=0,
        name=storable(new.name),
        company=storable(new.company),
        title=storable(new.title),
        email=email,
        email_bad=email in blocked or domain_blocked,
        country=new.country,
        region=new.region,
        postal_code=storable(new.postal_code),
        zone=new.zone,
        source=storable(new.source),
        campaign=storable(new.campaign),
        value=new.value,
        owner=new.owner,
        consent=storable(new.consent),
        arrived_at=new.arrived_at if new.arrived_at is not None else now,
        notes=storable(new.notes),
        phones=tuple(
            Phone(0, phone.e164, phone.kind, position, phone.e164 in blocked)
            for position, phone in enumerate(new.phones)
        ),
    )


def first_plan(core: Core, lead: Lead, now: int, cadence: str | None) -> Plan:
    """The plan a fresh lead starts with, in `cadence`, else in its campaign's, else in the floor's own."""
    begun_in = cadence or core.book.campaigns.cadence_of(lead.campaign) or core.cadence
    return advance.start(lead, core.book, now, begun_in)


def lead_columns(lead: Lead, plan: Plan, now: int) -> Row:
    """The lead's row as its arrival writes it."""
    return {
        "status": plan.status.value,
        "name": lead.name,
        "company": lead.company,
        "title": lead.title,
        "email": lead.email or None,
        "email_bad": int(lead.email_bad) * plans.SUPPRESSED,
        "country": lead.country,
        "region": lead.region,
        "postal_code": lead.postal_code,
        "zone": lead.zone,
        "source": lead.source,
        "campaign": lead.campaign,
        "value": lead.value,
        "owner": lead.owner,
        "consent": lead.consent,
        "notes": lead.notes,
        "created_at": now,
        "arrived_at": lead.arrived_at,
        **plans.plan_columns(plan),
    }


def arrival_body(new: NewLead, plan: Plan, arrived_at: int) -> Row:
    """What the event of an arrival says."""
    body: Row = {
        "source": new.source,
        "campaign": new.campaign,
        "cadence": plan.cadence,
        "arrived_at": arrived_at,
        "next_at": plan.next_at,
    }
    if new.import_id is not None:
        body["import_id"] = new.import_id
    return body


def add_phones(
    core: Core, lead_id: int, phones: Sequence[NewPhone], position: int, bad: dict[str, int] | None = None
) -> None:
    """Append numbers to a lead; a number that belongs to another lead stays there."""
    for offset, phone in enumerate(phones):
        core.engine.run(
            _INSERT_PHONE,
            lead=lead_id,
            e164=phone.e164,
            kind=phone.kind,
            position=position + offset,
            bad=(bad or {}).get(phone.e164, 0),
        )


def keep_inquiry(core: Core, lead_id: int, new: NewLead, at: int, plan: Plan | None = None) -> None:
    """Write down one inquiry of a lead, and when by the `plan` it brought about its call was due."""
    call = plan.call if plan is not None and new.import_id is None else None
    core.engine.run(
        _INSERT_INQUIRY,
        lead=lead_id,
        at=at,
        call_at=call.due_at if call is not None and call.kind is not CallKind.REVIEW else None,
        source=storable(new.source),
        campaign=storable(new.campaign),
        import_id=new.import_id,
        ref=new.ref or None,
    )


def new_caller(number: str, name: str, at: int, sip_call_id: str) -> NewLead:
    """Who calls us and is no lead yet, named by what they call themselves, else by their number.

    The same SIP call is one inquiry, whoever tells of it.
    """
    return NewLead(
        name=for_header(name)[:_LONGEST_NAME] or numbers.pretty(number),
        phones=(NewPhone(number),),
        source=BY_CALLING,
        arrived_at=at,
        ref=call_ref(sip_call_id),
    )


def call_ref(sip_call_id: str) -> str:
    """The key of the inquiry that a call of theirs is."""
    return f"call {sip_call_id}" if sip_call_id else ""


def asked_by_calling(core: Core, lead: Lead, at: int, sip_call_id: str) -> None:
    """A lead that had ended called us and was spoken with: an inquiry that waits for no first call."""
    ref = call_ref(sip_call_id)
    if ref and core.engine.rows("select id from inquiry where ref = :ref", ref=ref):
        return  # said before, and taken back
    core.engine.run("update lead set arrived_at = :at where id = :id and arrived_at < :at", at=at, id=lead.id)
    keep_inquiry(core, lead.id, NewLead(source=BY_CALLING, ref=ref), at)


def clean_email(text: str) -> str:
    """An address as it is stored and compared: trimmed, lower case."""
    return storable(text.strip().lower())


def storable(text: str) -> str:
    """`text` without what a database cannot hold: NUL and halves of surrogate pairs."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
