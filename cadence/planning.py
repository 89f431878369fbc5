"""From where a lead stands to its next call and its next mail: the one place that makes plans.

`Planner.settle` holds the promise of the product: whatever the two tracks
have left, an open lead leaves with a next action. The cadence's end leads to
the one that follows; and where no number may be dialed and no address
written to, a person is asked to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cadence import due, gate, whereabouts
from cadence.calendar import UTC, Calendar
from cadence.gate_facts import GateFacts
from cadence.model import CallKind, Lane, Lead, Phone, Plan, PlannedCall, PlannedMail
from cadence.progress import Progress
from cadence.rulebook import Rulebook
from cadence.schedule import Unit
from config.clock import DAY, MINUTE

REVIEW_AGAIN_MS = 90 * DAY
BREATH_MS = 30 * MINUTE  # least time from a call to one that no step asks for
NO_NUMBER = "no working number: find one"


def phone_to_dial(lead: Lead, book: Rulebook, now: int) -> Phone | None:
    """The number to dial next: the first that the rules let be called at some time; None: there is none."""
    planner = Planner(lead, book, now)
    callable_ones = (phone for phone in planner.numbers() if planner.opening_of(phone, now) is not None)
    return next(callable_ones, None)


@dataclass(frozen=True)
class Planner:
    """Plans for one lead at one moment."""

    lead: Lead
    book: Rulebook
    now: int
    not_these: frozenset[str] = frozenset()  # numbers found unfit just now
    refused: str = ""  # why they are unfit, for a person
    no_mail: bool = False  # the address was found unfit just now

    # ---- numbers, hours, days

    def numbers(self) -> Iterator[Phone]:
        """The numbers that may be tried, in the order of trying."""
        return (phone for phone in self.lead.working if phone.e164 not in self.not_these)

    def opening(self, at: int, *, calls_done: int = 0, callback: bool = False) -> int | None:
        """The first moment from `at` on when a number of the lead may be called; None: none may."""
        soonest: int | None = None
        for phone in self.numbers():
            moment = self.opening_of(phone, at, calls_done=calls_done, callback=callback)
            if moment is not None and (soonest is None or moment < soonest):
                soonest = moment
            if soonest == at:
                break
        return soonest

    def opening_of(self, phone: Phone, at: int, *, calls_done: int = 0, callback: bool = False) -> int | None:
        """The first moment from `at` on when `phone` may be called, as far as earlier calls do not matter."""
        facts = GateFacts(phone.e164, self.lead, calls_done=calls_done, callback=callback)
        moment = gate.next_allowed(facts, self.book.gate, at)
        if moment is not None and gate.decide(facts, self.book.gate, moment).allowed:
            return moment
        return None

    def why_no_call(self) -> str:
        """Why no number may be called, for a person."""
        for phone in self.numbers():
            facts = GateFacts(phone.e164, self.lead)
            at = gate.next_allowed(facts, self.book.gate, self.now) or self.now
            return gate.decide(facts, self.book.gate, at).why or NO_NUMBER
        return self.refused or NO_NUMBER

    def calendar(self) -> Calendar:
        """The lead's own days: by the address if it tells a zone, else by the first number, else UTC."""
        first = next((phone.e164 for phone in self.lead.working), "")
        spots = [whereabouts.by_address(self.lead, self.book.gate, first)]
        spots += [whereabouts.by_number(first, self.book.gate)] if first else []
        for spot in spots:
            if spot is not None and spot.windows:
                return Calendar(spot.windows[0].zone, spot.place.country, spot.place.region)
        return Calendar(UTC)

    @property
    def writable(self) -> bool:
        """Whether the lead can be written to."""
        return bool(self.lead.email) and not self.lead.email_bad and not self.no_mail

    # ---- the two tracks

    def next_call(self, done: Progress, not_before: int = 0) -> PlannedCall | None:
        """The next call of the cadence; None: none is left, or no number may be called."""
        calls = done.cadence.calls
        if not calls or (done.calls_done == len(calls) and not calls[-1].every_ms):
            return None
        first = self.opening(done.anchor_at)
        if first is None:
            return None
        step = min(done.calls_done, len(calls) - 1)
        moment = self.opening(max(self._call_due(done, first), not_before), calls_done=step)
        if moment is None:
            return None
        kind = CallKind.NURTURE if done.cadence.nurture else CallKind.STEP
        return PlannedCall(kind, step + 1, _lane(done, step), moment)

    def _call_due(self, done: Progress, first: int) -> int:
        calls = done.cadence.calls
        if done.calls_done == len(calls):
            return due.again(calls[-1].every_ms, done.last_call_at or self.now)
        step = calls[done.calls_done]
        return due.call_due(done.cadence, step, done.anchor_at, first, done.last_call_at, self.calendar())

    def next_mail(self, done: Progress, last_mail: int = 0) -> PlannedMail | None:
        """The next mail of the cadence; None: none is left, or the lead cannot be written to."""
        mails = done.cadence.mails
        if not mails or not self.writable:
            return None
        if done.mails_done < len(mails):
            step = mails[done.mails_done]
            at = due.mail_due(done.cadence, step, done.anchor_at, last_mail, self.calendar())
            return PlannedMail(done.mails_done + 1, step.template, at)
        if not mails[-1].every_ms:
            return None
        return PlannedMail(
            len(mails), mails[-1].template, due.again(mails[-1].every_ms, last_mail or self.now)
        )

    def moved(self, done: Progress, plan: Plan, at: int) -> Plan:
        """`plan` with its call at the first lawful moment from `at` on."""
        call = plan.call
        if call is None:
            return plan
        if call.kind is CallKind.REVIEW:
            return done.open_plan(replace(call, due_at=at), plan.mail, plan.reason)
        moment = self.opening(at, calls_done=call.step - 1, callback=call.kind is CallKind.CALLBACK)
        return self.settle(done, None if moment is None else replace(call, due_at=moment), plan.mail)

    # ---- the promise

    def begin(self, done: Progress) -> Plan:
        """The plan of a lead at the start of a cadence."""
        return self.settle(done, self.next_call(done), self.next_mail(done))

    def settle(self, done: Progress, call: PlannedCall | None, mail: PlannedMail | None) -> Plan:
        """An open plan with these next actions, or with those that follow where there are none."""
        here = done
        while call is None and mail is None and done.cadence.then:
            done = self._follow(done)
            call, mail = self.next_call(done), self.next_mail(done)
        if call is None and mail is None:
            return self.review(here if here.steps_left else done)
        return done.open_plan(call, mail)

    def _follow(self, done: Progress) -> Progress:
        """The start of the cadence that follows; what of it is past already is passed over."""
        cadence = self.book.cadence(done.cadence.then)
        days = self.calendar()
        past_calls = sum(
            due.call_due(cadence, step, done.anchor_at, done.anchor_at, 0, days) < self.now
            for step in cadence.calls
        )
        past_mails = sum(
            due.mail_due(cadence, step, done.anchor_at, 0, days) < self.now for step in cadence.mails
        )
        return replace(done, cadence=cadence, calls_done=past_calls, mails_done=past_mails)

    def review(self, done: Progress, at: int | None = None, reason: str = "") -> Plan:
        """A plan that puts the lead before a person: there is nothing we may do by ourselves."""
        if at is None:
            at = self.now if not done.last_call_at or not any(self.numbers()) else self.now + REVIEW_AGAIN_MS
        call = PlannedCall(CallKind.REVIEW, max(done.calls_done, 1), Lane.NURTURE, at)
        return done.open_plan(call, None, reason or self.why_no_call())


def _lane(done: Progress, step: int) -> Lane:
    if done.cadence.nurture:
        return Lane.NURTURE
    if step == 0 and done.last_call_at <= done.anchor_at:
        return Lane.FRESH
    return Lane.SOON if done.cadence.calls[step].when.unit is Unit.SPAN else Lane.LONG
