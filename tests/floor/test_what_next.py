"""The line after a call: what was promised, and when, in the lead's own time."""

from __future__ import annotations

from cadence.model import CallKind, Lane, Lead, LeadStatus, Phone, Plan, PlannedCall, PlannedMail
from config.clock import DAY, HOUR, MINUTE, from_iso
from floor.what_next import what_next

NOW = from_iso("2026-11-20T18:00:00Z")  # a Friday, 10:00 in California
PHONE = Phone(1, "+14155550131")
LEAD = Lead(1, "Ana", phones=(PHONE,))


def plan(call: PlannedCall | None, mail: PlannedMail | None = None) -> Plan:
    return Plan(
        LeadStatus.OPEN, "inbound-six", 1, NOW, call=call, mail=mail, reason="no working number: find one"
    )


def test_the_next_call_and_the_next_mail_are_named_with_their_times() -> None:
    line = what_next(
        plan(
            PlannedCall(CallKind.STEP, 2, Lane.SOON, NOW + 30 * MINUTE),
            PlannedMail(1, "first-reply", NOW + 20 * MINUTE),
        ),
        LEAD, PHONE, NOW,
    )  # fmt: skip
    assert line == "Next: call 2 today 10:30, mail 1 today 10:20 PST."


def test_an_agreed_callback_is_read_back_in_the_leads_time() -> None:
    line = what_next(
        plan(PlannedCall(CallKind.CALLBACK, 1, Lane.CALLBACK, NOW + DAY + 4 * HOUR)), LEAD, PHONE, NOW
    )
    assert line == "Next: callback tomorrow 14:00 PST."


def test_who_called_again_meanwhile_is_called_and_no_callback_is_said_to_be_agreed() -> None:
    line = what_next(plan(PlannedCall(CallKind.CALLBACK, 1, Lane.RETURNED, NOW)), LEAD, PHONE, NOW)
    assert line == "Next: they called again, call them today 10:00 PST."


def test_a_day_further_off_has_its_date() -> None:
    line = what_next(plan(PlannedCall(CallKind.STEP, 4, Lane.LONG, NOW + 4 * DAY)), LEAD, PHONE, NOW)
    assert line == "Next: call 4 Tue 24 Nov 10:00 PST."


def test_a_lead_that_only_a_person_can_help_says_why() -> None:
    line = what_next(plan(PlannedCall(CallKind.REVIEW, 1, Lane.NURTURE, NOW)), LEAD, PHONE, NOW)
    assert line == "No working number: find one."


def test_an_end_is_said_to_be_one() -> None:
    ended = Plan(LeadStatus.REFUSED, "inbound-six", 1, NOW)
    assert what_next(ended, LEAD, PHONE, NOW) == "No more calls, no more mails."
