"""Leads: they arrive, they ask again, they are found, and they have a history."""

from __future__ import annotations

from collections.abc import Sequence

from cadence import advance
from cadence.happenings import Happening, Inquired
from cadence.model import Lead, Plan
from config.clock import iso
from store import dnc, owners, plans
from store.arrivals import Arrival, add_phones, clean_email, insert_lead, keep_inquiry, storable
from store.coming import Coming, coming
from store.core import Core
from store.history import HistoryLine, When, lines
from store.owners import HandOver
from store.records import NewLead
from store.search import find_ids

_FILLABLE = ("name", "company", "title", "country", "region", "postal_code", "zone", "owner", "consent")


class Leads:
    """`store.leads`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def add(self, new: NewLead, cadence: str | None = None) -> int:
        """Take in an arrival: a new lead, or a repeat inquiry of one we have. Returns the lead's id."""
        return self.arrive(new, cadence).lead_id

    def arrive(self, new: NewLead, cadence: str | None = None) -> Arrival:
        """Take in an arrival and tell what became of it.

        The same number, else the same address, is the same lead: it is asked
        again (`Inquired`), what we did not know of it is filled in, and nothing
        of it is overwritten. The same `ref` is the same inquiry and changes nothing.
        """
        with self._core.write():
            seen = self._seen(new.ref)
            if seen is not None:
                return Arrival(seen, joined=True, known=True)
            found = self.match([phone.e164 for phone in new.phones], new.email)
            if found is not None:
                self.inquire(found, new)
                return Arrival(found, joined=True)
            return Arrival(insert_lead(self._core, new, cadence))

    def match(self, numbers: Sequence[str], email: str) -> int | None:
        """The lead that has one of `numbers`, else the one that has `email`; None if there is none."""
        for number in numbers:
            rows = self._core.engine.rows("select lead_id from phone where e164 = :number", number=number)
            if rows:
                return int(rows[0]["lead_id"])
        rows = self._core.engine.rows("select id from lead where email = :email", email=clean_email(email))
        return int(rows[0]["id"]) if rows else None

    def inquire(self, lead_id: int, new: NewLead) -> Plan:
        """The lead asks again: never swallowed, it ranks anew, also after it had ended.

        Raises:
            NotFound: there is no such lead.
        """
        core = self._core
        with core.write():
            before = plans.read(core, lead_id, lock=True)
            at = new.arrived_at if new.arrived_at is not None else core.now()
            lead = self._learn(before.lead, new, at)
            plan = advance.advance(lead, before.plan, Inquired(at), core.book, core.now())
            plans.put(core, lead, plan, held=True)
            keep_inquiry(core, lead_id, new, at, plan)
            core.log.tell(
                "lead.inquired",
                lead_id=lead_id,
                source=new.source,
                campaign=new.campaign,
                arrived_at=at,
                next_at=plan.next_at,
                ref=new.ref,
            )
            return plan

    def get(self, lead_id: int) -> Lead:
        """The lead with its numbers.

        Raises:
            NotFound: there is no such lead.
        """
        return plans.read(self._core, lead_id).lead

    def plan(self, lead_id: int) -> Plan:
        """Where the lead stands and what comes next for it.

        Raises:
            NotFound: there is no such lead.
        """
        return plans.read(self._core, lead_id).plan

    def happen(self, lead_id: int, happened: Happening, rep: str = "", why: str = "") -> Plan:
        """Something else befell the lead (it replied, it was reviewed): plan what comes next.

        Raises:
            NotFound: there is no such lead.
        """
        core = self._core
        with core.write():
            before = plans.read(core, lead_id, lock=True)
            return plans.move(core, before, happened, rep=rep, why=why, held=True)

    def assign(self, lead_ids: Sequence[int], to: str, by: str, why: str = "", login: str = "") -> None:
        """Give the leads, and the callbacks agreed with them, to the rep `to`; empty: to the team.

        `by` says so, at a machine where `login` is logged in.

        Raises:
            NotFound: there is no such lead; none of them has changed hands.
        """
        owners.assign(self._core, lead_ids, HandOver(to, by, why, login))

    def assign_all(self, of: str, to: str, by: str, why: str = "", login: str = "") -> int:
        """Give all leads and agreed callbacks of the rep `of` to the rep `to`; empty: to the team. How many.

        Also leads that have ended: who asks again is not left waiting for a rep
        who is gone. In slices; repeated after a crash, it goes on.

        Raises:
            UsageError: to the same rep.
        """
        return owners.assign_all(self._core, HandOver(to, by, why, login, of))

    def find(self, text: str, limit: int = 50) -> list[Lead]:
        """Leads whose name, company, address or number matches `text`, best first."""
        return [plans.read(self._core, lead_id).lead for lead_id in find_ids(self._core, text, limit)]

    def note(self, lead_id: int, rep: str, text: str, attempt_id: int | None = None) -> None:
        """Keep a note on the lead, and on the rep's call with it where one is going on or waits for its word.

        Raises:
            NotFound: there is no such lead.
        """
        core = self._core
        with core.write():
            plans.read(core, lead_id)
            if attempt_id is None:
                attempt_id = self._under_way(lead_id, rep)
            note = core.engine.rows(
                "insert into note(lead_id, attempt_id, rep, at, text)"
                " values (:lead, :attempt, :rep, :at, :text) returning id",
                lead=lead_id,
                attempt=attempt_id,
                rep=rep,
                at=core.now(),
                text=storable(text),
            )[0]["id"]
            core.log.tell("lead.noted", rep, lead_id=lead_id, attempt_id=attempt_id, note_id=note)

    def _under_way(self, lead_id: int, rep: str) -> int | None:
        rows = self._core.engine.rows(
            """select max(id) as id from attempt
                where rep = :rep and plan_before is null and lead_id = :lead and allowed = 1""",
            rep=rep,
            lead=lead_id,
        )
        found: int | None = rows[0]["id"]
        return found

    def notes(self, lead_id: int) -> list[tuple[int, str, str]]:
        """The lead's notes, oldest first: time (ms UTC), rep, text."""
        rows = self._core.engine.rows(
            "select at, rep, text from note where lead_id = :lead order by at, id", lead=lead_id
        )
        return [(row["at"], row["rep"], row["text"]) for row in rows]

    def history(self, lead_id: int, limit: int = 1000, when: When = iso) -> list[HistoryLine]:
        """What happened to the lead, a line each, oldest first; `when` writes the times inside a line.

        Only the newest `limit` events are told. The events themselves: `store.log.of_lead`.

        Raises:
            NotFound: there is no such lead.
        """
        plans.read(self._core, lead_id)
        return lines(self._core, lead_id, limit, when)

    def coming(self, lead_id: int, when: When = iso) -> Coming:
        """What comes next for the lead, and why; `when` writes the times.

        Raises:
            NotFound: there is no such lead.
        """
        return coming(self._core, lead_id, when)

    def count(self) -> int:
        """How many leads there are, open or not."""
        return int(self._core.engine.rows("select count(*) as n from lead")[0]["n"])

    def _seen(self, ref: str) -> int | None:
        if not ref:
            return None
        rows = self._core.engine.rows("select lead_id from inquiry where ref = :ref", ref=ref)
        return int(rows[0]["lead_id"]) if rows else None

    def _learn(self, lead: Lead, new: NewLead, at: int) -> Lead:
        """Take over what we did not know and the newer inquiry's origin; overwrite nothing else."""
        core = self._core
        learned: dict[str, str] = {
            field: storable(value)
            for field in _FILLABLE
            if (value := getattr(new, field)) and not getattr(lead, field)
        }
        email = clean_email(new.email)
        if email and not lead.email and self.match([], email) is None:
            learned["email"] = email
        known = {phone.e164 for phone in lead.phones}
        added = [phone for phone in new.phones if phone.e164 not in known]
        if learned or added:
            core.log.tell("lead.changed", lead_id=lead.id, fields=[*learned, *("phone" for _ in added)])
        self._write_learned(lead, new, at, learned)
        add_phones(core, lead.id, added, 1 + max((phone.position for phone in lead.phones), default=-1))
        dnc.mark_lead(core, lead.id)
        return plans.read(core, lead.id).lead

    def _write_learned(self, lead: Lead, new: NewLead, at: int, learned: dict[str, str]) -> None:
        kept = {field: getattr(lead, field) for field in (*_FILLABLE, "email")}
        self._core.engine.run(
            """update lead set name = :name, company = :company, title = :title, email = :email,
                country = :country, region = :region, postal_code = :postal_code, zone = :zone,
                owner = :owner, consent = :consent, source = :source, campaign = :campaign, value = :value,
                arrived_at = :arrived_at where id = :id""",
            **{**kept, **learned, "email": learned.get("email") or lead.email or None},
            source=storable(new.source) or lead.source,
            campaign=storable(new.campaign) or lead.campaign,
            value=max(new.value, lead.value),
            arrived_at=max(at, lead.arrived_at),
            id=lead.id,
        )
