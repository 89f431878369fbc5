"""Whether a call may be recorded, and whether the called person must be told: data and one pure decision.

The policy is `data/recording.toml`; the operator's file of that name replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from cadence import numbers
from cadence.model import Lead
from config.toml import Document


class Mode(StrEnum):
    """What is recorded. In the order of recording less to recording more."""

    OFF = "off"
    ON_DEMAND = "on_demand"
    ANNOUNCE = "announce"


class Tell(StrEnum):
    """Who is told."""

    ALWAYS = "always"
    BY_LAW = "by_law"


_ORDER = tuple(Mode)
_Place = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}(-[A-Z]{2,3})?$")]
_State = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]


class RecordingPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `recording.toml` says."""

    version: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    mode: Mode = Mode.OFF
    tell: Tell = Tell.ALWAYS
    all_parties: Mapping[_State, str] = {}  # states of the US, each with its source
    campaigns: Mapping[str, Mode] = {}
    places: Mapping[_Place, Mode] = {}


@dataclass(frozen=True, slots=True)
class Recordable:
    """The policy's word on one call."""

    mode: Mode
    tell: bool  # the called person must be told; never without a recording
    why: str  # one sentence: what decided
    version: str


def decide(lead: Lead | None, e164: str, policy: RecordingPolicy) -> Recordable:
    """Whether a call to `e164` may be recorded; `lead` is whose number it is, if anybody's."""
    campaign = lead.campaign if lead is not None else ""
    mode = policy.campaigns.get(campaign, policy.mode)
    why = f"campaign {campaign}" if campaign in policy.campaigns else "the firm's setting"
    where = places(lead, e164)
    for place in where:
        limit = _limit(policy, place)
        if limit is not None and _ORDER.index(limit) < _ORDER.index(mode):
            mode, why = limit, f"the setting for {place}"
    if mode is Mode.OFF:
        return Recordable(mode, False, f"Recording is off: {why}.", policy.version)
    reason = _must_tell(where, policy)
    words = "Every answered call is recorded" if mode is Mode.ANNOUNCE else "Recorded on demand"
    return Recordable(mode, bool(reason), f"{words}: {why}. {reason}".rstrip(), policy.version)


def places(lead: Lead | None, e164: str) -> tuple[str, ...]:
    """Where the called person may be: `US-CA`, `GB`; of the number's area code and of the address."""
    area = numbers.area(e164)
    found = [f"{area[0]}-{area[1]}" if area else numbers.country(e164)]
    if lead is not None and lead.country:
        found.append(f"{lead.country}-{lead.region}" if lead.region else lead.country)
    return tuple(dict.fromkeys(place for place in found if place))


def _limit(policy: RecordingPolicy, place: str) -> Mode | None:
    return policy.places.get(place) or policy.places.get(place[:2])


def _must_tell(where: Iterable[str], policy: RecordingPolicy) -> str:
    """Why the called person must be told, a sentence; empty: they need not be."""
    if policy.tell is Tell.ALWAYS:
        return "They must be told: the firm tells everyone."
    known = tuple(where)
    for place in known:
        country, _, state = place.partition("-")
        if country != "US" or not state:
            return f"They must be told: {place} may ask for it."
        if state in policy.all_parties:
            return f"They must be told: {place} ({policy.all_parties[state]})."
    return "" if known else "They must be told: nobody knows where they are."


def load(path: Path) -> RecordingPolicy:
    """The policy of the file at `path`.

    Raises:
        ConfigError: a field is wrong; the text names file, line, field and mend.
    """
    return Document.open(path).decode(RecordingPolicy)
