"""The first plans of many fresh leads: what `advance.start` answers, without asking it for each.

A fresh lead's first call and mail depend on its place (whose windows must be
open), on whether it can be called and written to at all, and on the moment of
its inquiry. All but the moment is the same for thousands of leads, so it is
found out once by `advance.start` itself; the moment then costs one look at the
windows. Whatever does not fit that form is asked of `advance.start`, and a
property test holds both to the same answers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import LiteralString, NamedTuple

from cadence import numbers, whereabouts
from cadence.advance import start
from cadence.calendar import local
from cadence.gate_facts import GateFacts, Scene
from cadence.model import CallKind, Lead, LeadStatus, Phone, Plan
from cadence.rulebook import Rulebook
from cadence.schedule import Cadence, Unit
from cadence.whereabouts import Spot
from cadence.windows import Window, first_open
from config.clock import HOUR
from store.imports.normalise import LeadRow

# What a row says of its lead, by the names that the columns of the store have too.
SAID: tuple[LiteralString, ...] = (
    "name", "company", "title", "email", "country", "region", "postal_code", "zone",
    "source", "campaign", "value", "owner", "consent", "notes",
)  # fmt: skip


class First(NamedTuple):
    """What of a plan differs from lead to lead."""

    call_at: int | None
    mail_at: int | None
    reason: str
    shape: Plan  # a plan with the same steps, kinds and lane

    def plan(self, anchor_at: int, *, voicemails: int = 0, last_call_at: int = 0) -> Plan:
        """The whole plan of a lead that inquired at `anchor_at`."""
        call, mail = self.shape.call, self.shape.mail
        return replace(
            self.shape,
            anchor_at=anchor_at,
            voicemails=voicemails,
            last_call_at=last_call_at,
            call=None if call is None or self.call_at is None else replace(call, due_at=self.call_at),
            mail=None if mail is None or self.mail_at is None else replace(mail, due_at=self.mail_at),
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True)
class _Class:
    """Leads that differ in nothing but the moment of their inquiry."""

    shape: Plan
    windows: tuple[Window, ...]  # empty: no call
    patience_ms: float  # longest wait for a window after which the gate would ask for a consent
    hours: dict[int, int | None]  # see `_one_answer`


class FirstPlans:
    """Plans for leads that arrive at one time (`now`, ms UTC) in one cadence."""

    def __init__(self, book: Rulebook, now: int, cadence: str) -> None:
        """Prepare for `cadence`.

        Raises:
            UsageError: the rulebook has no cadence of that name.
        """
        self._book, self._now, self._name = book, now, cadence
        self._cadence: Cadence = book.cadence(cadence)
        units = [step.when.unit for step in self._cadence.calls[:1]]
        units += [step.when.unit for step in self._cadence.mails[:1]]
        self._regular = bool(self._cadence.calls) and all(unit is Unit.SPAN for unit in units)
        self._call_ms = self._cadence.calls[0].when.count if self._cadence.calls else 0
        self._mail_ms = self._cadence.mails[0].when.count if self._cadence.mails else 0
        self._classes: dict[tuple[object, ...], _Class | None] = {}
        self._places: dict[str, tuple[int, bool]] = {}
        self._spots: dict[int, Spot] = {}
        self._reasons = [
            f"{kind} 1 of {len(steps)} of {cadence}"
            for kind, steps in (("call", self._cadence.calls), ("mail", self._cadence.mails))
        ]

    def of(self, row: LeadRow, arrived_at: int) -> First:
        """The first plan of `row`, whose contacts are on no list."""
        found = self._of_several(row, arrived_at) if len(row.phones) > 1 else self._of_one(row, arrived_at)
        return found or self._asked(row, arrived_at)

    def after(self, row: LeadRow, arrived_at: int, *, last_call_at: int) -> First | None:
        """The plan of one who was called before, at last then (0: never), and begins here.

        None: the call before may matter to it.
        """
        if last_call_at and (not self._regular or last_call_at + self._cadence.gap_ms > arrived_at):
            return None
        first = self.of(row, arrived_at)
        call = first.shape.call
        looked_at = call is not None and call.kind is CallKind.REVIEW
        followed = first.shape.cadence != self._cadence.name
        return None if last_call_at and (looked_at or followed) else first

    def _of_several(self, row: LeadRow, arrived_at: int) -> First | None:
        """The number that may be called soonest decides; None: to be asked for."""
        by_place = {self._place(number): (number, kind) for number, kind in row.phones}
        plans = [self._of_one(row._replace(phones=(phone,)), arrived_at) for phone in by_place.values()]
        if len(plans) > 1 and self._call_ms:
            return None
        found = [(plan.call_at, plan) for plan in plans if plan is not None and plan.call_at is not None]
        return min(found, key=itemgetter(0))[1] if len(found) == len(plans) else None

    def _of_one(self, row: LeadRow, arrived_at: int) -> First | None:
        """The plan of a row with one number or none; None: to be asked for."""
        known = self._class(row, arrived_at) if self._regular else None
        if known is None:
            return None
        mail_at = arrived_at + self._mail_ms if known.shape.mail is not None else None
        if not known.windows:
            return First(None, mail_at, known.shape.reason, known.shape)
        call_at = self._opening(known, arrived_at)
        if call_at is None or call_at - arrived_at >= known.patience_ms:
            return None
        sooner = mail_at is not None and mail_at < call_at
        return First(call_at, mail_at, self._reasons[sooner], known.shape)

    def _opening(self, known: _Class, arrived_at: int) -> int | None:
        """When the first call may be placed, by what is known of the hour of the inquiry."""
        hour = arrived_at // HOUR
        if hour not in known.hours:
            known.hours[hour] = _one_answer(known.windows, hour * HOUR)
        answer = known.hours[hour]
        if answer is None:
            return first_open(
                known.windows, (first_open(known.windows, arrived_at) or arrived_at) + self._call_ms
            )
        first_at = max(arrived_at, answer)
        return first_open(known.windows, first_at + self._call_ms) if self._call_ms else first_at

    def _class(self, row: LeadRow, arrived_at: int) -> _Class | None:
        phones = row.phones
        place = self._place(phones[0][0]) if phones else None
        if len(phones) > 1 and any(self._place(other) != place for other, _ in phones[1:]):
            return None  # the number whose hours begin sooner decides
        key = (place, row.country, row.region, row.zone, bool(row.consent), bool(row.email))
        try:
            return self._classes[key]
        except KeyError:
            self._classes[key] = found = self._found(row, arrived_at)
            return found

    def _place(self, number: str) -> tuple[int, bool]:
        """What of a number matters to a plan: the identity of its spot, and whether it is premium."""
        locality = numbers.locality(number)
        found = self._places.get(locality)
        if found is None:
            spot = whereabouts.by_number(number, self._book.gate)
            self._spots[id(spot)] = spot  # kept, so that its id stays its own; its hash would cost far more
            found = id(spot), numbers.is_premium(number)
            if locality != number:
                self._places[locality] = found
        return found

    def _found(self, row: LeadRow, arrived_at: int) -> _Class | None:
        """The class of `row`, proved on it; None for one whose plans follow other rules than these."""
        lead = self._lead(row, arrived_at)
        shape = start(lead, self._book, self._now, self._name)
        scene = (
            Scene.of(GateFacts(row.phones[0][0], lead), self._book.gate, arrived_at) if row.phones else None
        )
        windows = tuple(dict.fromkeys(scene.windows)) if scene else ()
        limits = [place.inquiry_ms for place in scene.places if place.inquiry_ms] if scene else []
        patience = math.inf if row.consent else min(limits, default=math.inf)
        dialed = shape.call is not None and shape.call.kind is not CallKind.REVIEW and bool(windows)
        if shape.status is not LeadStatus.OPEN or not (dialed if row.phones else shape.call is None):
            return None
        return _Class(shape, windows, patience, {})

    def _asked(self, row: LeadRow, arrived_at: int) -> First:
        plan = start(self._lead(row, arrived_at), self._book, self._now, self._name)
        return First(
            plan.call.due_at if plan.call else None,
            plan.mail.due_at if plan.mail else None,
            plan.reason,
            plan,
        )

    def _lead(self, row: LeadRow, arrived_at: int) -> Lead:
        phones = tuple(Phone(0, number, kind, n) for n, (number, kind) in enumerate(row.phones))
        texts = {field: getattr(row, field) for field in SAID}
        return Lead(id=0, arrived_at=arrived_at, phones=phones, **texts)


def _one_answer(windows: tuple[Window, ...], start: int) -> int | None:
    """When a lead that inquires within the hour from `start` can first be called; None: that differs.

    Closed for all of it: the opening after it. Open from some moment on to its
    end: that moment, or the inquiry if it is later. A window has one stretch a
    day, so two open moments of one local day have no closed one between them.
    """
    end = start + HOUR - 1
    opening = first_open(windows, start)
    if opening is None or opening > end:
        return opening
    one_day = all(local(start, window.zone).date() == local(end, window.zone).date() for window in windows)
    return opening if one_day and first_open(windows, end) == end else None
