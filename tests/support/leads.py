"""People to try the rules on."""

from __future__ import annotations

from cadence.model import Lead, Phone
from config.clock import from_iso

NEW_YORK, MIAMI, MONTGOMERY, DALLAS = "+12125550123", "+13055550123", "+13345550123", "+12145550123"
SAN_FRANCISCO, LONDON, BERLIN, TORONTO = "+14155550123", "+442079460018", "+4930123456", "+14165550123"
TOLL_FREE, HONOLULU, PERTH = "+18005550123", "+18085550123", "+61892001234"
TUESDAY_10AM_NY = from_iso("2026-11-24T15:00:00Z")


def lead(*numbers: str, email: str = "ann@example.com", at: int = TUESDAY_10AM_NY, **fields: object) -> Lead:
    """Ann Lee with these numbers (one in New York if none are given), arrived `at`."""
    dialed = numbers or (NEW_YORK,)
    phones = tuple(Phone(place + 1, number, position=place) for place, number in enumerate(dialed))
    return Lead(1, "Ann Lee", email=email, arrived_at=at, source="web form", phones=phones, **fields)  # type: ignore[arg-type]
