"""The quick way to a first plan gives what `advance.start` gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadence.advance import start
from cadence.model import Lead, Phone
from cadence.rulebook import Rulebook
from config.clock import DAY, from_iso
from store.imports.first_plans import First, FirstPlans
from store.imports.normalise import LeadRow

NOW = from_iso("2026-11-21T15:00:00Z")
NUMBERS = (
    "+14155552671", "+12125550100", "+18085550123", "+12085550123", "+12082260123",
    "+18005550123", "+19005550123", "+17875550123", "+14165550123", "+442071838750",
    "+4930901820", "+61892001234", "+919876543210", "+88216123456",
)  # fmt: skip
PLACES = (
    ("", "", ""), ("US", "CA", ""), ("US", "FL", ""), ("US", "", "America/Denver"), ("CA", "ON", ""),
    ("GB", "", ""), ("DE", "", ""), ("", "", "Asia/Tokyo"), ("AQ", "", ""), ("US", "XX", ""),
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> LeadRow:
    """A row that can be reached somehow, from somewhere, at some time."""
    phones = draw(st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True))
    email = draw(st.sampled_from(["", "ana@x.com"] if phones else ["ana@x.com"]))
    country, region, zone = draw(st.sampled_from(PLACES))
    return row_of(
        *phones,
        email=email,
        country=country,
        region=region,
        zone=zone,
        consent=draw(st.sampled_from(["", "yes"])),
        arrived_at=draw(st.integers(NOW - 400 * DAY, NOW)),
    )


def row_of(*phones: str, **fields: Any) -> LeadRow:
    texts = dict.fromkeys(LeadRow._fields[3:-2], "") | {"name": "Ana", "source": "web", "value": 0}
    return LeadRow(
        line=2, ref="r", phones=tuple((number, "") for number in phones), flaws=0, **{**texts, **fields}
    )


def asked(row: LeadRow, book: Rulebook, cadence: str) -> First:
    """The long way."""
    phones = tuple(Phone(0, number, position=n) for n, (number, _) in enumerate(row.phones))
    places = {"country": row.country, "region": row.region, "zone": row.zone}
    at = row.arrived_at or NOW
    lead = Lead(0, row.name, email=row.email, consent=row.consent, arrived_at=at, phones=phones, **places)
    plan = start(lead, book, NOW, cadence)
    return First(
        plan.call.due_at if plan.call else None, plan.mail.due_at if plan.mail else None, plan.reason, plan
    )


def told(first: First) -> tuple[object, ...]:
    """Everything of a first plan that is stored."""
    shape = first.shape
    call, mail = shape.call, shape.mail
    return (
        first[:3],
        (
            shape.status,
            shape.cadence,
            shape.version,
            shape.calls_done,
            shape.mails_done,
            shape.voicemails,
            shape.last_call_at,
        ),
        (call.kind, call.step, call.lane, call.owner, call.tries) if call else None,
        (mail.step, mail.template) if mail else None,
    )


@settings(max_examples=200)
@given(batch=st.lists(rows(), min_size=1, max_size=6), shift=st.integers(0, 3 * DAY))
def test_first_plans_are_those_of_the_cadence(book: Rulebook, batch: list[LeadRow], shift: int) -> None:
    """In batches, and each row again at another moment, so that what was learnt of one serves the next."""
    plans = FirstPlans(book, NOW, "inbound-six")
    again = [replace_at(row, max((row.arrived_at or NOW) - shift, 1)) for row in batch]
    for row in (*batch, *again):
        assert told(plans.of(row, row.arrived_at or NOW)) == told(asked(row, book, "inbound-six"))


def replace_at(row: LeadRow, at: int) -> LeadRow:
    return row._replace(arrived_at=at)


@pytest.mark.parametrize("cadence", ["inbound-six", "re-inquiry", "nurture"])
def test_every_cadence_of_ours_is_planned_alike(book: Rulebook, cadence: str) -> None:
    plans = FirstPlans(book, NOW, cadence)
    for hour in range(24 * 8):
        for number in NUMBERS[:3]:
            row = LeadRow(
                2, "r", ((number, ""),), "a@x.com", *[""] * 9, 0, "", "", "", NOW - hour * DAY // 24, 0
            )
            assert told(plans.of(row, row.arrived_at or NOW)) == told(asked(row, book, cadence))


def test_a_cadence_that_starts_days_later_is_asked_for_each(book: Rulebook) -> None:
    six = book.cadence("inbound-six")
    late = replace(six, name="late", calls=six.calls[3:])
    other = replace(book, cadences={**book.cadences, "late": late, "late@1": late})
    row = row_of("+14155552671", arrived_at=NOW - DAY)
    assert told(FirstPlans(other, NOW, "late").of(row, NOW - DAY)) == told(asked(row, other, "late"))
