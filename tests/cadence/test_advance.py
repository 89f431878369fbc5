"""What comes next: every outcome has its answer, told as examples."""

from dataclasses import replace
from itertools import pairwise

import pytest
from support.leads import LONDON, NEW_YORK, SAN_FRANCISCO, TOLL_FREE, TUESDAY_10AM_NY, lead

from cadence.advance import advance, start
from cadence.happenings import (
    Blocked,
    Called,
    DetailsChanged,
    Happening,
    Inquired,
    MailFailed,
    MailSent,
    PhoneMarkedBad,
    Postponed,
    Reassigned,
    Replied,
    Reviewed,
    Scope,
    Suppressed,
    Unsubscribed,
)
from cadence.model import CallKind, Lane, Lead, LeadStatus, Plan, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, from_iso, iso

NOW = TUESDAY_10AM_NY


class Story:
    """One lead, told from happening to happening."""

    def __init__(self, book: Rulebook, person: Lead, cadence: str = "inbound-six", now: int = NOW) -> None:
        self.book, self.lead, self.now = book, person, now
        self.plan = start(person, book, now, cadence)

    def then(self, happened: Happening, later: int = 0) -> Plan:
        self.now += later
        self.plan = advance(self.lead, self.plan, happened, self.book, self.now)
        return self.plan

    def called(
        self, result: Result = Result.NO_ANSWER, code: str = "", callback_at: int | None = None
    ) -> Plan:
        """The planned call is made when it is due."""
        assert self.plan.call is not None
        self.now = max(self.now, self.plan.call.due_at)
        said = self.book.dispositions.by_code[code] if code else self.book.dispositions.automatic(result)
        number = self.lead.working[0].e164 if self.lead.working else ""
        return self.then(Called(result, said, self.now, callback_at, number, rep="mia"))

    def mailed(self) -> Plan:
        assert self.plan.mail is not None
        self.now = max(self.now, self.plan.mail.due_at)
        return self.then(MailSent(self.plan.mail.step, self.now))


@pytest.fixture
def story(book: Rulebook) -> Story:
    return Story(book, lead())


def test_the_studys_schedule_to_the_minute_and_the_day(book: Rulebook) -> None:
    story = Story(book, lead())
    calls, mails = [], []
    while story.plan.cadence == "inbound-six":
        call, mail = story.plan.call, story.plan.mail
        if call is not None and (mail is None or call.due_at <= mail.due_at):
            calls.append(iso(call.due_at)[:16])
            story.called()
        else:
            assert mail is not None
            mails.append((iso(mail.due_at)[:16], mail.template))
            story.mailed()
    assert calls == [
        "2026-11-24T15:00",
        "2026-11-24T15:30",
        "2026-11-24T16:00",
        "2026-11-28T13:00",  # day 5, as soon as New York may be called
        "2026-12-07T13:00",  # day 14
        "2026-12-08T13:00",  # day 15
    ]
    assert mails == [
        ("2026-11-24T15:10", "first-reply"),
        ("2026-11-27T14:00", "checking-in"),  # day 4, nine in the morning there
        ("2026-12-01T14:00", "what-others-ask"),  # day 8
        ("2026-12-08T14:00", "still-interested"),  # day 15
        ("2026-12-15T14:00", "last-note"),  # day 22
    ]
    assert story.plan.call is not None
    assert story.plan.call.kind is CallKind.NURTURE
    assert story.plan.mail is not None
    assert story.plan.mail.template == "quarterly"


def test_a_lead_of_three_in_the_morning_gets_its_calls_when_it_may_be_called(book: Rulebook) -> None:
    night = from_iso("2026-11-24T08:00:00Z")
    story = Story(book, lead(at=night), now=night)
    times = []
    for _ in range(3):
        story.called()
        times.append(iso(story.now)[11:16])
    assert times == ["13:00", "13:30", "14:00"]


def test_a_new_lead_is_fresh_then_soon_then_long(story: Story) -> None:
    lanes = []
    for _ in range(4):
        assert story.plan.call is not None
        lanes.append(story.plan.call.lane)
        story.called()
    assert lanes == [Lane.FRESH, Lane.SOON, Lane.SOON, Lane.LONG]


def test_late_steps_never_bunch_up(story: Story) -> None:
    story.now += 6 * DAY  # nobody called for six days: calls 1 to 4 are overdue
    times = []
    for _ in range(4):
        story.called()
        times.append(story.now)
    assert times[1] - times[0] >= 30 * MINUTE
    assert times[2] - times[1] >= 30 * MINUTE
    assert iso(times[3])[:10] > iso(times[2])[:10]  # a step of another day keeps to another day


def test_late_mails_go_on_days_of_their_own(story: Story) -> None:
    story.now += 30 * DAY
    sent = []
    for _ in range(5):
        story.mailed()
        sent.append(iso(story.now)[:10])
    assert len(set(sent)) == 5


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


def test_nurture_never_ends(book: Rulebook) -> None:
    story = Story(book, lead(LONDON), now=NOW)
    times = []
    while len(times) < 12:
        call, mail = story.plan.call, story.plan.mail
        if call is not None and (mail is None or call.due_at <= mail.due_at):
            story.called()
            times.append(story.now)
        else:
            story.mailed()
    days = [round((at - NOW) / DAY) for at in times[6:]]
    assert days[:3] == [84, 182, 365]
    assert all(360 <= later - earlier <= 370 for earlier, later in pairwise(days[2:]))


def test_a_message_is_left_on_the_first_two_calls_and_never_a_third_time(story: Story) -> None:
    may = []
    for _ in range(4):
        may.append(story.book.may_leave_message(story.plan))
        story.called(Result.ANSWERED, "voicemail" if len(may) < 3 else "gatekeeper")
    assert may == [True, True, False, False]
    again = story.then(Inquired(story.now + DAY), DAY)
    assert again.voicemails == 2
    assert not story.book.may_leave_message(again)


@pytest.mark.parametrize("name", ["gone", "nurture"])
def test_a_plan_on_a_cadence_that_was_taken_away_or_shortened_still_goes_on(name: str, story: Story) -> None:
    story.plan = replace(story.plan, cadence=name, version=9, calls_done=6, mails_done=5)
    for happened in (
        MailSent(1, NOW),
        Called(Result.NO_ANSWER, None, NOW),
        DetailsChanged(),
        Inquired(NOW + DAY),
    ):
        assert story.then(happened, HOUR).next_at is not None


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
