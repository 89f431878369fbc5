"""When a step falls due: the schedule on the lead's own calendar, kept apart from the attempt before."""

from __future__ import annotations

from datetime import timedelta

from cadence.calendar import Calendar, local, wall
from cadence.schedule import Cadence, CallStep, MailStep, Moment, Part, Unit
from config.clock import DAY

_MAIL_HOUR = 9 * 60  # when a mail of a day without a part is sent, in minutes
_MONTH_DAYS = 365 / 12


def call_due(
    cadence: Cadence, step: CallStep, inquiry: int, first_callable: int, last_call: int, days: Calendar
) -> int:
    """When a call step is due (ms UTC), before the calling windows are looked at.

    `first_callable` is when the lead could first be called: minutes count from
    there, so that a night's lead gets its three calls in the morning and not
    all at once. `last_call` (0: none) keeps a late step at the cadence's gap,
    and a step of another day off the day of the call before it.
    """
    if step.when.unit is Unit.SPAN:
        due = first_callable + step.when.count
        return max(due, last_call + cadence.gap_ms) if last_call else due
    due = _on_day(step.when, step.part, cadence.arrival_day, inquiry, days, 0)
    if not last_call:
        return due
    return max(due, last_call + cadence.gap_ms, _next_day(last_call, step.part, days, 0))


def mail_due(cadence: Cadence, step: MailStep, inquiry: int, last_mail: int, days: Calendar) -> int:
    """When a mail step is due (ms UTC); `last_mail` (0: none) keeps late mails on days of their own."""
    if step.when.unit is Unit.SPAN:
        return inquiry + step.when.count
    due = _on_day(step.when, step.part, cadence.arrival_day, inquiry, days, _MAIL_HOUR)
    return max(due, _next_day(last_mail, step.part, days, _MAIL_HOUR)) if last_mail else due


def _on_day(
    when: Moment, part: Part | None, arrival_day: int, inquiry: int, days: Calendar, minute: int
) -> int:
    arrival = days.day(inquiry)
    if when.unit is Unit.BUSINESS_DAY:
        day = days.business_day(arrival, when.count - arrival_day)
    elif when.unit is Unit.MONTH:
        day = arrival + timedelta(days=round(when.count * _MONTH_DAYS))
    else:
        day = arrival + timedelta(days=when.count - arrival_day)
    return max(wall(day, part.start if part else minute, days.zone), inquiry)


def _next_day(at: int, part: Part | None, days: Calendar, minute: int) -> int:
    """The part (or minute) of the local day after `at`."""
    return wall(local(at, days.zone).date() + timedelta(days=1), part.start if part else minute, days.zone)


def again(every_ms: int, done_at: int) -> int:
    """When a repeating last step comes again."""
    return done_at + max(every_ms, DAY)
