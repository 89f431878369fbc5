"""Whoever called us in vain is called back at once in lawful hours: the law may make them wait, never we."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.leads import MIAMI, NEW_YORK, TORONTO, lead

from cadence.advance import advance, start
from cadence.gate import GateFacts, decide
from cadence.happenings import Called, CalledUs
from cadence.model import Lane, Lead, LeadStatus, Plan, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, SECOND, from_iso

ELEVEN = from_iso("2026-11-24T16:00:00Z")  # a Tuesday, 11:00 in New York, Miami and Toronto
LAWFUL_CALLS = {NEW_YORK: None, TORONTO: None, MIAMI: 3}  # in any 24 hours, by law
ENDS = [
    (Result.NO_ANSWER, "no_answer"), (Result.BUSY, "busy"), (Result.DECLINED, "no_answer"),
    (Result.ANSWERED, "voicemail"), (Result.ANSWERED, "gatekeeper"), (Result.ANSWERED, "interested"),
    (Result.ANSWERED, "callback"), (Result.FAILED, ""), (Result.INTERRUPTED, ""),
]  # fmt: skip


@dataclass(frozen=True)
class Dial:
    """One dial of ours: how it ended, and how long after the one before it was begun."""

    end: tuple[Result, str]
    wait: int
    rang: int = 20 * SECOND


dials = st.builds(Dial, st.sampled_from(ENDS), st.integers(SECOND, 2 * HOUR))


def ended(dial: Dial, book: Rulebook, number: str, began_at: int) -> Called:
    said = book.dispositions.by_code.get(dial.end[1])
    at = began_at + dial.rang
    return Called(dial.end[0], said, at, at + DAY, number, "mia", began_at=began_at)


def facts(whom: Lead, plan: Plan, times: list[int]) -> GateFacts:
    """What the store would tell the gate of the call that is planned."""
    number = whom.phones[0].e164
    earlier = tuple(times)
    return GateFacts(
        number, whom, attempts_at=earlier, lead_attempts_at=earlier, calls_done=plan.calls_done, callback=True
    )


@settings(max_examples=300, deadline=None)
@given(
    number=st.sampled_from(list(LAWFUL_CALLS)),
    story=st.lists(dials, max_size=7),
    crossing=st.booleans(),
    after=st.integers(0, 20 * MINUTE),
)
def test_whatever_we_did_before_they_are_due_at_once_unless_the_law_counts_too_many_calls(
    number: str, story: list[Dial], crossing: bool, after: int, book: Rulebook
) -> None:
    """`crossing`: they ring while the last dial still goes out, and whoever they reach is engaged with it."""
    begun = [ELEVEN + sum(dial.wait for dial in story[: n + 1]) for n in range(len(story))]
    shift = max(begun, default=ELEVEN) - ELEVEN
    begun = [at - shift for at in begun]  # so that they call at eleven or soon after, whatever went before
    whom = lead(number, at=min(begun, default=ELEVEN) - MINUTE)
    plan = start(whom, book, whom.arrived_at)
    for n, (dial, began_at) in enumerate(zip(story, begun, strict=True)):
        call = ended(dial, book, number, began_at)
        if crossing and n == len(story) - 1 and dial.end[1] not in ("gatekeeper", "interested", "callback"):
            rang_at = began_at + SECOND
            plan = advance(whom, plan, CalledUs(rang_at), book, rang_at)
            plan = advance(whom, plan, call, book, now := call.at)
            break
        plan = advance(whom, plan, call, book, call.at)
    else:
        now = max((at + dial.rang for at, dial in zip(begun, story, strict=True)), default=ELEVEN) + after
        plan = advance(whom, plan, CalledUs(now), book, now)
    assert plan.call is not None
    assert (plan.call.lane, plan.call.due_at) == (Lane.RETURNED, now)
    limit = LAWFUL_CALLS[number]
    today = sum(at > now - DAY for at in begun)
    decision = decide(facts(whom, plan, begun), book.gate, now)
    assert decision.allowed is (limit is None or today < limit), decision.why


def test_our_own_limits_stand_before_a_step_and_not_before_a_call_they_asked_for(book: Rulebook) -> None:
    tried = (*(ELEVEN - n * HOUR for n in range(1, 5)), ELEVEN - MINUTE)
    told = GateFacts(NEW_YORK, lead(at=ELEVEN - DAY), attempts_at=tried)
    step = decide(told, book.gate, ELEVEN)
    assert {check.name for check in step.checks if not check.passed} == {"gap", "cap_24h"}
    asked = decide(replace(told, callback=True), book.gate, ELEVEN)
    assert asked.allowed
    why = {check.name: check.why for check in asked.checks}
    assert why["gap"] == "The lead asked for this call: no gap stands before it."
    assert why["cap_24h"] == "The lead asked for this call: only the law's limit counts."


def test_the_laws_limit_holds_whoever_asked_and_says_from_when_on(book: Rulebook) -> None:
    tried = (ELEVEN - 20 * HOUR, ELEVEN - 2 * HOUR, ELEVEN - MINUTE)
    told = GateFacts(MIAMI, lead(MIAMI, at=ELEVEN - DAY), attempts_at=tried, callback=True)
    refused = decide(told, book.gate, ELEVEN)
    assert refused.why == "3 calls to this number in 24 hours; 3 are allowed."
    assert refused.next_at == tried[0] + DAY
    source = next(check.source for check in refused.checks if check.name == "cap_24h")
    assert source.startswith("Fla. Stat. 501.616(6)")


@pytest.mark.parametrize("number", list(LAWFUL_CALLS))
def test_nothing_calls_them_back_at_night(number: str, book: Rulebook) -> None:
    night = ELEVEN + 12 * HOUR
    whom = lead(number, at=ELEVEN)
    plan = advance(whom, start(whom, book, ELEVEN), CalledUs(night), book, night)
    assert plan.call is not None
    assert not decide(facts(whom, plan, []), book.gate, night).allowed
    assert plan.call.due_at > night
    assert decide(facts(whom, plan, []), book.gate, plan.call.due_at).allowed


@pytest.mark.parametrize(
    ("result", "code"), [(Result.BUSY, "busy"), (Result.NO_ANSWER, "no_answer"), (Result.FAILED, "")]
)
def test_who_rings_while_we_dial_them_is_not_answered_by_that_dial(
    result: Result, code: str, book: Rulebook
) -> None:
    whom = lead(at=ELEVEN)
    plan = advance(whom, start(whom, book, ELEVEN), CalledUs(ELEVEN + SECOND), book, ELEVEN + SECOND)
    call = ended(Dial((result, code), 0), book, NEW_YORK, ELEVEN)
    plan = advance(whom, plan, call, book, call.at)
    assert plan.call is not None
    assert (plan.call.lane, plan.call.due_at, plan.call.tries) == (Lane.RETURNED, call.at, 0)


def test_a_dial_that_reached_them_after_they_rang_has_returned_their_call(book: Rulebook) -> None:
    whom = lead(at=ELEVEN)
    plan = advance(whom, start(whom, book, ELEVEN), CalledUs(ELEVEN + SECOND), book, ELEVEN + SECOND)
    spoken = ended(Dial((Result.ANSWERED, "interested"), 0), book, NEW_YORK, ELEVEN)
    plan = advance(whom, plan, spoken, book, spoken.at)
    assert plan.status is LeadStatus.OPEN
    assert plan.called_us_at == 0
