"""Repeats of a lead that is itself new in the file, without a trip to the store for each.

The lead is written once, as it stands after all of them. That is what
`store.leads.inquire` would have made of it one by one (a test holds both
together); what is not the plain case is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cadence.advance import ASKED_TWICE_MS
from store.imports.first_plans import First, FirstPlans
from store.imports.known import Known
from store.imports.normalise import LeadRow

FILLABLE = ("name", "company", "title", "country", "region", "postal_code", "zone", "owner", "consent")


@dataclass(frozen=True, slots=True)
class Repeat:
    """One more inquiry of a new lead."""

    row: LeadRow
    at: int
    next_at: int | None  # of the lead, after it
    learned: tuple[str, ...]  # the fields it filled


@dataclass(slots=True)
class Fresh:
    """A new lead, as it stands after all its inquiries."""

    first_row: LeadRow
    first_at: int
    row: LeadRow
    at: int  # of the latest inquiry
    plan: First
    repeats: list[Repeat] = field(default_factory=list)
    closed: bool = False  # a repeat was left to the store: those after it must be too

    def inquiries(self) -> Iterator[tuple[LeadRow, int]]:
        """Each of its inquiries in the file, with its time."""
        yield self.first_row, self.first_at
        for repeat in self.repeats:
            yield repeat.row, repeat.at

    @property
    def next_at(self) -> int | None:
        """When its next action is due."""
        return min((at for at in self.plan[:2] if at is not None), default=None)


class Folder:
    """Folds repeats into new leads."""

    def __init__(
        self, fresh: Sequence[Fresh], again: Callable[[str], FirstPlans], known: Known, now: int
    ) -> None:
        """Take the new leads, what plans for one in a cadence who asks again, all contacts, and the time."""
        self._fresh, self._again, self._known, self._now = fresh, again, known, now

    @cached_property
    def _held(self) -> set[str]:
        """Addresses of the new leads. Seldom asked for, and first before a lead learns one."""
        return {one.row.email for one in self._fresh if one.row.email}

    def fold(self, repeats: Sequence[tuple[LeadRow, int]]) -> list[tuple[LeadRow, int]]:
        """Fold what can be; the rest comes back, in order."""
        return [
            (row, lead_id)
            for row, lead_id in repeats
            if lead_id > 0 or not self._into(self._fresh[-lead_id - 1], -lead_id, row)
        ]

    def _into(self, lead: Fresh, place: int, row: LeadRow) -> bool:
        at = self._now if row.arrived_at is None else row.arrived_at
        old = row.arrived_at is not None and at <= lead.at
        hastens = not old and at - lead.at < ASKED_TWICE_MS
        if (
            lead.closed
            or hastens
            or self._known.unwanted(row)
            or (not old and self._unclear_address(lead.row, place, row))
        ):
            lead.closed = True
            return False
        added = self._new_phones(lead.row, place, row)
        learned: dict[str, Any] = {} if old else self._learned(lead.row, row)
        phones = (*lead.row.phones, *added)
        if old:
            lead.row = lead.row._replace(phones=phones)
        else:
            lead.row = lead.row._replace(
                phones=phones,
                source=row.source or lead.row.source,
                campaign=row.campaign or lead.row.campaign,
                value=max(row.value, lead.row.value),
                arrived_at=at,
                **learned,
            )
            lead.at = at
            lead.plan = self._again(lead.plan.shape.cadence).of(lead.row, at)
        fields = () if old else (*learned, *("phone" for _ in added))
        lead.repeats.append(Repeat(row, at, lead.next_at, fields))
        return True

    def _new_phones(self, have: LeadRow, place: int, row: LeadRow) -> list[tuple[str, str]]:
        """Numbers the lead lacks, unless they are another lead's."""
        known = {number for number, _ in have.phones}
        return [
            (number, kind)
            for number, kind in row.phones
            if number not in known and self._known.phones.get(number) == -place
        ]

    def _unclear_address(self, have: LeadRow, place: int, row: LeadRow) -> bool:
        """Whether only the store can tell if the row's address is free for the lead."""
        if not row.email or have.email or row.email in self._held:
            return False
        return self._known.emails.get(row.email) != -place

    def _learned(self, have: LeadRow, row: LeadRow) -> dict[str, Any]:
        """What the row says and the lead lacks."""
        found = {
            name: getattr(row, name) for name in FILLABLE if getattr(row, name) and not getattr(have, name)
        }
        if row.email and not have.email and row.email not in self._held:
            found["email"] = row.email
            self._held.add(row.email)
        return found
