"""Which of the firm's numbers a called person is shown: the nearest one, always one the firm owns.

A number of one's own area is answered more often than a far one; showing one
that the firm does not own, to look near, is spoofing (47 U.S.C. 227(e)). So
there is no way here to make one up: the choice is among what is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from cadence import numbers
from cadence.campaigns import Campaigns


@dataclass(frozen=True, slots=True)
class CallerId:
    """A number the firm owns."""

    number: str  # E.164
    name: str = ""  # what the firm calls it
    areas: tuple[str, ...] = ()  # it also stands for: "415", "+4930", "US-CA" (ISO 3166-2), "US"
    contract_ref: str = ""  # where the right to show it is written down


class Nearness(IntEnum):
    """How near a number is to a called one; higher is nearer."""

    ELSEWHERE = 0
    COUNTRY = 1
    STATE = 2
    AREA = 3


def by_campaign(owned: Sequence[CallerId], campaigns: Campaigns) -> dict[str, tuple[CallerId, ...]]:
    """For each campaign that chooses among the firm's numbers, those of `owned` that it chose."""
    return {
        name: tuple(own for own in owned if own.number in one.caller_ids)
        for name, one in campaigns.by_name.items()
        if one.caller_ids
    }


def nearest(called: str, owned: Sequence[CallerId]) -> CallerId | None:
    """The one of `owned` to show at `called`: of its area code, else state, else country, else the first.

    Among equals the first stands, so a lead always sees the same number.
    `called` may be as typed; it is read in the country of the first number.
    None where the firm owns none.
    """
    if len(owned) < 2:
        return owned[0] if owned else None
    number = numbers.e164(called, numbers.country(owned[0].number) or "US") or ""
    return max(owned, key=lambda one: nearness(number, one))


def nearness(number: str, own: CallerId) -> Nearness:
    """How near `own`, or an area it stands for, is to `number` (E.164; anything else is elsewhere)."""
    if not number.startswith("+"):
        return Nearness.ELSEWHERE
    areas = {_area_code(own.number), *(_prefix(area) for area in own.areas)} - {""}
    if any(number.startswith(area) for area in areas):
        return Nearness.AREA
    if _state(number) and _state(number) in {_state(own.number), *own.areas}:
        return Nearness.STATE
    if numbers.country(number) in {numbers.country(own.number), *own.areas} - {""}:
        return Nearness.COUNTRY
    return Nearness.ELSEWHERE


def _area_code(number: str) -> str:
    """The prefix of a North American number's area; elsewhere area codes have no one length."""
    return number[:5] if numbers.area(number) else ""


def _prefix(area: str) -> str:
    """A written area as a prefix of E.164; empty for a state or a country."""
    if area.startswith("+"):
        return area
    return f"+1{area}" if area.isdigit() else ""


def _state(number: str) -> str:
    place = numbers.area(number)
    return "-".join(place) if place else ""
