"""What else befalls a lead (mails, refusals, new inquiries, other hands): every happening has its answer."""

from __future__ import annotations

from dataclasses import replace

from support.leads import LONDON, NEW_YORK, SAN_FRANCISCO, TOLL_FREE, lead
from support.story import NOW, Story

from cadence.advance import start
from cadence.happenings import (
    Blocked,
    DetailsChanged,
    Inquired,
    MailFailed,
    PhoneMarkedBad,
    Postponed,
    Reassigned,
    Replied,
    Reviewed,
    Scope,
    Suppressed,
    Unsubscribed,
)
from cadence.model import CallKind, Lane, LeadStatus, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE


def test_no_working_number_and_no_address_comes_before_a_person(book: Rulebook) -> None:
    story = Story(book, lead(email=""))
    plan = story.called(Result.INVALID)
    assert plan.call is not None
    assert (plan.call.kind, plan.call.lane) == (CallKind.REVIEW, Lane.NURTURE)
    assert plan.reason == "no working number: find one"
    later = story.then(Reviewed(story.now))
    assert later.call is not None
    assert later.call.due_at == story.now + 90 * DAY
    story.lead = lead(SAN_FRANCISCO, email="")
    found = story.then(DetailsChanged(story.now), 4 * HOUR)
    assert found.call is not None
    assert found.call.kind is CallKind.STEP


def test_a_lead_with_no_way_to_reach_it_starts_before_a_person(book: Rulebook) -> None:
    plan = start(replace(lead(email=""), phones=()), book, NOW)
    assert plan.call is not None
    assert plan.call.kind is CallKind.REVIEW
    assert plan.call.due_at == NOW


def test_a_lead_without_a_number_gets_the_mails_alone(book: Rulebook) -> None:
    story = Story(book, replace(lead(), phones=()), "email-only")
    for _ in range(7):
        assert story.plan.call is None
        story.mailed()
    assert story.plan.cadence == "nurture"


def test_a_lead_without_an_address_gets_the_calls_alone(book: Rulebook) -> None:
    story = Story(book, lead(email=""), "calls-only")
    for _ in range(6):
        assert story.plan.mail is None
        story.called()
    assert story.plan.cadence == "nurture"


def test_a_number_whose_zone_is_unknown_leaves_the_mails_and_then_a_reason(book: Rulebook) -> None:
    assert start(lead(TOLL_FREE), book, NOW).call is None
    plan = start(lead(TOLL_FREE, email=""), book, NOW)
    assert plan.call is not None
    assert plan.call.kind is CallKind.REVIEW
    assert "zone" in plan.reason


def test_a_blocked_call_waits_for_its_time_and_one_that_never_may_gives_way(story: Story) -> None:
    moved = story.then(Blocked(NOW + HOUR, NEW_YORK))
    assert moved.call is not None
    assert (moved.call.due_at, moved.call.step, moved.calls_done) == (NOW + HOUR, 1, 0)
    gone = story.then(Blocked(None, NEW_YORK, permanent=True))
    assert gone.call is None
    assert gone.mail is not None


def test_an_answered_mail_brings_a_call_at_once_and_stops_the_letters(story: Story) -> None:
    story.called()
    story.mailed()
    plan = story.then(Replied(), 2 * HOUR)
    assert plan.mail is None
    assert plan.call is not None
    assert plan.call.due_at == story.now
    assert plan.calls_done == 1


def test_a_bounce_stops_the_mails_and_not_the_calls(story: Story) -> None:
    assert story.then(MailFailed(1, NOW, permanent=False)).mail is not None
    plan = story.then(MailFailed(1, NOW, permanent=True))
    assert (plan.mail, plan.status) == (None, LeadStatus.OPEN)
    assert plan.call is not None


def test_unsubscribing_stops_the_mails_and_ends_who_cannot_be_called(book: Rulebook, story: Story) -> None:
    plan = story.then(Unsubscribed())
    assert (plan.mail, plan.status) == (None, LeadStatus.OPEN)
    silent = Story(book, replace(lead(), phones=()))
    assert silent.then(Unsubscribed()).status is LeadStatus.OPTED_OUT


def test_suppression_of_calls_leaves_the_mails_and_of_everything_nothing(
    book: Rulebook, story: Story
) -> None:
    plan = story.then(Suppressed(Scope.CALLS))
    assert plan.call is None
    assert plan.mail is not None
    assert story.then(Suppressed(Scope.ALL)).status is LeadStatus.OPTED_OUT
    no_mail = Story(book, lead(email=""))
    assert no_mail.then(Suppressed(Scope.CALLS)).status is LeadStatus.OPTED_OUT


def test_asking_again_starts_afresh_and_a_double_click_does_not(story: Story) -> None:
    for _ in range(4):
        story.called()
    again = story.then(Inquired(story.now + DAY), DAY)
    assert (again.cadence, again.calls_done, again.anchor_at) == ("re-inquiry", 0, story.now)
    assert again.call is not None
    assert again.call.lane is Lane.FRESH
    story.called()
    twice = story.then(Inquired(story.now + MINUTE), MINUTE)
    assert (twice.calls_done, twice.anchor_at) == (1, again.anchor_at)


def test_a_number_marked_bad_without_a_call_gives_way_too(book: Rulebook) -> None:
    story = Story(book, lead(NEW_YORK, LONDON))
    plan = story.then(PhoneMarkedBad(NEW_YORK))
    assert plan.call is not None
    assert plan.call.step == 1
    assert story.then(PhoneMarkedBad(NEW_YORK)).call is not None


def test_a_skip_and_a_new_owner_move_only_the_call_they_mean(story: Story) -> None:
    until = NOW + 5 * HOUR
    skipped = story.then(Postponed(until))
    assert skipped.call is not None
    assert (skipped.call.due_at, skipped.calls_done) == (until, 0)
    assert story.then(Reassigned("ben")) == skipped
    story.called(Result.ANSWERED, "callback", story.now + DAY)
    taken = story.then(Reassigned("ben"))
    assert taken.call is not None
    assert taken.call.owner == "ben"


def test_a_reply_during_nurture_is_called_at_once_and_not_in_a_month(book: Rulebook) -> None:
    story = Story(book, lead(), "nurture")
    story.called()
    plan = story.then(Replied(), 2 * HOUR)
    assert plan.call is not None
    assert plan.call.due_at == story.now


def test_the_reason_of_a_refusal_reaches_the_person_who_looks(book: Rulebook) -> None:
    story = Story(book, lead(email=""))
    plan = story.then(
        Blocked(None, NEW_YORK, permanent=True, why="On the do-not-call list: asked by letter.")
    )
    assert plan.reason == "On the do-not-call list: asked by letter."
