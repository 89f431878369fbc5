"""A call for help is written after its dial, from whatever is known of it by then, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.factories import NOON, new_lead

from cadence.model import Result
from config.clock import MINUTE, HandClock
from config.errors import UsageError
from store.help_calls import HelpCall
from store.records import CallEnd
from store.store import Store

END = CallEnd(Result.ANSWERED, NOON + 30_000, ring_ms=2_000, talk_ms=20_000, ended_by="rep")
DIALED = HelpCall(77, "911", "+14155550100", NOON)
OVER = replace(
    DIALED, invited_at=NOON + 50, sip_call_id="sip-1", ringing_at=NOON + 8_000, answered_at=NOON + 10_000,
    end=END,
)  # fmt: skip


def test_what_is_told_late_is_written_as_it_was(store: Store, clock: HandClock) -> None:
    clock.advance(10 * MINUTE)  # the store was away
    attempt = store.attempts.get(store.attempts.keep_help(OVER, "rep1"))
    assert (attempt.e164, attempt.lead_id, attempt.rep, attempt.caller_id) == (
        "911", None, "rep1", "+14155550100",
    )  # fmt: skip
    assert (attempt.opened_at, attempt.invited_at, attempt.ringing_at, attempt.answered_at) == (
        NOON, NOON + 50, NOON + 8_000, NOON + 10_000,
    )  # fmt: skip
    assert (attempt.sip_call_id, attempt.result, attempt.talk_ms) == ("sip-1", Result.ANSWERED, 20_000)
    assert attempt.decision.allowed
    assert [check.name for check in attempt.decision.checks] == ["emergency"]
    assert store.attempts.waiting("rep1") == [], "nothing is asked of the rep"
    assert store.log.verify().clean


def test_told_again_and_again_it_is_one_attempt(store: Store) -> None:
    ids = {store.attempts.keep_help(told, "rep1") for told in (DIALED, DIALED, OVER, OVER, DIALED)}
    assert len(ids) == 1
    kinds = [event.kind for event in store.log.after(0)]
    assert kinds == ["attempt.opened", "attempt.answered", "attempt.ended"]


def test_one_that_is_still_up_stays_open(store: Store) -> None:
    attempt = store.attempts.get(store.attempts.keep_help(replace(OVER, end=None), "rep1"))
    assert (attempt.answered_at, attempt.ended_at) == (NOON + 10_000, None)


def test_no_other_number_goes_out_unwritten(store: Store) -> None:
    store.leads.add(new_lead())
    with pytest.raises(UsageError, match="no emergency number"):
        store.attempts.keep_help(replace(DIALED, number="+14152000000"), "rep1")
    assert store.attempts.since(0) == []
