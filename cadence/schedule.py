"""A cadence as the rules use it: two tracks of steps, calls and mails, and what follows at their end.

How one is written down, and what is refused, is in `cadence.cadence_file`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cadence.spans import span
from config.clock import DAY


class Unit(StrEnum):
    """What an offset counts from the inquiry on."""

    SPAN = "span"  # milliseconds, from the first moment the lead may be called
    DAY = "day"  # local calendar days, numbered from the cadence's arrival day
    BUSINESS_DAY = "business day"
    MONTH = "month"  # so many months after the arrival day


class Part(StrEnum):
    """A part of the lead's local day."""

    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    @property
    def start(self) -> int:
        """When it begins, in minutes of the day."""
        return {"morning": 9, "midday": 12, "afternoon": 14, "evening": 17}[self] * 60


_COUNTED = re.compile(r"(day|business day|month) (\d{1,4})").fullmatch


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step is due: so many of a unit after the inquiry."""

    unit: Unit
    count: int

    @classmethod
    def parse(cls, text: str) -> Moment:
        """The moment of `30 min`, `2 h`, `day 5`, `business day 3` or `month 6`.

        Raises:
            ValueError: `text` is none of these.
        """
        match = _COUNTED(text.strip())
        if match:
            return cls(Unit(match[1]), int(match[2]))
        try:
            return cls(Unit.SPAN, span(text))
        except ValueError as fault:
            like = '"30 min", "2 h", "day 5", "business day 3" or "month 6"'
            raise ValueError(f"{text!r} is no moment; write it like {like}") from fault

    def days_after(self, arrival_day: int) -> float:
        """About how many days after the inquiry, to compare two moments."""
        if self.unit is Unit.SPAN:
            return self.count / DAY
        if self.unit is Unit.MONTH:
            return self.count * 30.4
        return (self.count - arrival_day) * (1.4 if self.unit is Unit.BUSINESS_DAY else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """One call of a cadence."""

    when: Moment
    part: Part | None = None
    voicemail: bool = False  # whether a message may be left
    every_ms: int = 0  # on the last step: again and again, so long after it was done


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStep:
    """One mail of a cadence."""

    when: Moment
    template: str
    part: Part | None = None
    every_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """A named, versioned schedule; a lead keeps the version it started on."""

    name: str
    version: int
    title: str
    calls: tuple[CallStep, ...]
    mails: tuple[MailStep, ...]
    source: str = ""
    arrival_day: int = 1  # the number of the day the lead arrives on
    then: str = ""  # the cadence that follows; empty: the last step repeats
    again: str = ""  # the cadence for a lead that asks again; empty: this one
    nurture: bool = False  # its calls go to the nurture lane
    gap_ms: int = 0  # least time between two call steps
    after_contact_ms: int = 0  # least time from a conversation to the next step
    busy_ms: tuple[int, ...] = ()  # waits before the same step again when busy; then it counts
    failed_ms: tuple[int, ...] = ()  # the same for a network that failed; then it is passed over

    @property
    def repeats(self) -> bool:
        """Whether a last step comes again and again, so that the cadence has no end."""
        return any(call.every_ms for call in self.calls) or any(mail.every_ms for mail in self.mails)
