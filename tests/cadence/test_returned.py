"""Calls of theirs: a missed one is returned first of all, a conversation they began uses up no dial."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.leads import BERLIN, MIAMI, NEW_YORK, TUESDAY_10AM_NY, lead

from cadence.advance import advance, start
from cadence.gate import GateFacts, decide
from cadence.happenings import Called, CalledUs, Inquired, Reassigned, Replied, Suppressed
from cadence.model import CallKind, Lane, LeadStatus, Plan, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE

NOW = TUESDAY_10AM_NY
ANN = lead()


def after(plan: Plan, book: Rulebook, now: int, happened: object) -> Plan:
    return advance(ANN, plan, happened, book, now)  # type: ignore[arg-type]


def said(
    book: Rulebook, code: str, at: int, callback_at: int | None = None, *, inbound: bool = False
) -> Called:
    told = book.dispositions.by_code[code]
    return Called(Result.ANSWERED, told, at, callback_at, NEW_YORK, "mia", inbound=inbound)


@pytest.fixture
def fresh(book: Rulebook) -> Plan:
    return start(ANN, book, NOW)


def test_a_missed_call_is_returned_at_once_by_anybody_and_uses_up_no_step(
    fresh: Plan, book: Rulebook
) -> None:
    plan = after(fresh, book, NOW + MINUTE, CalledUs(NOW + 50_000))
    assert plan.call is not None
    assert (plan.call.kind, plan.call.lane, plan.call.owner) == (CallKind.CALLBACK, Lane.RETURNED, "")
    assert (plan.call.due_at, plan.called_us_at, plan.calls_done) == (NOW + MINUTE, NOW + 50_000, 0)
    assert plan.mail == fresh.mail


def test_at_night_it_waits_for_the_window(fresh: Plan, book: Rulebook) -> None:
    night = NOW + 13 * HOUR
    plan = after(fresh, book, night, CalledUs(night))
    assert plan.call is not None
    assert plan.call.due_at == NOW + 22 * HOUR  # Wednesday, 8:00 in New York
    assert decide(GateFacts(NEW_YORK, ANN, callback=True), book.gate, plan.call.due_at).allowed


def test_the_gate_takes_it_for_an_agreed_call_and_refuses_listed_numbers_all_the_same(book: Rulebook) -> None:
    tried = (NOW - MINUTE,)
    told = GateFacts(NEW_YORK, ANN, attempts_at=tried, lead_attempts_at=tried, calls_done=6, callback=True)
    assert decide(told, book.gate, NOW).allowed
    listed = GateFacts(NEW_YORK, ANN, callback=True, suppressed="asked")
    assert not decide(listed, book.gate, NOW).allowed


def test_calling_twice_keeps_their_place_and_tells_the_newer_call(fresh: Plan, book: Rulebook) -> None:
    once = after(fresh, book, NOW + MINUTE, CalledUs(NOW + MINUTE))
    twice = after(once, book, NOW + HOUR, CalledUs(NOW + HOUR))
    assert twice.call == once.call
    assert twice.called_us_at == NOW + HOUR


def test_reaching_nobody_it_is_tried_twice_more_and_then_the_cadence_goes_on_where_it_was(
    fresh: Plan, book: Rulebook
) -> None:
    plan = after(fresh, book, NOW, CalledUs(NOW))
    lanes = []
    for _ in range(3):
        assert plan.call is not None
        lanes.append(plan.call.lane)
        plan = after(plan, book, plan.call.due_at, Called(Result.NO_ANSWER, None, plan.call.due_at))
    assert lanes == [Lane.RETURNED] * 3
    assert plan.call is not None
    assert (plan.call.kind, plan.call.step, plan.calls_done, plan.called_us_at) == (CallKind.STEP, 1, 0, 0)


def test_a_try_that_would_come_after_the_agreed_time_gives_way_to_it(fresh: Plan, book: Rulebook) -> None:
    agreed = NOW + HOUR
    promised = after(fresh, book, NOW, said(book, "callback", NOW, agreed))
    plan = after(promised, book, agreed - 10 * MINUTE, CalledUs(agreed - 10 * MINUTE))
    assert plan.promise == promised.call
    at = agreed - 5 * MINUTE
    plan = after(plan, book, at, Called(Result.BUSY, None, at))
    assert plan.call == promised.call


def test_a_returned_call_after_the_agreed_time_served_for_it(fresh: Plan, book: Rulebook) -> None:
    agreed = NOW + HOUR
    plan = after(fresh, book, NOW, said(book, "callback", NOW, agreed))
    plan = after(plan, book, agreed + MINUTE, CalledUs(agreed + MINUTE))
    plan = after(plan, book, agreed + 2 * MINUTE, Called(Result.NO_ANSWER, None, agreed + 2 * MINUTE))
    assert plan.call is not None
    assert (plan.call.lane, plan.call.owner, plan.call.tries) == (Lane.CALLBACK, "mia", 1)
    assert plan.call.due_at == agreed + 22 * MINUTE


def test_speaking_with_them_returns_the_call_and_settles_what_was_agreed(fresh: Plan, book: Rulebook) -> None:
    plan = after(fresh, book, NOW, said(book, "callback", NOW, NOW + DAY))
    plan = after(plan, book, NOW + HOUR, CalledUs(NOW + HOUR))
    spoken = after(plan, book, NOW + 2 * HOUR, said(book, "interested", NOW + 2 * HOUR))
    assert (spoken.called_us_at, spoken.promise) == (0, None)
    assert spoken.call is not None
    assert spoken.call.lane is Lane.LONG


def test_a_new_owner_gets_the_agreed_time_behind_a_returned_call_too(fresh: Plan, book: Rulebook) -> None:
    plan = after(fresh, book, NOW, said(book, "callback", NOW, NOW + DAY))
    plan = after(plan, book, NOW + HOUR, CalledUs(NOW + HOUR))
    plan = after(plan, book, NOW + HOUR, Reassigned("ben"))
    assert plan.promise is not None
    assert (plan.promise.owner, plan.call.owner if plan.call else "?") == ("ben", "")


def test_an_answered_mail_changes_nothing_of_a_call_to_be_returned(fresh: Plan, book: Rulebook) -> None:
    plan = after(fresh, book, NOW, CalledUs(NOW))
    assert after(plan, book, NOW + MINUTE, Replied(NOW + MINUTE)).call == plan.call


@pytest.mark.parametrize("later", [30 * MINUTE, 2 * HOUR], ids=["the same inquiry", "a new one"])
def test_who_fills_in_a_form_meanwhile_is_still_owed_the_call(
    fresh: Plan, book: Rulebook, later: int
) -> None:
    plan = after(fresh, book, NOW + MINUTE, CalledUs(NOW + MINUTE))
    again = after(plan, book, NOW + later, Inquired(NOW + later))
    assert again.call == plan.call
    assert again.called_us_at == plan.called_us_at
    assert again.anchor_at == (NOW if later < HOUR else NOW + later), (
        "its cadence begins anew behind that call"
    )
    assert again.mail is not None


def test_a_form_brings_a_try_forward_that_waits_after_a_busy_one(fresh: Plan, book: Rulebook) -> None:
    plan = after(fresh, book, NOW, CalledUs(NOW))
    at = NOW + 2 * HOUR
    busy = after(plan, book, at, Called(Result.BUSY, None, at))
    assert busy.call is not None
    assert (busy.call.lane, busy.call.due_at > at + MINUTE) == (Lane.RETURNED, True)
    again = after(busy, book, at + MINUTE, Inquired(at + MINUTE))
    unowed = after(replace(busy, call=fresh.call, called_us_at=0), book, at + MINUTE, Inquired(at + MINUTE))
    assert again.call is not None
    assert unowed.call is not None
    assert again.call.due_at == min(busy.call.due_at, unowed.call.due_at)
    assert (again.call.lane, again.call.tries) == (Lane.RETURNED, 0)


def test_who_asks_again_and_cannot_be_called_any_more_is_owed_no_call(fresh: Plan, book: Rulebook) -> None:
    plan = after(fresh, book, NOW, CalledUs(NOW))
    numberless = replace(ANN, phones=tuple(replace(phone, bad=True) for phone in ANN.phones))
    again = advance(numberless, plan, Inquired(NOW + 2 * HOUR), book, NOW + 2 * HOUR)
    assert again.call is None or again.call.lane is not Lane.RETURNED
    assert again.called_us_at == 0


@pytest.mark.parametrize("end", ["won", "not_interested"])
def test_a_lead_that_had_ended_asks_again_by_calling(fresh: Plan, book: Rulebook, end: str) -> None:
    ended = after(fresh, book, NOW, said(book, end, NOW))
    later = NOW + 200 * DAY + HOUR
    plan = after(ended, book, later, CalledUs(later))
    assert plan.status is LeadStatus.OPEN
    assert (plan.cadence, plan.anchor_at, plan.calls_done) == ("re-inquiry", later, 0)
    assert plan.call is not None
    assert plan.call.lane is Lane.RETURNED


@pytest.mark.parametrize("happened", [CalledUs(NOW + DAY), Inquired(NOW + DAY)])
def test_after_an_opt_out_a_person_decides(fresh: Plan, book: Rulebook, happened: object) -> None:
    plan = after(after(fresh, book, NOW, Suppressed(at=NOW)), book, NOW + DAY, happened)
    assert plan.call is not None
    assert plan.call.kind is CallKind.REVIEW
    again = after(plan, book, NOW + DAY, CalledUs(NOW + DAY))
    assert again.call is not None
    assert again.call.kind is CallKind.REVIEW, "a second call of theirs makes nobody dial"


def test_where_no_number_may_be_called_a_person_is_told_that_they_called(book: Rulebook) -> None:
    whole = lead(BERLIN)
    bad = replace(whole, phones=(replace(whole.phones[0], bad=True),))
    plan = advance(bad, start(bad, book, NOW), CalledUs(NOW), book, NOW)
    assert plan.call is not None
    assert (plan.call.kind, plan.call.due_at) == (CallKind.REVIEW, NOW)
    assert plan.reason == "called us, nobody answered: no working number: find one"


@pytest.mark.parametrize(("code", "used"), [("interested", 3), ("callback", 0), ("gatekeeper", 0)])
def test_a_conversation_they_began_uses_up_no_dial_but_those_of_the_same_day(
    fresh: Plan, book: Rulebook, code: str, used: int
) -> None:
    plan = after(fresh, book, NOW, said(book, code, NOW, NOW + DAY, inbound=True))
    assert plan.calls_done == used


def test_what_was_no_conversation_leaves_the_next_call_where_it_was(fresh: Plan, book: Rulebook) -> None:
    heard = after(fresh, book, NOW + MINUTE, said(book, "voicemail", NOW + MINUTE, inbound=True))
    assert (heard.call, heard.last_call_at) == (fresh.call, 0)


@pytest.mark.parametrize("code", ["gatekeeper", "language_barrier", ""])
def test_whoever_was_just_spoken_with_is_not_due_at_that_moment(
    fresh: Plan, book: Rulebook, code: str
) -> None:
    assert fresh.call is not None
    assert fresh.call.due_at == NOW
    told = book.dispositions.by_code.get(code)  # None: the rep's session died before they could say
    plan = after(fresh, book, NOW, Called(Result.ANSWERED, told, NOW, inbound=True))
    assert plan.call is not None
    assert (plan.call.kind, plan.call.step, plan.calls_done) == (CallKind.STEP, 1, 0), "no dial is used up"
    assert plan.call.due_at == NOW + 30 * MINUTE
    assert plan.call.lane is Lane.SOON
    assert plan.last_call_at == NOW


def test_a_call_that_is_far_enough_from_a_word_of_theirs_stays_where_it_was(
    fresh: Plan, book: Rulebook
) -> None:
    plan = after(fresh, book, NOW, said(book, "interested", NOW))
    heard = after(plan, book, NOW + MINUTE, said(book, "gatekeeper", NOW + MINUTE, inbound=True))
    assert heard.call == plan.call


@pytest.mark.parametrize(("agreed", "due"), [(10 * MINUTE, 10 * MINUTE), (MINUTE, 32 * MINUTE)])
def test_an_agreed_time_stands_beside_a_word_of_theirs_unless_it_has_come(
    fresh: Plan, book: Rulebook, agreed: int, due: int
) -> None:
    plan = after(fresh, book, NOW, said(book, "callback", NOW, NOW + agreed))
    at = NOW + 2 * MINUTE
    heard = after(plan, book, at, Called(Result.ANSWERED, None, at, inbound=True))
    assert heard.call is not None
    assert (heard.call.lane, heard.call.owner, heard.call.due_at) == (Lane.CALLBACK, "mia", NOW + due)


def test_a_wrong_number_that_called_us_gives_way_at_the_planned_time(book: Rulebook) -> None:
    both = lead(NEW_YORK, MIAMI)
    plan = start(both, book, NOW)
    plan = advance(both, plan, Called(Result.NO_ANSWER, None, NOW), book, NOW)
    then = advance(both, plan, said(book, "bad_number", NOW + MINUTE, inbound=True), book, NOW + MINUTE)
    assert then.call == plan.call


def test_a_call_of_theirs_that_broke_off_is_called_back_unless_a_time_is_agreed(
    fresh: Plan, book: Rulebook
) -> None:
    cut = Called(Result.INTERRUPTED, None, NOW, e164=NEW_YORK, rep="mia", inbound=True)
    plan = after(fresh, book, NOW, cut)
    assert plan.call is not None
    assert (plan.call.lane, plan.call.due_at) == (Lane.SOON, NOW)
    assert "broke off" in plan.reason
    promised = after(fresh, book, NOW, said(book, "callback", NOW, NOW + DAY))
    assert after(promised, book, NOW + 1, cut).call == promised.call


def test_who_calls_again_before_the_rep_has_said_what_the_last_call_was_is_still_called_first(
    fresh: Plan, book: Rulebook
) -> None:
    ended, again = NOW + MINUTE, NOW + 2 * MINUTE
    plan = after(fresh, book, again, CalledUs(again))
    spoken = after(plan, book, again + 1, said(book, "interested", ended))
    agreed = after(plan, book, again + 1, said(book, "callback", ended, NOW + DAY))
    won = after(plan, book, again + 1, said(book, "won", ended))
    for one in (spoken, agreed):
        assert one.call is not None
        assert (one.call.lane, one.called_us_at) == (Lane.RETURNED, again)
    assert agreed.promise is not None
    assert agreed.promise.due_at == NOW + DAY
    assert won.status is LeadStatus.WON
