"""What an attempt does to the plan: every result and every disposition has its answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.leads import NEW_YORK, SAN_FRANCISCO, lead
from support.story import NOW, Story

from cadence.happenings import (
    Called,
    DetailsChanged,
    Inquired,
    MailSent,
    Replied,
    Scope,
    Suppressed,
)
from cadence.model import CallKind, Lane, LeadStatus, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, from_iso, iso


def test_busy_is_tried_again_twice_and_then_counts(story: Story) -> None:
    first = story.called(Result.BUSY)
    assert first.call is not None
    assert (first.call.kind, first.call.step, first.call.tries) == (CallKind.RETRY, 1, 1)
    assert first.call.due_at == story.now + 20 * MINUTE
    assert first.calls_done == 0
    story.called(Result.BUSY)
    third = story.called(Result.BUSY)
    assert third.calls_done == 1
    assert third.call is not None
    assert (third.call.kind, third.call.step, third.call.tries) == (CallKind.STEP, 2, 0)


@pytest.mark.parametrize("result", [Result.FAILED, Result.INTERRUPTED, Result.BLOCKED])
def test_a_failure_of_ours_uses_up_no_step_until_its_tries_are_spent(result: Result, story: Story) -> None:
    waits = []
    for _ in range(3):
        plan = story.called(result)
        assert plan.call is not None
        assert plan.calls_done == 0
        waits.append(plan.call.due_at - story.now)
    assert waits == [15 * MINUTE, 30 * MINUTE, 60 * MINUTE]
    assert story.called(result).calls_done == 1


@pytest.mark.parametrize("result", [Result.NO_ANSWER, Result.DECLINED])
def test_nobody_reached_uses_up_the_step(result: Result, story: Story) -> None:
    assert story.called(result).calls_done == 1


def test_a_voicemail_uses_up_the_step_and_is_counted(story: Story) -> None:
    plan = story.called(Result.ANSWERED, "voicemail")
    assert (plan.calls_done, plan.voicemails) == (1, 1)


@pytest.mark.parametrize("code", ["gatekeeper", "language_barrier"])
def test_somebody_else_answered_and_the_cadence_goes_on(code: str, story: Story) -> None:
    plan = story.called(Result.ANSWERED, code)
    assert plan.calls_done == 1
    assert plan.call is not None


def test_after_a_conversation_the_follow_up_is_not_within_the_hour(story: Story) -> None:
    plan = story.called(Result.ANSWERED, "interested")
    assert plan.status is LeadStatus.OPEN
    assert plan.call is not None
    assert plan.call.step == 4
    assert plan.call.due_at - story.now >= 20 * HOUR


def test_an_agreed_callback_is_the_reps_own_and_uses_up_no_step(story: Story) -> None:
    agreed = NOW + 3 * HOUR
    plan = story.called(Result.ANSWERED, "callback", agreed)
    assert plan.call is not None
    assert (plan.call.kind, plan.call.lane, plan.call.due_at) == (CallKind.CALLBACK, Lane.CALLBACK, agreed)
    assert plan.call.owner == "mia"
    assert plan.calls_done == 1
    for _ in range(2):
        missed = story.called()
        assert missed.call is not None
        assert missed.call.kind is CallKind.CALLBACK
    on = story.called()
    assert on.calls_done == 1
    assert on.call is not None
    assert (on.call.kind, on.call.step) == (CallKind.STEP, 2)


def test_a_callback_agreed_for_the_night_is_kept_in_the_morning(story: Story) -> None:
    plan = story.called(Result.ANSWERED, "callback", from_iso("2026-11-25T04:30:00Z"))
    assert plan.call is not None
    assert iso(plan.call.due_at) == "2026-11-25T13:00:00.000Z"


def test_a_callback_without_a_time_is_a_follow_up(story: Story) -> None:
    plan = story.called(Result.ANSWERED, "callback", None)
    assert plan.call is not None
    assert plan.call.kind is CallKind.STEP


@pytest.mark.parametrize(
    ("code", "status"),
    [("not_interested", LeadStatus.REFUSED), ("won", LeadStatus.WON), ("do_not_call", LeadStatus.OPTED_OUT)],
)
def test_an_end_is_final_until_a_new_inquiry(code: str, status: LeadStatus, story: Story) -> None:
    ended = story.called(Result.ANSWERED, code)
    assert (ended.status, ended.call, ended.mail) == (status, None, None)
    for happened in (
        MailSent(2, NOW),
        Replied(NOW),
        DetailsChanged(NOW),
        Called(Result.NO_ANSWER, None, NOW),
    ):
        assert story.then(happened, DAY) == ended
    again = story.then(Inquired(story.now))
    assert again.status is LeadStatus.OPEN


def test_a_won_lead_may_still_ask_not_to_be_called(story: Story) -> None:
    story.called(Result.ANSWERED, "won")
    assert story.then(Suppressed(Scope.ALL, story.now)).status is LeadStatus.OPTED_OUT
    assert story.then(Called(Result.ANSWERED, story.book.dispositions.by_code["won"], story.now)).status is (
        LeadStatus.OPTED_OUT
    )


def test_who_asks_again_after_opting_out_comes_before_a_person_and_is_neither_called_nor_written_to(
    story: Story,
) -> None:
    story.called(Result.ANSWERED, "do_not_call")
    plan = story.then(Inquired(story.now + DAY), DAY)
    assert plan.call is not None
    assert plan.call.kind is CallKind.REVIEW
    assert plan.mail is None
    assert "person decides" in plan.reason


def test_a_bad_number_gives_way_to_the_next_then_to_mail(book: Rulebook) -> None:
    story = Story(book, lead(NEW_YORK, SAN_FRANCISCO), now=NOW + 6 * HOUR)
    plan = story.called(Result.INVALID)
    assert plan.call is not None
    assert (plan.call.kind, plan.calls_done) == (CallKind.RETRY, 0)
    story.lead = replace(story.lead, phones=(replace(story.lead.phones[0], bad=True), story.lead.phones[1]))
    plan = story.called(Result.ANSWERED, "bad_number")
    assert plan.call is None
    assert plan.mail is not None


def test_a_message_is_left_on_the_first_two_calls_and_never_a_third_time(story: Story) -> None:
    may = []
    for _ in range(4):
        may.append(story.book.may_leave_message(story.plan))
        story.called(Result.ANSWERED, "voicemail" if len(may) < 3 else "gatekeeper")
    assert may == [True, True, False, False]
    again = story.then(Inquired(story.now + DAY), DAY)
    assert again.voicemails == 2
    assert not story.book.may_leave_message(again)
