"""Who may hear a recorded message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cadence.advance import start
from cadence.model import Lead
from cadence.rulebook import load
from config.clock import from_iso

BOOK = load()
LEAD = Lead(1, "Ana Moreno", country="US", region="CA", consent="PEWC")
PLAN = start(LEAD, BOOK, from_iso("2026-11-17T20:00:00"))
LEAVES = next(
    replace(PLAN, call=replace(PLAN.call, step=step))
    for step in range(1, 7)
    if PLAN.call and BOOK.may_leave_message(replace(PLAN, call=replace(PLAN.call, step=step)))
)


@pytest.mark.parametrize(
    "consent", ["PEWC", "terms; Prior express  written consent", "a | prerecorded voice"]
)
def test_a_lead_who_consented_in_writing_may_hear_it(consent: str) -> None:
    assert BOOK.why_no_message(replace(LEAD, consent=consent), LEAVES) == ""


@pytest.mark.parametrize(
    "consent",
    ["", "yes", "calls", "no prerecorded voice", "not pewc", "prior express written consent refused"],
)
def test_no_other_words_are_taken_for_consent(consent: str) -> None:
    assert "prior express written consent" in BOOK.why_no_message(replace(LEAD, consent=consent), LEAVES)


def test_two_messages_are_enough() -> None:
    assert "two messages" in BOOK.why_no_message(LEAD, replace(LEAVES, voicemails=2))


def test_a_call_that_leaves_no_message_says_so() -> None:
    assert PLAN.call is not None
    silent = next(
        plan
        for plan in (replace(PLAN, call=replace(PLAN.call, step=step)) for step in range(1, 7))
        if not BOOK.may_leave_message(plan)
    )
    assert "this call of the cadence leaves none" in BOOK.why_no_message(LEAD, silent)


def test_the_operator_decides_which_words_count(tmp_path: Path) -> None:
    (tmp_path / "voicemail.toml").write_text('version = "2027-01-01"\nconsents = ["form 7"]\n')
    book = load(tmp_path)
    assert book.why_no_message(replace(LEAD, consent="Form 7"), LEAVES) == ""
    assert book.why_no_message(LEAD, LEAVES) != ""
