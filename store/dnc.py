"""The list of those who are not to be contacted: effective with the commit, for every lead it touches.

A value is a number (E.164), an address, or a domain. Rows are never deleted: a
removal is written beside who added it, when and why (47 CFR 64.1200(d) wants
the record for five years).
"""

from __future__ import annotations

from collections.abc import Sequence

from cadence.happenings import DetailsChanged, Scope, Suppressed
from cadence.model import LeadStatus
from store import plans
from store.core import Core
from store.engine import Row
from store.records import Suppression

_COLUMNS = "value, kind, added_at, added_by, why, removed_at, removed_by, removed_why"

# The leads that a value touches. A domain is the last part of an address.
_TOUCHED = {
    "phone": "select lead_id as id from phone where e164 = :value order by id",
    "email": "select id from lead where email = :value",
    "domain": "select id from lead where email like '%@' || :value or email like '%.' || :value order by id",
}


class Dnc:
    """`store.dnc`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def add(self, value: str, by: str, why: str, kind: str = "", scope: Scope | None = None) -> list[int]:
        """Suppress a number, an address or a domain; the ids of the leads whose plan it changed.

        A lead in a rep's hands is taken out of them: the dial that may follow
        is refused. Adding what is on the list already changes nothing.

        Args:
            value: E.164, address, or domain.
            by: login of who adds it, or the name of the list it comes from.
            why: the reason, for the record.
            kind: 'phone', 'email' or 'domain'; empty: read off the value.
            scope: what ends for the leads that have it; None: the mails for an address, else all contact.
        """
        core = self._core
        value = value.strip().lower()
        kind = kind or kind_of(value)
        scope = scope or (Scope.MAILS if kind == "email" else Scope.ALL)
        with core.write():
            if kind != "domain":  # of a number or an address there is one lead
                for lead_id in self.leads_with(value, kind):
                    plans.lock_lead(core, lead_id)
            added = core.engine.run(
                """insert into suppression(value, kind, added_at, added_by, why)
                    values (:value, :kind, :at, :by, :why)
                    on conflict (value) where removed_at is null do nothing""",
                value=value,
                kind=kind,
                at=core.now(),
                by=by,
                why=why,
            )
            if not added:
                return []
            core.log.tell("dnc.added", by, value=value, kind=kind, why=why)
            touched = self.leads_with(value, kind)
            for lead_id in touched:
                self._suppress(lead_id, scope, by)
            return touched

    def leads_with(self, value: str, kind: str = "") -> list[int]:
        """The leads that have the number, the address, or one of the domain: whom `add` would reach."""
        value = value.strip().lower()
        rows = self._core.engine.rows(_TOUCHED[kind or kind_of(value)], value=value)
        return [row["id"] for row in rows]

    def remove(self, value: str, by: str, why: str) -> bool:
        """Take a value off the list; False if it was not on it. Leads that had ended stay ended."""
        core = self._core
        value = value.strip().lower()
        with core.write():
            rows = core.engine.rows(
                """update suppression set removed_at = :at, removed_by = :by, removed_why = :why
                    where value = :value and removed_at is null returning kind""",
                value=value,
                at=core.now(),
                by=by,
                why=why,
            )
            if not rows:
                return False
            kind = rows[0]["kind"]
            core.log.tell("dnc.removed", by, value=value, kind=kind, why=why)
            for row in core.engine.rows(_TOUCHED[kind], value=value):
                self._restore(row["id"], by)
            return True

    def check(self, value: str) -> Suppression | None:
        """The entry that stops `value` now: its own, or for an address its domain's."""
        keys = [value.strip().lower(), *keys_of_email(value.strip().lower())[1:]]
        for key in keys:
            rows = self._core.engine.rows(
                f"select {_COLUMNS} from suppression where value = :value and removed_at is null",  # noqa: S608
                value=key,
            )
            if rows:
                return Suppression(**rows[0])
        return None

    def record(self, value: str) -> list[Suppression]:
        """Everything ever written of `value`, oldest first."""
        rows = self._core.engine.rows(
            f"select {_COLUMNS} from suppression where value = :value order by id",  # noqa: S608
            value=value.strip().lower(),
        )
        return [Suppression(**row) for row in rows]

    def entries(self, after: str = "", limit: int = 1000) -> list[Suppression]:
        """What is on the list now, by value, a page at a time."""
        rows = self._core.engine.rows(
            f"select {_COLUMNS} from suppression where removed_at is null and value > :after"  # noqa: S608
            " order by value limit :limit",
            after=after,
            limit=limit,
        )
        return [Suppression(**row) for row in rows]

    def everything(self, after: int = 0, limit: int = 1000) -> list[tuple[int, Suppression]]:
        """Every entry ever made, the removed ones too, each with its id, in the order of their making."""
        rows = self._core.engine.rows(
            f"select id, {_COLUMNS} from suppression where id > :after order by id limit :limit",  # noqa: S608
            after=after,
            limit=limit,
        )
        return [(row.pop("id"), Suppression(**row)) for row in rows]

    def _suppress(self, lead_id: int, scope: Scope, by: str) -> None:
        core = self._core
        plans.lock_lead(core, lead_id)
        mark_lead(core, lead_id)
        before = plans.read(core, lead_id)
        if before.plan.status is LeadStatus.OPEN:
            plans.move(core, before, Suppressed(scope, core.now()), rep=by, why="do not contact")

    def _restore(self, lead_id: int, by: str) -> None:
        core = self._core
        plans.lock_lead(core, lead_id)
        mark_lead(core, lead_id)
        before = plans.read(core, lead_id)
        if before.plan.status is LeadStatus.OPEN:
            plans.move(core, before, DetailsChanged(core.now()), rep=by, why="suppression removed", held=True)


def mark_lead(core: Core, lead_id: int) -> None:
    """Mark the lead's numbers and address as the list has them now; what was found wrong stays so."""
    core.engine.run(
        """update phone set bad = case when exists (select 1 from suppression s
                where s.value = phone.e164 and s.removed_at is null) then :suppressed else 0 end
            where lead_id = :lead and bad <> :bad""",
        lead=lead_id,
        suppressed=plans.SUPPRESSED,
        bad=plans.BAD,
    )
    email = core.engine.rows("select email from lead where id = :lead", lead=lead_id)[0]["email"]
    if email:
        core.engine.run(
            "update lead set email_bad = :mark where id = :lead and email_bad <> :bad",
            mark=plans.SUPPRESSED if blocked_among(core, keys_of_email(email)) else 0,
            lead=lead_id,
            bad=plans.BAD,
        )


def first_listed(core: Core, values: Sequence[str]) -> Row | None:
    """The entry (value, why, added_by) of one of `values` that is on the list; None if none is."""
    rows = _listed(core, values)
    return rows[0] if rows else None


def blocked_among(core: Core, values: Sequence[str]) -> set[str]:
    """Those of `values` that are on the list."""
    return {row["value"] for row in _listed(core, values)}


def _listed(core: Core, values: Sequence[str]) -> list[Row]:
    if not values:
        return []
    names = {f"v{n}": value for n, value in enumerate(values)}
    marks = ", ".join(f":{name}" for name in names)
    return core.engine.rows(
        f"select value, why, added_by from suppression where value in ({marks}) and removed_at is null",  # noqa: S608
        **names,
    )


def keys_of_email(email: str) -> list[str]:
    """What may stand on the list for an address: itself, its domain, and the domains above."""
    name, _, domain = email.rpartition("@")
    if not name:
        return [email]
    parts = domain.split(".")
    return [email, *(".".join(parts[n:]) for n in range(len(parts) - 1))]


def kind_of(value: str) -> str:
    """'email', 'phone' or 'domain', by its look."""
    if "@" in value:
        return "email"
    return "phone" if value.startswith("+") else "domain"
