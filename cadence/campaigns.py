"""Campaigns, from `data/campaigns.toml`: cadence and caller IDs of their leads, what they ask of reps. Pure.

A lead's *route* is its campaign's name where that campaign asks for anything,
else empty: anybody's. A rep serves a short list of routes; the queue hands out
leads by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import msgspec

from config.toml import Document

ANYBODY = ""
MOST = 64  # each one costs the claim a few probes of an index
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Number = Annotated[str, msgspec.Meta(pattern=r"^\+[1-9]\d{6,14}$")]


class Campaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One campaign; what is left out is not asked for."""

    name: Word
    team: str = ""
    skills: tuple[Word, ...] = ()  # all of them
    languages: tuple[Word, ...] = ()  # one of them
    cadence: str = ""  # its new leads begin in this one; empty: in the floor's own
    caller_ids: tuple[Number, ...] = ()  # of the firm's numbers, those its leads are shown; none: any of them

    @property
    def asks(self) -> bool:
        """Whether it asks for anything of a rep."""
        return bool(self.team or self.skills or self.languages)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a rep brings."""

    team: str = ""
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()  # calls for these alone; empty: for all


class Campaigns:
    """The campaigns of which the file says something."""

    def __init__(self, items: Iterable[Campaign] = ()) -> None:
        """Take them in the order of the file: it is the order in which a tie is broken."""
        self.by_name = {one.name: one for one in items}
        self.asking = {one.name: one for one in self.by_name.values() if one.asks}
        self.served_by = lru_cache(1024)(self._served_by)

    def route_of(self, campaign: str) -> str:
        """The route of a lead of `campaign`."""
        return campaign if campaign in self.asking else ANYBODY

    def cadence_of(self, campaign: str) -> str:
        """The cadence that new leads of `campaign` begin in; empty where it chooses none."""
        one = self.by_name.get(campaign)
        return one.cadence if one is not None else ""

    def _served_by(self, rep: Abilities) -> tuple[str, ...]:
        """The routes of which `rep` gets leads; those of no campaign first, unless held to campaigns."""
        open_to = [] if rep.campaigns else [ANYBODY]
        return (*open_to, *(one.name for one in self.asking.values() if _fits(one, rep)))

    def why_not(self, campaign: str, rep: Abilities) -> str:
        """Why `rep` gets no lead of `campaign`; empty if they do."""
        one = self.asking.get(campaign)
        if one is None or _fits(one, rep):
            return ""
        asks = [f"team {one.team}"] if one.team and one.team != rep.team else []
        asks += [f"skill {skill}" for skill in one.skills if skill not in rep.skills]
        if one.languages and not rep.languages.intersection(one.languages):
            asks.append(f"language {' or '.join(one.languages)}")
        return f"asks for {', '.join(asks)}" if asks else "not among the campaigns of this rep"


def _fits(one: Campaign, rep: Abilities) -> bool:
    return (
        one.team in ("", rep.team)
        and rep.skills.issuperset(one.skills)
        and (not one.languages or bool(rep.languages.intersection(one.languages)))
        and (not rep.campaigns or one.name in rep.campaigns)
    )


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    campaign: tuple[Campaign, ...]


def load(path: Path, cadences: Collection[str]) -> Campaigns:
    """The campaigns of the file at `path`, on a floor that has `cadences`.

    Raises:
        ConfigError: a field is wrong, a name is used twice, a cadence is not there, or too many ask.
    """
    document = Document.open(path)
    items = document.decode(_File).campaign
    seen: set[str] = set()
    for place, one in enumerate(items):
        if one.name in seen:
            raise document.error(
                ("campaign", place, "name"), f"'{one.name}' is there twice; write it once, with all it asks"
            )
        seen.add(one.name)
        if one.cadence and one.cadence not in cadences:
            known = ", ".join(sorted(cadences))
            raise document.error(
                ("campaign", place, "cadence"), f"there is no cadence '{one.cadence}'; there are: {known}"
            )
    if sum(one.asks for one in items) > MOST:
        raise document.error(
            ("campaign", MOST),
            f"{MOST} campaigns may ask for something; let those that ask alike share a name",
        )
    return Campaigns(items)
