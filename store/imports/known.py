"""What the store already has of a file's rows: looked up for all of them at once, by a temporary table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from store.core import Core
from store.dnc import keys_of_email
from store.imports.normalise import LeadRow

# The temporary table leads: SQLite keeps the order of a cross join, PostgreSQL finds the same plan by itself.
_PHONES = "select p.e164 as value, p.lead_id from import_value v cross join phone p where p.e164 = v.value"
_EMAILS = (
    "select l.email as value, l.id as lead_id from import_value v cross join lead l where l.email = v.value"
)
_REFS = "select i.ref as value from import_value v cross join inquiry i where i.ref = v.value"
_LISTED = """select s.value from import_value v cross join suppression s
    where s.value = v.value and s.removed_at is null"""


@dataclass(slots=True)
class Known:
    """Leads by contact, inquiries by ref, and what is on the do-not-call list, as far as asked."""

    phones: dict[str, int] = field(default_factory=dict)
    emails: dict[str, int] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    held: frozenset[str] = frozenset()  # the addresses that are a stored lead's own

    def lead(self, row: LeadRow) -> int | None:
        """The lead that has one of the row's numbers, else the one that has its address."""
        for number, _ in row.phones:
            found = self.phones.get(number)
            if found is not None:
                return found
        return self.emails.get(row.email) if row.email else None

    def belong(self, row: LeadRow, lead_id: int) -> None:
        """From now on the row's contacts lead to `lead_id`, unless they lead elsewhere."""
        for number, _ in row.phones:
            self.phones.setdefault(number, lead_id)
        if row.email:
            self.emails.setdefault(row.email, lead_id)

    def has(self, value: str) -> bool:
        """Whether `value` is a contact or the ref of a row that was looked up or sorted."""
        return value in self.phones or value in self.emails or value in self.refs

    def unwanted(self, row: LeadRow) -> bool:
        """Whether anything of the row is on the do-not-call list."""
        if not self.listed:
            return False
        values = [number for number, _ in row.phones] + (keys_of_email(row.email) if row.email else [])
        return not self.listed.isdisjoint(values)


def look_up(core: Core, rows: Sequence[LeadRow]) -> Known:
    """What the store knows of `rows` now. Call it inside the transaction that acts on it.

    Raises:
        StoreError: the database failed.
    """
    engine = core.engine
    known = Known()
    if engine.rows("select 1 as x from inquiry limit 1"):
        _stage(core, (row.ref for row in rows))
        known.refs = {found["value"] for found in engine.rows(_REFS)}
        if len(known.refs) == len(rows):
            return known  # the same file again: nothing else matters
    has_leads = bool(engine.rows("select 1 as x from lead limit 1"))
    has_list = bool(engine.rows("select 1 as x from suppression where removed_at is null limit 1"))
    if has_leads or has_list:
        _stage(core, _contacts(rows))
        known.phones = {found["value"]: found["lead_id"] for found in engine.rows(_PHONES)}
        known.emails = {found["value"]: found["lead_id"] for found in engine.rows(_EMAILS)}
        known.held = frozenset(known.emails)
    if has_list:
        _stage(
            core,
            (key for email in {row.email for row in rows if row.email} for key in keys_of_email(email)[1:]),
            add=True,
        )
        known.listed = {found["value"] for found in engine.rows(_LISTED)}
    return known


def _contacts(rows: Sequence[LeadRow]) -> Iterable[str]:
    yield from {number for row in rows for number, _ in row.phones}
    yield from {row.email for row in rows if row.email}


def _stage(core: Core, values: Iterable[str], *, add: bool = False) -> None:
    """Fill the connection's own table, which no other writer waits for."""
    if not add:
        core.engine.run("create temp table if not exists import_value(value text not null)")
        core.engine.run("delete from import_value")
    core.engine.bulk("import_value", ("value",), ((value,) for value in values))
