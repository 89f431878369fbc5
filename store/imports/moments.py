"""When an inquiry arrived, from the many ways a file writes it.

The rule: ISO 8601 always; `2026/11/21` is year first; with dots the day is
first; with slashes or dashes the order is that of the file's region (month
first in the US, day first elsewhere) and is never guessed from the value,
because a file that is right for eleven days of a month is wrong for the rest.
Digits alone are Unix seconds or milliseconds. A time without an offset is the
firm's local time.
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

MONTH_FIRST_REGIONS = frozenset({"US", "PR", "GU", "PH"})
EARLIEST = 631_152_000_000  # 1990-01-01: earlier than any web form

_NUMERIC = re.compile(
    r"(?P<a>\d{1,2})(?P<mark>[/.\-])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<half>[AaPp])?\.?(?:[Mm]\.?)?)?",
    re.ASCII,
).fullmatch
_YEAR_FIRST = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(.*)", re.ASCII).fullmatch
_UNIX = re.compile(r"\d{10}(\d{3})?", re.ASCII).fullmatch
_UTC_WORD = re.compile(r"\s*(UTC|GMT|Z)$", re.IGNORECASE)


def moment(text: str, zone: ZoneInfo, *, month_first: bool) -> int | None:
    """`text` as ms UTC; None when it is no date this rule can read."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _other(text, zone, month_first)
    # 2026112114 is also a basic ISO form; ten digits are far more often seconds.
    return _unix(text) if _UNIX(text) else _ms(found, zone)


def _other(text: str, zone: ZoneInfo, month_first: bool) -> int | None:
    if _UNIX(text):
        return _unix(text)
    text, in_utc = _UTC_WORD.subn("", text)
    here = ZoneInfo("UTC") if in_utc else zone
    if year_first := _YEAR_FIRST(text):
        year, month, day, rest = year_first.groups()
        text = f"{year}-{int(month):02d}-{int(day):02d}{rest}"
    try:
        found = datetime.fromisoformat(text.replace(" -", "-").replace(" +", "+"))
    except ValueError:
        numeric = _numeric(text, month_first)
        return None if numeric is None else _ms(numeric, here)
    return _ms(found, here)


def _numeric(text: str, month_first: bool) -> datetime | None:
    match = _NUMERIC(text)
    if match is None:
        return None
    first, second, year = int(match["a"]), int(match["b"]), int(match["year"])
    month, day = (first, second) if month_first and match["mark"] != "." else (second, first)
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    try:
        return datetime(  # noqa: DTZ001 - the zone is put on by the caller
            year + 2000 if year < 100 else year,
            month,
            day,
            hour,
            int(match["minute"] or 0),
            int(match["second"] or 0),
        )
    except ValueError:
        return None


def _ms(found: datetime, zone: ZoneInfo) -> int | None:
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    try:
        return round(found.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


def _unix(text: str) -> int:
    return int(text) if len(text) == 13 else int(text) * 1000
