"""What a rep can say of an attempt, read from `data/dispositions.toml`.

A disposition is not a result: the telephone says *answered*, the rep says
*not interested*. Results that speak for themselves (busy, nobody there)
record themselves with the disposition that lists them in `auto_for`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import msgspec

from cadence.model import Result
from config.toml import Document

KEYS = "1234567890"  # in the order of the keyboard
MOST_LISTED = 9  # those without a key are chosen out of one list, by the digits 1 to 9
Seconds = Annotated[int, msgspec.Meta(ge=0, le=86_400)]


class Outcome(StrEnum):
    """What a disposition does to the lead's plan."""

    NEXT = "next"  # nobody was reached: the cadence's next step
    VOICEMAIL = "voicemail"  # as NEXT, and a message was left
    BUSY = "busy"  # the same step again soon
    BAD_NUMBER = "bad_number"  # never this number again
    FOLLOW_UP = "follow_up"  # a conversation; the cadence goes on
    CALLBACK = "callback"  # a time was agreed
    REFUSED = "refused"
    WON = "won"
    DO_NOT_CALL = "do_not_call"


_FINAL = frozenset({Outcome.REFUSED, Outcome.WON, Outcome.DO_NOT_CALL})


class Disposition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a rep can say, with its key and what follows."""

    code: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
    label: Annotated[str, msgspec.Meta(min_length=1, max_length=24)]
    outcome: Outcome
    key: Annotated[str, msgspec.Meta(pattern="^[0-9]?$")] = ""  # empty: in the list of the others
    human: bool = False  # a person answered
    contact: bool = False  # the right person, a live conversation
    confirm: bool = False  # the key is pressed twice
    min_talk_s: Seconds = 0  # may be chosen only from this much talk on
    max_talk_s: Seconds = 0  # and up to this much; 0: no limit
    auto_for: tuple[Result, ...] = ()  # results that record themselves with it

    @property
    def final(self) -> bool:
        """Ends the lead."""
        return self.outcome in _FINAL

    @property
    def won(self) -> bool:
        """A conversion."""
        return self.outcome is Outcome.WON

    @property
    def dnc(self) -> bool:
        """Puts the number on the do-not-call list."""
        return self.outcome is Outcome.DO_NOT_CALL

    @property
    def callback(self) -> bool:
        """Wants the time that was agreed."""
        return self.outcome is Outcome.CALLBACK

    @property
    def unworkable(self) -> bool:
        """Marks the number bad."""
        return self.outcome is Outcome.BAD_NUMBER

    def why_not(self, talk_ms: int) -> str:
        """Why it may not be chosen after so much talk; empty if it may."""
        if talk_ms < self.min_talk_s * 1000:
            return f"{self.label} wants at least {self.min_talk_s} s of talk."
        if self.max_talk_s and talk_ms > self.max_talk_s * 1000:
            return f"{self.label} is for calls of up to {self.max_talk_s} s of talk."
        return ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    disposition: tuple[Disposition, ...]


class Dispositions:
    """All dispositions, by key, by code and by the result they record."""

    def __init__(self, items: tuple[Disposition, ...]) -> None:
        """Take them in the order of the file."""
        self.items = items

    @cached_property
    def by_code(self) -> MappingProxyType[str, Disposition]:
        """By their stable word."""
        return MappingProxyType({one.code: one for one in self.items})

    @cached_property
    def by_key(self) -> MappingProxyType[str, Disposition]:
        """Those with a key, in the order of the keyboard: 1 to 9, then 0."""
        keyed = sorted((one for one in self.items if one.key), key=lambda one: KEYS.index(one.key))
        return MappingProxyType({one.key: one for one in keyed})

    @cached_property
    def offered(self) -> tuple[Disposition, ...]:
        """All of them: those with a key in the order of the keyboard, then the others."""
        return (*self.by_key.values(), *(one for one in self.items if not one.key))

    @cached_property
    def _by_result(self) -> dict[Result, Disposition]:
        return {result: one for one in self.items for result in one.auto_for}

    def automatic(self, result: Result) -> Disposition | None:
        """The disposition that `result` records itself with, or None: a rep must say."""
        return self._by_result.get(result)


def load(path: Path) -> Dispositions:
    """The dispositions of the file at `path`.

    Raises:
        ConfigError: a field is wrong, a key, code or result is used twice,
            too many have no key, or no disposition ends a lead, agrees a
            callback or stops the calls.
    """
    document = Document.open(path)
    items = document.decode(_File).disposition
    seen: set[str] = set()
    for place, one in enumerate(items):
        claims = [("code", one.code), *([("key", one.key)] if one.key else [])]
        claims += [("auto_for", result) for result in one.auto_for]
        for field, value in claims:
            if f"{field}={value}" in seen:
                raise document.error(
                    ("disposition", place, field), f"'{value}' is used twice; give each its own"
                )
            seen.add(f"{field}={value}")
    if sum(not one.key for one in items) > MOST_LISTED:
        raise document.error((), f"more than {MOST_LISTED} dispositions have no key; give one a digit")
    missing = {Outcome.WON, Outcome.REFUSED, Outcome.DO_NOT_CALL, Outcome.CALLBACK} - {
        one.outcome for one in items
    }
    if missing:
        raise document.error((), f"no disposition has the outcome '{min(missing)}'; a rep could not say it")
    return Dispositions(items)
