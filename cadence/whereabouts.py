"""Where a lead is: by the number that would be dialed, and by the address. Both must allow a call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cadence import numbers
from cadence.calendar import zone_info
from cadence.model import Lead
from cadence.rules import Place, Rules
from cadence.windows import Window


@dataclass(frozen=True, slots=True)
class Spot:
    """A place the lead may be at, with its zones; without one we cannot tell the hour there."""

    place: Place
    windows: tuple[Window, ...]

    @property
    def zones(self) -> str:
        """The zones' names, for a person."""
        return ", ".join(window.zone.key for window in self.windows) or "unknown"


def by_number(number: str, rules: Rules) -> Spot:
    """Where `number` was issued."""
    nation, region = numbers.area(number) or (numbers.country(number), "")
    return _spot(rules, nation, region, numbers.zones(number))


def by_address(lead: Lead, rules: Rules, number: str = "") -> Spot | None:
    """Where the address is, as far as the source stated it; None if it stated neither place nor zone.

    A state or a zone without a country is taken to lie in the country of `number`.
    """
    if not (lead.country or lead.region or lead.zone):
        return None
    nation = lead.country or numbers.country(number)
    if lead.zone and zone_info(lead.zone):
        return _spot(rules, nation, lead.region, (lead.zone,))
    place = rules.place(nation, lead.region)
    if place.zones or (lead.region and not place.region):
        return _spot(rules, nation, lead.region, place.zones)
    return _spot(rules, nation, lead.region, numbers.country_zones(nation))


@lru_cache(65536)
def _spot(rules: Rules, nation: str, region: str, zones: tuple[str, ...]) -> Spot:
    place = rules.place(nation, region)
    known = (zone_info(zone) for zone in zones)
    return Spot(place, tuple(Window(place, zone) for zone in known if zone is not None))
