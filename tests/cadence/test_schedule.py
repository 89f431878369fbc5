"""The schedule: each step at its minute or day, none bunched up, and no end at which a lead is lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from support.leads import LONDON, lead
from support.story import NOW, Story

from cadence.happenings import Called, DetailsChanged, Inquired, MailSent
from cadence.model import CallKind, Lane, Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, MINUTE, from_iso, iso


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
