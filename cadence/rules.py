"""The gate's rules: dated, sourced TOML, one file a country, compiled to one `Place` per state.

`data/gate/*.toml` are ours; a file of the same name in the operator's own
`gate` folder replaces one, a new one adds a country.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from cadence.calendar import zone_info
from cadence.spans import Hours, hours, overlap, span
from config.clock import DAY
from config.errors import ConfigError
from config.toml import Document
from config.toml_lines import FieldPath

T = TypeVar("T")

WHOLE_DAY: Hours = (0, 24 * 60)
Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Days = Annotated[int, msgspec.Meta(ge=-1, le=36500)]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a state may say; a field left out is the country's."""

    hours: str = ""
    saturday: str = ""
    sunday: str = ""
    holiday: str = ""
    zones: tuple[str, ...] = ()
    cap_24h: Count | None = None
    house_cap_24h: Count | None = None
    max_calls: Count | None = None
    gap: str = ""
    inquiry_days: Days | None = None
    listed_inquiry_days: Days | None = None
    registry_days: Days | None = None
    consent: bool = False
    source: str = ""
    unconfirmed: bool = False


class _Country(_Row, frozen=True, forbid_unknown_fields=True, kw_only=True):
    version: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    country: Annotated[str, msgspec.Meta(pattern="^([A-Z]{2})?$")]
    hours: str
    gap: str = "15 min"
    states: dict[str, _Row] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """The rules where a number or an address is; a state's are never looser than its country's."""

    country: str  # empty: the world's default
    region: str
    week: tuple[Hours, ...]  # Monday to Sunday
    holiday: Hours | None  # narrows the hours of a public holiday; None: it is a day like any other
    zones: tuple[str, ...]
    cap_24h: int  # the law's, for every call; 0: no limit
    house_cap_24h: int  # ours, for calls they did not ask for; 0: no limit
    max_calls: int
    gap_ms: int
    inquiry_ms: int  # 0: no limit
    listed_inquiry_ms: int  # 0: no limit; below: never without consent
    registry_ms: int  # an imported registry older than this does not count; 0: no limit
    consent: bool
    source: str

    @property
    def name(self) -> str:
        """`US-FL`, `GB`, or `the world`."""
        return "-".join(filter(None, (self.country, self.region))) or "the world"


class Rules:
    """All places, and the version that every decision carries."""

    def __init__(self, places: Iterable[Place], version: str) -> None:
        """Take compiled places; see `load`."""
        self.version = version
        self._places = {(place.country, place.region): place for place in places}

    def place(self, country: str, region: str = "") -> Place:
        """The rules of that state, else of its country, else the world's, in that country."""
        places = self._places
        found = places.get((country, region)) or places.get((country, ""))
        if found is None:
            found = places[country, ""] = replace(places["", ""], country=country)
        return found


def load(paths: Iterable[Path]) -> Rules:
    """The rules of the given files; a later file replaces the country of an earlier one.

    Raises:
        ConfigError: a file is wrong, or none is for the whole world.
    """
    documents: dict[str, tuple[str, Document, list[Place]]] = {}
    for path in paths:
        document = Document.open(path)
        country = document.decode(_Country)
        documents[country.country] = (country.version, document, _compile(country, document))
    if "" not in documents:
        raise ConfigError('no rules with country = "" were given: the world needs a default')
    digest = hashlib.sha256("\0".join(one.text for _, one, _ in documents.values()).encode()).hexdigest()
    version = f"{max(version for version, _, _ in documents.values())}+{digest[:8]}"
    return Rules((place for _, _, places in documents.values() for place in places), version)


def _compile(country: _Country, document: Document) -> list[Place]:
    national = _place(country, None, country.country, "", document)
    states = (
        _place(row, national, country.country, region, document) for region, row in country.states.items()
    )
    return [national, *states]


def _place(row: _Row, above: Place | None, country: str, region: str, document: Document) -> Place:
    """One row as a `Place`, never looser than the country's above it."""
    at = ("states", region) if region else ()
    _check_zones(row.zones, at, document)
    base = _hours(row, "hours", at, document) or WHOLE_DAY
    saturday, sunday = (_hours(row, day, at, document) or base for day in ("saturday", "sunday"))
    place = Place(
        country=country,
        region=region,
        week=(*(base,) * 5, saturday, sunday),
        holiday=_hours(row, "holiday", at, document),
        zones=row.zones,
        cap_24h=row.cap_24h or 0,
        house_cap_24h=row.house_cap_24h or 0,
        max_calls=6 if row.max_calls is None else row.max_calls,
        gap_ms=_parsed(span, row.gap, (*at, "gap"), document) if row.gap else 0,
        inquiry_ms=_days(row.inquiry_days),
        listed_inquiry_ms=_days(row.listed_inquiry_days),
        registry_ms=_days(row.registry_days),
        consent=row.consent,
        source=row.source + (" (unconfirmed)" if row.unconfirmed else ""),
    )
    return place if above is None else _tightened(place, row, above)


def _tightened(place: Place, row: _Row, above: Place) -> Place:
    """A state's `place` with what its `row` leaves out taken from the country `above`."""
    return replace(
        place,
        week=tuple(map(overlap, place.week, above.week)),
        holiday=_narrower(place.holiday, above.holiday),
        zones=place.zones or above.zones,
        cap_24h=_lower(place.cap_24h, above.cap_24h),
        house_cap_24h=_lower(place.house_cap_24h, above.house_cap_24h),
        max_calls=above.max_calls if row.max_calls is None else place.max_calls,
        gap_ms=max(place.gap_ms, above.gap_ms),
        inquiry_ms=above.inquiry_ms if row.inquiry_days is None else place.inquiry_ms,
        listed_inquiry_ms=above.listed_inquiry_ms
        if row.listed_inquiry_days is None
        else place.listed_inquiry_ms,
        registry_ms=above.registry_ms if row.registry_days is None else place.registry_ms,
        consent=place.consent or above.consent,
        source="; ".join(filter(None, (place.source, above.source))),
    )


def _lower(one: int, other: int) -> int:
    """The lower of two limits of which 0 is none."""
    return min(filter(None, (one, other)), default=0)


def _narrower(one: Hours | None, other: Hours | None) -> Hours | None:
    return overlap(one or WHOLE_DAY, other or WHOLE_DAY) if one or other else None


def _hours(row: _Row, field: str, at: FieldPath, document: Document) -> Hours | None:
    text = getattr(row, field)
    return _parsed(hours, text, (*at, field), document) if text else None


def _parsed(parse: Callable[[str], T], text: str, field: FieldPath, document: Document) -> T:
    try:
        return parse(text)
    except ValueError as fault:
        raise document.error(field, str(fault)) from fault


def _check_zones(zones: tuple[str, ...], at: FieldPath, document: Document) -> None:
    for zone in zones:
        if zone_info(zone) is None:
            raise document.error(
                (*at, "zones"), f"{zone!r} is no IANA time zone; write it like America/Chicago"
            )


def _days(days: int | None) -> int:
    return (days or 0) * DAY
