"""Rows into the store: what is new in bulk, what repeats a lead by the store's ordinary door.

Everything of one call is one transaction. The bulk path writes what
`store.arrivals` writes for one lead (a test holds them together), save that the
chain gets one event for all of them; each repeated inquiry has its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from store import arrivals, dnc, plans
from store.engine import Engine
from store.errors import Refused
from store.imports.again import Again
from store.imports.again_rows import AgainRows
from store.imports.first_plans import FirstPlans
from store.imports.fold import Folder, Fresh
from store.imports.known import Known, look_up
from store.imports.normalise import LeadRow
from store.imports.since import concerned
from store.imports.source import Source
from store.imports.stage import Stage
from store.store import Store

_COUNT = """update import_run set finished_at = :at, total = total + :total, added = added + :added,
    joined = joined + :joined, rejected = rejected + :rejected, unchanged = unchanged + :unchanged
    where id = :id"""


@dataclass(slots=True)
class Sorted:
    """Rows by what becomes of them, in the order of the file."""

    fresh: list[LeadRow]
    repeats: list[tuple[LeadRow, int]]  # with the lead: its id, or minus its place among the fresh, from 1
    unwanted: list[LeadRow]  # something of them is on the do-not-call list
    known: int  # inquiries that were here before


@dataclass(frozen=True, slots=True)
class Merged:
    """What one transaction did."""

    new: int = 0
    joined: int = 0
    repeated: int = 0
    rows: int = 0
    first_lead: int | None = None
    last_lead: int | None = None
    locked_ms: int = 0  # how long other writers waited, at most


def sort(rows: Sequence[LeadRow], known: Known) -> Sorted:
    """Which rows are new, which ask again, which were here before. `known` learns of the new ones."""
    found = Sorted([], [], [], 0)
    refs = known.refs
    for row in rows:
        if row.ref in refs:
            found.known += 1
            continue
        refs.add(row.ref)
        lead_id = known.lead(row)
        if lead_id is not None:
            found.repeats.append((row, lead_id))
            known.belong(row, lead_id)
        elif known.unwanted(row):
            found.unwanted.append(row)
        else:
            found.fresh.append(row)
            known.belong(row, -len(found.fresh))
    return found


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Rows sorted and planned before the store is locked, and the event up to which that is known to hold."""

    rows: Sorted
    fresh: list[Fresh]  # the new leads, as they stand after their repeats in the file
    rest: list[tuple[LeadRow, int]]  # repeats left for the store
    known: Known
    seq: int

    @property
    def empty(self) -> bool:
        """Whether every row is known."""
        return not (self.rows.fresh or self.rows.repeats or self.rows.unwanted)


class Merger:
    """One file's way into the store, in one transaction or in several."""

    def __init__(self, store: Store, source: Source) -> None:
        """Prepare for `source`.

        Raises:
            UsageError: there is no such cadence.
        """
        self._store, self._core, self._source = store, store.core, source
        self._now = source.started_at
        self._plans_in: dict[str, FirstPlans] = {}
        self._plans_for(source.cadence or self._core.cadence)  # a wrong name is told now
        self._stage = Stage(self._core)
        self._again_rows = AgainRows(self._core)
        self.import_id: int | None = None

    def preview(self, rows: Sequence[LeadRow]) -> Merged:
        """What `merge` would do, without a write."""
        found = sort(rows, look_up(self._core, rows))
        return Merged(len(found.fresh) + len(found.unwanted), len(found.repeats), found.known)

    @property
    def engine(self) -> Engine:
        """Where it writes."""
        return self._core.engine

    def knows(self, rows: Sequence[LeadRow]) -> bool:
        """Whether every row is here already: there is nothing to write."""
        return len(look_up(self._core, rows).refs) == len(rows)

    def accept(self) -> None:
        """Begin the run before the first row is written: from now on the file is taken.

        Raises:
            StoreError: the database failed.
        """
        with self._core.write():
            self.import_id = self._begin_run()

    def merge(
        self, rows: Sequence[LeadRow], rejected: int = 0, before_lock: Callable[[], None] | None = None
    ) -> Merged:
        """Write `rows` in one transaction; nothing at all where every row is known.

        Args:
            rows: of the file, in their order.
            rejected: how many rows between them were not taken, for the count.
            before_lock: called when all is prepared, before other writers are kept out.

        Raises:
            StoreError: the database failed; nothing of these rows was written.
        """
        for last_try in (False, False, True):
            prepared = self._prepare(rows)
            if prepared.empty:
                return Merged(repeated=prepared.rows.known, rows=len(rows))
            if before_lock is not None:
                before_lock()
            try:
                merged = self._commit(rows, prepared, rejected, last_try=last_try)
            except Refused:
                if last_try:  # PostgreSQL: somebody added one of the contacts at the same moment, three times
                    raise
                continue
            if merged is not None:
                return merged
        raise AssertionError("unreachable")

    def _prepare(self, rows: Sequence[LeadRow]) -> _Prepared:
        seq, _ = self._core.log.head()
        known = look_up(self._core, rows)
        found = sort(rows, known)
        plans = {
            campaign: self._plans_for(self._begins_in(campaign))
            for campaign in {row.campaign for row in found.fresh}
        }
        fresh = [
            Fresh(row, at, row, at, plans[row.campaign].of(row, at))
            for row in found.fresh
            for at in [self._arrived(row)]
        ]
        unfolded = Folder(fresh, self._again, known, self._now).fold(found.repeats)
        worked, rest = Again(self._core, self._plans_for, known, self._now).work_out(unfolded)
        self._stage.fill(fresh)
        self._again_rows.fill(worked)
        return _Prepared(found, fresh, rest, known, seq)

    def _again(self, cadence: str) -> FirstPlans:
        """Plans for leads in `cadence` that ask again."""
        return self._plans_for(self._core.book.cadence(cadence).again or cadence)

    def _begins_in(self, campaign: str) -> str:
        """The cadence of its new leads: what was said for the file, the campaign's, or the floor's own."""
        chosen = self._source.cadence or self._core.book.campaigns.cadence_of(campaign)
        return chosen or self._core.cadence

    def _plans_for(self, cadence: str) -> FirstPlans:
        """Plans for leads that begin in `cadence`."""
        if cadence not in self._plans_in:
            self._plans_in[cadence] = FirstPlans(self._core.book, self._now, cadence)
        return self._plans_in[cadence]

    def _commit(
        self, rows: Sequence[LeadRow], prepared: _Prepared, rejected: int, *, last_try: bool
    ) -> Merged | None:
        """Write what is prepared; None: it no longer holds. At the last try it is prepared under the lock."""
        with self._core.write():
            locked = time.monotonic()
            seq = prepared.seq
            if not self._again_rows.holds(seq) or concerned(self._core, seq, prepared.known):
                if not last_try:
                    return None
                prepared = self._prepare(rows)
            merged = self._write(prepared)
            self._tell(len(rows) + rejected, rejected, merged)
        locked_ms = round((time.monotonic() - locked) * 1000)
        return replace(merged, rows=len(rows), locked_ms=locked_ms)

    def _arrived(self, row: LeadRow) -> int:
        return self._now if row.arrived_at is None else row.arrived_at

    def _write(self, prepared: _Prepared) -> Merged:
        if self.import_id is None:
            self.import_id = self._begin_run()
        found = prepared.rows
        ids = self._stage.copy(self.import_id, self._now)
        self._tell_repeats(prepared.fresh, ids)
        self._again_rows.copy(self.import_id)
        joined = len(found.repeats)
        for row, lead in prepared.rest:
            self._inquire(ids[-lead - 1] if lead < 0 else lead, row)
        for row in found.unwanted:
            joined += self._store.leads.arrive(row.lead(self.import_id), self._source.cadence or None).joined
        return Merged(
            new=len(found.fresh) + len(found.repeats) + len(found.unwanted) - joined,
            joined=joined,
            repeated=found.known,
            first_lead=ids[0] if ids else None,
            last_lead=ids[-1] if ids else None,
        )

    def _tell_repeats(self, fresh: Sequence[Fresh], ids: Sequence[int]) -> None:
        """Each repeat is an event of its own, also one that was folded into its lead."""
        for lead_id, one in zip(ids, fresh, strict=True):
            for repeat in one.repeats:
                if repeat.learned:
                    self._core.log.tell("lead.changed", lead_id=lead_id, fields=list(repeat.learned))
                self._tell_inquiry(lead_id, repeat.row, repeat.at, repeat.next_at)

    def _inquire(self, lead_id: int, row: LeadRow) -> None:
        """A repeated inquiry ranks the lead anew, unless it is older than the one we know of."""
        latest = self._core.engine.rows("select arrived_at from lead where id = :id", id=lead_id)[0][
            "arrived_at"
        ]
        if row.arrived_at is not None and row.arrived_at <= latest:
            self._remember(lead_id, row, row.arrived_at)
        else:
            self._store.leads.inquire(lead_id, row.lead(self.import_id))

    def _remember(self, lead_id: int, row: LeadRow, at: int) -> None:
        """Keep an old inquiry and the numbers it brings; what comes next for the lead stays as it is."""
        core, new = self._core, row.lead(self.import_id)
        standing = plans.read(core, lead_id, lock=True)
        known = {phone.e164 for phone in standing.lead.phones}
        added = [phone for phone in new.phones if phone.e164 not in known]
        if added:
            last = max((phone.position for phone in standing.lead.phones), default=-1)
            arrivals.add_phones(core, lead_id, added, last + 1)
            dnc.mark_lead(core, lead_id)
        arrivals.keep_inquiry(core, lead_id, new, at)
        self._tell_inquiry(lead_id, row, at, standing.plan.next_at)

    def _tell_inquiry(self, lead_id: int, row: LeadRow, at: int, next_at: int | None) -> None:
        self._core.log.tell(
            "lead.inquired",
            lead_id=lead_id,
            source=row.source,
            campaign=row.campaign,
            arrived_at=at,
            next_at=next_at,
            ref=row.ref,
        )

    def _begin_run(self) -> int:
        source = self._source
        return int(
            self._core.engine.rows(
                """insert into import_run(file, sha256, started_at, by, details)
                    values (:file, :sha256, :started_at, :by, :details) returning id""",
                file=source.file,
                sha256=source.sha256,
                started_at=source.started_at,
                by=source.by,
                details=source.details,
            )[0]["id"]
        )

    def _tell(self, total: int, rejected: int, merged: Merged) -> None:
        """Count the transaction into the run, and tell it in one event."""
        counts = {
            "total": total,
            "added": merged.new,
            "joined": merged.joined,
            "rejected": rejected,
            "unchanged": merged.repeated,
        }
        self._core.engine.run(_COUNT, id=self.import_id, at=self._core.now(), **counts)
        self._core.log.tell(
            "lead.imported",
            self._source.by,
            import_id=self.import_id,
            file=self._source.file,
            sha256=self._source.sha256,
            counts=counts,
            first_lead=merged.first_lead,
            last_lead=merged.last_lead,
        )
