"""Times for a callback: offered ones, and typed ones, in the lead's own local time."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cadence.rulebook import Rulebook
from config.clock import HOUR
from config.errors import UsageError
from floor.lead_time import day_text, lead_zone, local
from floor.view import Choice
from store.facts import next_allowed
from store.records import Claim

_MORNING, _AFTERNOON = time(9, 30), time(14, 0)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?$")
_LATER = re.compile(r"(?:in\s+|\+)?(\d{1,3})\s*(m|min|minutes?|h|hours?|d|days?)$")
_HELP = "type a time such as 15:30, tomorrow 9:30, fri 14:00, 27 nov 9:00 or 2h"


def choices(claim: Claim, book: Rulebook, now: int) -> tuple[Choice, ...]:
    """Up to five moments in the lead's calling window, keyed 1 to 5, nearest first."""
    zone = lead_zone(claim.lead, claim.phone)
    here = local(now, zone)
    tomorrow = here.date() + timedelta(days=1)
    monday = here.date() + timedelta(days=7 - here.weekday())
    wanted = [
        now + HOUR,
        now + 3 * HOUR,
        _ms(datetime.combine(tomorrow, _MORNING, zone)),
        _ms(datetime.combine(tomorrow, _AFTERNOON, zone)),
        _ms(datetime.combine(monday, _MORNING, zone)),
    ]
    moments: list[int] = []
    for at in wanted:
        allowed = next_allowed(claim.lead, claim.phone, book, at)
        if allowed is not None and allowed not in moments:
            moments.append(allowed)
    moments.sort()
    return tuple(
        Choice(str(number), _label(at, now, zone), str(at)) for number, at in enumerate(moments, start=1)
    )


def _label(at: int, now: int, zone: ZoneInfo) -> str:
    moment, here = local(at, zone), local(now, zone)
    return f"{day_text(moment, here):<10} {moment:%H:%M} {moment.tzname()}"


def parse(text: str, claim: Claim | None, now: int) -> int:
    """The moment that `text` means in the lead's local time, as ms UTC.

    Raises:
        UsageError: it is not a time, or lies in the past.
    """
    if claim is None:
        raise UsageError("A callback needs a lead on the card.")
    zone = lead_zone(claim.lead, claim.phone)
    words = " ".join(text.lower().replace(",", " ").split())
    at = _later(words, now) or _dated(words, local(now, zone), zone)
    if at is None:
        raise UsageError(f"{text.strip() or 'Nothing'} is not a time: {_HELP}.")
    if at <= now:
        raise UsageError(f"{local(at, zone):%a %d %b %H:%M} is in the past where the lead lives: {_HELP}.")
    return at


def _later(words: str, now: int) -> int | None:
    """`2h`, `in 90 min`, `+3 days`."""
    found = _LATER.fullmatch(words)
    if found is None:
        return None
    unit = {"m": HOUR // 60, "h": HOUR, "d": 24 * HOUR}[found[2][0]]
    return now + int(found[1]) * unit


def _dated(words: str, here: datetime, zone: ZoneInfo) -> int | None:
    """A day, where one is named, and a time of day."""
    found = _CLOCK.search(words)
    if found is None:
        return None
    hour, minute = int(found[1]) % 12 if found[3] else int(found[1]), int(found[2] or 0)
    hour += 12 if found[3] == "pm" else 0
    day = _day(words[: found.start()].strip(), here)
    if day is None or hour > 23 or minute > 59:
        return None
    return _ms(datetime.combine(day.date(), time(hour, minute), zone))


def _day(words: str, here: datetime) -> datetime | None:
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if words in ("", "today"):
        return midnight
    if words == "tomorrow":
        return midnight + timedelta(days=1)
    if words[:3] in _DAYS and words.isalpha():
        ahead = (_DAYS.index(words[:3]) - here.weekday()) % 7
        return midnight + timedelta(days=ahead or 7)
    try:
        return datetime.strptime(words, "%Y-%m-%d").replace(tzinfo=here.tzinfo)
    except ValueError:
        return _day_of_month(words, midnight)


def _day_of_month(words: str, midnight: datetime) -> datetime | None:
    """`27 nov`, `nov 27`: this year's, or the next year's once it has passed."""
    number = next((word for word in words.split() if word.isdigit()), "")
    month = next((word[:3] for word in words.split() if word[:3] in _MONTHS), "")
    if not number or not month or len(words.split()) != 2:
        return None
    try:
        day = midnight.replace(month=_MONTHS.index(month) + 1, day=int(number))
        return day if day >= midnight else day.replace(year=day.year + 1)
    except ValueError:
        return None


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
