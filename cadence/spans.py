"""Small words of time in TOML files: `90 s`, `20 min`, `2 h`, `5 days`; `08:00-21:00`."""

from __future__ import annotations

import re

from config.clock import DAY, HOUR, MINUTE, SECOND

_SPAN = re.compile(r"(\d{1,6})\s*(s|min|h|days?)").fullmatch
_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR, "day": DAY, "days": DAY}
_HOURS = re.compile(r"(\d{2}):(\d{2})\s*-\s*(\d{2}):(\d{2})").fullmatch

Hours = tuple[int, int]  # minutes of the local day, from (inside) to (outside)
CLOSED: Hours = (0, 0)


def span(text: str) -> int:
    """The milliseconds of `20 min`.

    Raises:
        ValueError: `text` is no such duration; the text says how one looks.
    """
    match = _SPAN(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no duration; write it like 90 s, 20 min, 2 h or 5 days")
    return int(match[1]) * _UNITS[match[2]]


def hours(text: str) -> Hours:
    """The minutes of `08:00-21:00`, or `CLOSED` for `closed`.

    Raises:
        ValueError: `text` is neither; the text says how they look.
    """
    if text.strip() == "closed":
        return CLOSED
    match = _HOURS(text.strip())
    if match:
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if start < end <= 24 * 60 and int(match[2]) < 60 and int(match[4]) < 60:
            return start, end
    raise ValueError(f'{text!r} are no hours; write them like "08:00-21:00" within one day, or "closed"')


def overlap(one: Hours, other: Hours) -> Hours:
    """The hours inside both."""
    start, end = max(one[0], other[0]), min(one[1], other[1])
    return (start, end) if start < end else CLOSED


def clock_hours(value: Hours) -> str:
    """`08:00-21:00`, for a person."""
    if value[0] >= value[1]:
        return "closed"
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in value)
