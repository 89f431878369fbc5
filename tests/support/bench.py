"""A desk without a screen, a store or a phone: inputs in, effects kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cadence.model import CallKind, Decision, Lane, Lead, LeadStatus, Phone, Plan, PlannedCall, Result
from cadence.rulebook import load
from config.clock import HandClock
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.desk import Desk
from floor.view import CardView
from store.records import Attempt, Claim
from telephony import protocol as phone

BOOK = load(None)
NOW = 1_790_000_000_000


def claim(number: int = 1) -> Claim:
    one = Phone(number, "+14155550131")
    lead = Lead(number, f"Lead {number}", phones=(one,))
    plan = Plan(
        LeadStatus.OPEN, "inbound-six", 1, NOW, call=PlannedCall(CallKind.STEP, 1, Lane.FRESH, NOW),
        reason="call 1 of 6",
    )  # fmt: skip
    return Claim(
        lead, plan, one, token=100 + number, lane=Lane.FRESH, reason="new", attempts=0, expires_at=NOW
    )


def card(held: Claim) -> CardView:
    return CardView(held.lead, held.plan, held.phone, held.reason, held.attempts)


def attempt(held: Claim, *, allowed: bool = True, number: int = 7) -> Attempt:
    return Attempt(
        number, held.lead.id, held.token, held.phone.e164, "anna", 1, CallKind.STEP, 1, "",
        Decision(allowed, NOW, "test"), NOW,
    )  # fmt: skip


def ended_attempt(held: Claim, result: Result, number: int = 7) -> Attempt:
    answered = result is Result.ANSWERED
    return replace(
        attempt(held, number=number), answered_at=NOW if answered else None, ended_at=NOW + 5_000,
        talk_ms=5_000 if answered else 0, result=result,
    )  # fmt: skip


@dataclass
class Bench:
    """A desk, and everything it has asked for so far."""

    clock: HandClock = field(default_factory=lambda: HandClock(NOW))
    effects: list[out.Effect] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = Desk(BOOK.dispositions, self.clock)
        self.tell(told.PhoneState(True, "registered"), told.Resumed())

    def tell(self, *inputs: told.Input) -> list[out.Effect]:
        new: list[out.Effect] = []
        for one in inputs:
            new += self.desk.handle(one)
        self.effects += new
        return new

    def preview(self) -> Claim:
        held = claim()
        self.tell(told.Claimed(held, card(held)))
        return held

    def dialed(self) -> str:
        """Dial the lead; the call's word on the wire."""
        held = self.preview()
        self.tell(told.Pressed("dial"))
        (place,) = [one for one in self.tell(told.Begun(attempt(held))) if isinstance(one, out.Place)]
        return place.call

    def heard(self, event: phone.AnyEvent) -> list[out.Effect]:
        return self.tell(told.PhoneSaid(event))

    def answered(self, talk_ms: int = 5_000) -> str:
        call = self.dialed()
        self.heard(phone.Invited(at=NOW, mono=0, call=call))
        self.heard(phone.Ringing(at=NOW, mono=0, call=call))
        self.heard(phone.Answered(at=NOW, mono=self.clock.monotonic(), call=call))
        self.clock.advance(talk_ms)
        return call

    def ended(self, call: str, result: Result, **more: int) -> list[out.Effect]:
        event = phone.Ended(at=NOW, mono=self.clock.monotonic(), call=call, result=result, **more)
        return self.heard(event)

    def of(self, kind: type) -> list[out.Effect]:
        return [one for one in self.effects if isinstance(one, kind)]
