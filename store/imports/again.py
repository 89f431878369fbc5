"""Repeats of leads that are here, worked out before the store is locked.

What `store.leads.inquire` does for one lead with a dozen statements is done
here for all of a file: read at once, worked out in memory, laid out to be
copied (`again_rows`). Who differs from the plain case, by the do-not-call
list, a promised callback or an address that two leads could claim, is left to
the store's own door; a property test holds both ways together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cadence import advance
from cadence.happenings import Inquired
from cadence.model import CallKind, Lead, LeadStatus, Phone, Plan
from store.core import Core
from store.engine import Row
from store.events import to_json
from store.imports.first_plans import FirstPlans
from store.imports.fold import FILLABLE
from store.imports.known import Known
from store.imports.normalise import LeadRow
from store.log import Told
from store.plans import LEAD, Standing, standing

Repeats = Sequence[tuple[LeadRow, int]]

_PHONES = """select lead_id, id, e164, kind, position, bad from phone
    where lead_id in (select id from import_asked) order by lead_id, position, id"""
_PROMISED = """select lead_id from callback
    where settled_at is null and lead_id in (select id from import_asked)"""


@dataclass(slots=True)
class Asked:
    """A lead that is here, as it stands after what was worked out of it."""

    lead: Lead
    plan: Plan
    reopened: bool  # it had ended before
    ranked: bool = False  # a newer inquiry than the one known
    learned: bool = False


@dataclass(slots=True)
class Worked:
    """All that is to be written for repeats of leads that are here."""

    asked: list[Asked] = field(default_factory=list)
    phones: list[tuple[int, str, str, int]] = field(default_factory=list)  # lead, number, kind, position
    inquiries: list[tuple[int, int, LeadRow]] = field(default_factory=list)  # lead, time
    told: list[Told] = field(default_factory=list)


class Again:
    """Works out the repeats of one batch."""

    def __init__(self, core: Core, plans: Callable[[str], FirstPlans], known: Known, now: int) -> None:
        """Take what plans for one who begins in a cadence, all contacts, and the time (ms UTC)."""
        self._core, self._plans, self._known, self._now = core, plans, known, now
        self._worked = Worked()
        self._asked: dict[int, Asked] = {}

    def work_out(self, repeats: Repeats) -> tuple[Worked, list[tuple[LeadRow, int]]]:
        """What is to be written for `repeats`, and those that are left to the store, in order.

        Raises:
            StoreError: the database failed.
        """
        here = list(dict.fromkeys(lead_id for _, lead_id in repeats if lead_id > 0))
        if not here:
            return self._worked, list(repeats)
        read = _read(self._core, here)
        left = self._not_plain(repeats, read)
        self._asked = {
            lead_id: Asked(found.lead, found.plan, found.plan.status is not LeadStatus.OPEN)
            for lead_id, found in read.items()
            if lead_id not in left
        }
        for row, lead_id in repeats:
            if lead_id in self._asked:
                self._ask(self._asked[lead_id], row)
        self._worked.asked = [one for one in self._asked.values() if one.ranked]
        return self._worked, [(row, lead_id) for row, lead_id in repeats if lead_id not in self._asked]

    def _not_plain(self, repeats: Repeats, read: dict[int, Standing]) -> set[int]:
        """Leads that are left to the store, by any of their rows."""
        known = self._known
        claimed: dict[str, int] = {}  # who brings an address; 0: several do
        for row, lead_id in repeats:
            if row.email and claimed.setdefault(row.email, lead_id) != lead_id:
                claimed[row.email] = 0
        left = set[int]()
        for row, lead_id in repeats:
            found = read.get(lead_id)
            if found is None or known.unwanted(row):
                left.add(lead_id)
            elif row.email and not found.lead.email:
                owner = known.emails.get(row.email)
                unclear = claimed[row.email] == 0 or owner is None or owner < 0
                if unclear or (owner != lead_id and row.email not in known.held):
                    left.add(lead_id)
        return left

    def _ask(self, one: Asked, row: LeadRow) -> None:
        at = self._now if row.arrived_at is None else row.arrived_at
        if row.arrived_at is not None and at <= one.lead.arrived_at:
            one.lead = replace(one.lead, phones=(*one.lead.phones, *self._added(one.lead, row)[1]))
        else:
            one.lead = self._learn(one, row, at)
            one.plan = self._ranked(one.lead, one.plan, at)
            one.ranked = True
        self._worked.inquiries.append((one.lead.id, at, row))
        self._tell(
            "lead.inquired",
            one.lead.id,
            source=row.source,
            campaign=row.campaign,
            arrived_at=at,
            next_at=one.plan.next_at,
            ref=row.ref,
        )

    def _learn(self, one: Asked, row: LeadRow, at: int) -> Lead:
        """What the row says and the lead lacks, and the newer inquiry's origin."""
        lead = one.lead
        learned: Row = {
            name: value for name in FILLABLE if (value := getattr(row, name)) and not getattr(lead, name)
        }
        if row.email and not lead.email and self._known.emails.get(row.email) == lead.id:
            learned["email"] = row.email
        brought, own = self._added(lead, row)
        if learned or brought:
            self._tell("lead.changed", lead.id, fields=[*learned, *["phone"] * brought])
        one.learned |= bool(learned)
        learned |= {
            "source": row.source or lead.source,
            "campaign": row.campaign or lead.campaign,
            "value": max(row.value, lead.value),
            "arrived_at": max(at, lead.arrived_at),
            "phones": (*lead.phones, *own),
        }
        return replace(lead, **learned)

    def _added(self, lead: Lead, row: LeadRow) -> tuple[int, list[Phone]]:
        """How many numbers the row has that the lead lacks, and those of them that are no other lead's."""
        have = {phone.e164 for phone in lead.phones}
        lacking = [phone for phone in row.phones if phone[0] not in have]
        if not lacking:
            return 0, []
        after = 1 + max((phone.position for phone in lead.phones), default=-1)
        own = [
            Phone(0, number, kind, after + n)
            for n, (number, kind) in enumerate(lacking)
            if self._known.phones.get(number) == lead.id
        ]
        self._worked.phones += [(lead.id, phone.e164, phone.kind, phone.position) for phone in own]
        return len(lacking), own

    def _ranked(self, lead: Lead, plan: Plan, at: int) -> Plan:
        """The plan after an inquiry: what `advance` answers, in most cases without asking it."""
        core = self._core
        hastens = plan.status is LeadStatus.OPEN and 0 <= at - plan.anchor_at < advance.ASKED_TWICE_MS
        if not hastens and plan.status is not LeadStatus.OPTED_OUT:
            cadence = core.book.cadence_of(plan)
            first = self._plans(cadence.again or cadence.name).after(
                _as_row(lead), at, last_call_at=plan.last_call_at
            )
            if first is not None:
                return first.plan(at, voicemails=plan.voicemails, last_call_at=plan.last_call_at)
        return advance.advance(lead, plan, Inquired(at), core.book, core.now())

    def _tell(self, kind: str, lead_id: int, **body: object) -> None:
        self._worked.told.append(Told(self._core.now(), kind, "", lead_id, None, to_json(body)))


def _read(core: Core, ids: Sequence[int]) -> dict[int, Standing]:
    """The plain ones among the leads `ids`, and the ids of all laid out in `import_asked`."""
    engine = core.engine
    engine.run("drop table if exists import_asked")
    engine.run("create temp table import_asked(id bigint)")
    engine.bulk("import_asked", ("id",), ((lead_id,) for lead_id in ids))
    phones: dict[int, list[Phone]] = {}
    for row in engine.rows(_PHONES):
        phone = Phone(row["id"], row["e164"], row["kind"], row["position"], bool(row["bad"]))
        phones.setdefault(row["lead_id"], []).append(phone)
    promised = {row["lead_id"] for row in engine.rows(_PROMISED)}
    leads = engine.rows(LEAD + "where l.id in (select id from import_asked)")  # noqa: S608 - our own texts
    found = (standing(row, tuple(phones.get(row["id"], ()))) for row in leads)
    return {one.lead.id: one for one in found if one.lead.id not in promised and _is_plain(one)}


def _is_plain(found: Standing) -> bool:
    lead, call = found.lead, found.plan.call
    marked = lead.email_bad or any(phone.bad for phone in lead.phones)
    return not marked and (call is None or call.kind is not CallKind.CALLBACK)


def _as_row(lead: Lead) -> LeadRow:
    """What first plans want to know of a lead, as a row would say it."""
    return LeadRow(
        0,
        "",
        tuple((phone.e164, phone.kind) for phone in lead.phones),
        lead.email,
        lead.name,
        lead.company,
        lead.title,
        lead.country,
        lead.region,
        lead.postal_code,
        lead.zone,
        lead.source,
        lead.campaign,
        lead.value,
        lead.owner,
        lead.consent,
        lead.notes,
        lead.arrived_at,
        0,
    )
