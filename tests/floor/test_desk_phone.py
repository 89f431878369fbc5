"""What the telephone says of itself and of a call's secrecy, as a desk shows and stores it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cadence.caller_id import CallerId, by_campaign
from cadence.campaigns import Campaign, Campaigns
from cadence.model import CallKind, Decision, Lane, Lead, LeadStatus, Phone, Plan, PlannedCall
from cadence.rulebook import load
from config.clock import HandClock
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.desk import Desk
from floor.view import CardView
from store.records import Attempt, Claim
from telephony import protocol as phone

NOW = 1_790_000_000_000
LEAD = Phone(1, "+14155550131")


def held() -> Claim:
    plan = Plan(
        LeadStatus.OPEN,
        "inbound-six",
        1,
        NOW,
        call=PlannedCall(CallKind.STEP, 1, Lane.FRESH, NOW),
        reason="1",
    )
    lead = Lead(1, "Robin", phones=(LEAD,))
    return Claim(lead, plan, LEAD, token=5, lane=Lane.FRESH, reason="new", attempts=0, expires_at=NOW)


def test_the_nearest_number_of_the_firm_is_shown_stored_and_dialed_with() -> None:
    new_york, los_angeles = CallerId("+12125550100"), CallerId("+12135550100")
    desk, claim = Desk(load(None).dispositions, HandClock(NOW), callers=(new_york, los_angeles)), held()
    card = CardView(claim.lead, claim.plan, claim.phone, "new", 0)
    desk.handle(told.PhoneState(True, "registered"))
    desk.handle(told.Resumed())
    desk.handle(told.Claimed(claim, card))
    effects = desk.handle(told.Pressed("dial"))
    assert out.Begin(claim, "+12135550100") in effects  # San Francisco is called
    assert desk.call is not None
    assert desk.call.caller_id == "+12135550100"
    attempt = Attempt(
        7, 1, 5, LEAD.e164, "anna", 1, CallKind.STEP, 1, "+12135550100", Decision(True, NOW, "test"), NOW
    )
    (place,) = [one for one in desk.handle(told.Begun(attempt)) if isinstance(one, out.Place)]
    assert place.caller_id == "+12135550100"


def test_a_lead_of_a_campaign_is_shown_the_nearest_of_its_numbers_alone() -> None:
    new_york, boston, los_angeles = (CallerId(f"+1{area}5550100") for area in (212, 617, 213))
    campaigns = Campaigns((Campaign("east", caller_ids=(new_york.number, boston.number, "+14155550100")),))
    callers = (los_angeles, new_york, boston)
    chosen = by_campaign(callers, campaigns)
    assert chosen == {"east": (new_york, boston)}, "a number that is not the firm's is never shown"
    desk = Desk(load(None).dispositions, HandClock(NOW), callers, campaign_callers=chosen)
    assert desk.shown_to(LEAD.e164) == los_angeles.number
    assert desk.shown_to(LEAD.e164, "west") == los_angeles.number
    claim = replace(held(), lead=replace(held().lead, campaign="east"))
    desk.handle(told.PhoneState(True, "registered"))
    desk.handle(told.Resumed())
    desk.handle(told.Claimed(claim, CardView(claim.lead, claim.plan, claim.phone, "new", 0)))
    assert out.Begin(claim, new_york.number) in desk.handle(told.Pressed("dial"))
    assert desk.shown_to("+16175550123", "east") == boston.number


@pytest.mark.parametrize("secure", [True, False])
def test_an_answer_tells_screen_and_store_whether_the_sound_is_encrypted(secure: bool) -> None:
    desk, claim = Desk(load(None).dispositions, HandClock(NOW)), held()
    card = CardView(claim.lead, claim.plan, claim.phone, "new", 0)
    attempt = Attempt(7, 1, 5, LEAD.e164, "anna", 1, CallKind.STEP, 1, "", Decision(True, NOW, "test"), NOW)
    for given in (
        told.PhoneState(True, "registered"), told.Resumed(), told.Claimed(claim, card),
        told.Pressed("dial"),
    ):  # fmt: skip
        desk.handle(given)
    (place,) = [one for one in desk.handle(told.Begun(attempt)) if isinstance(one, out.Place)]
    answered = phone.Answered(at=NOW, mono=0, call=place.call, secure=secure)
    effects = desk.handle(told.PhoneSaid(answered))
    assert out.Instant(7, "answered", NOW, secure=secure) in effects
    assert desk.call is not None
    assert desk.call.secure is secure
