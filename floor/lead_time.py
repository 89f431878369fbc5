"""What time it is where a lead lives."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cadence import numbers
from cadence.calendar import local as local
from cadence.calendar import zone_info
from cadence.model import Lead, Phone

_UTC = ZoneInfo("UTC")


def known_zone(lead: Lead, phone: Phone) -> ZoneInfo | None:
    """The zone the source stated, else the first that belongs to the number; None if neither is known."""
    stated = zone_info(lead.zone) if lead.zone else None
    if stated is not None:
        return stated
    return next((zone for name in numbers.zones(phone.e164) if (zone := zone_info(name)) is not None), None)


def lead_zone(lead: Lead, phone: Phone) -> ZoneInfo:
    """As `known_zone`, or UTC: times shown with it carry its name, so nobody is misled."""
    return known_zone(lead, phone) or _UTC


def day_text(moment: datetime, here: datetime) -> str:
    """`today`, `tomorrow` or `Fri 27 Nov`, as seen from `here`; both in one zone."""
    days = (moment.date() - here.date()).days
    return {0: "today", 1: "tomorrow"}.get(days) or f"{moment:%a} {moment.day} {moment:%b}"


def clock_text(moment: datetime) -> str:
    """`10:42 PST`."""
    return f"{moment:%H:%M} {moment.tzname()}"


def stamp(at: int, zone: ZoneInfo, now: int) -> str:
    """`Fri 21 Nov 16:25` in `zone`; with the year where that is not the one of `now` (all ms UTC)."""
    moment = local(at, zone)
    year = "" if moment.year == local(now, zone).year else " %Y"
    return moment.strftime(f"%a %d %b{year} %H:%M")
