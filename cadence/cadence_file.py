"""The cadence language: one TOML file a cadence, checked to the line.

name = "inbound-six"
version = 1
title = "Six calls and five mails in 22 days"
then = "nurture"

[[call]]
when = "30 min"          # or "2 h", "day 5", "business day 3", "month 6"
part = "afternoon"       # morning, midday, afternoon, evening; only for days
voicemail = true

[[mail]]
when = "day 4"
template = "checking-in"
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from cadence.schedule import Cadence, CallStep, MailStep, Moment, Part, Unit
from cadence.spans import span
from config.clock import MINUTE
from config.errors import ConfigError
from config.toml import Document
from config.toml_lines import FieldPath

T = TypeVar("T")

MOST_STEPS = 100
Name = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]


class _Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    when: str
    part: Part | None = None
    voicemail: bool = False
    window: msgspec.UnsetType | str = msgspec.UNSET  # of earlier programs
    every: str = ""


class _Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    when: str
    template: str
    part: Part | None = None
    every: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    version: Annotated[int, msgspec.Meta(ge=1)]
    title: str
    source: str = ""
    arrival_day: Literal[0, 1] = 1
    then: str = ""
    again: str = ""
    nurture: bool = False
    gap: str = "30 min"
    after_contact: str = "20 h"
    busy: tuple[str, ...] = ("20 min", "20 min")
    failed: tuple[str, ...] = ("15 min", "30 min", "60 min")
    call: tuple[_Call, ...] = ()
    mail: tuple[_Mail, ...] = ()


class CadenceFile:
    """One cadence with the file it came from, so that errors found later still name the line."""

    def __init__(self, path: Path, templates: Collection[str]) -> None:
        """Read `path`; its mails may use `templates`.

        Raises:
            ConfigError: the file is wrong; the text names line, field and mend.
        """
        self._document = Document.open(path)
        self._file = self._document.decode(_File)
        self._check_size()
        self._check_templates(templates)
        self.cadence = self._cadence()
        self._check_order("call", self.cadence.calls)
        self._check_order("mail", self.cadence.mails)

    def error(self, field: FieldPath, what: str) -> ConfigError:
        """An error about a field of this file."""
        return self._document.error(field, what)

    def _check_size(self) -> None:
        count = len(self._file.call) + len(self._file.mail)
        if not count:
            raise self.error((), "a cadence without a step; add a [[call]] or a [[mail]]")
        if count > MOST_STEPS:
            raise self.error((), f"{count} steps; a cadence has at most {MOST_STEPS}")

    def _check_templates(self, known: Collection[str]) -> None:
        for place, mail in enumerate(self._file.mail):
            if mail.template not in known:
                what = f"no template is named {mail.template!r}; there are: {', '.join(sorted(known))}"
                raise self.error(("mail", place, "template"), what)

    def _cadence(self) -> Cadence:
        file = self._file
        return Cadence(
            name=file.name,
            version=file.version,
            title=file.title,
            source=file.source,
            arrival_day=file.arrival_day,
            then=file.then,
            again=file.again,
            nurture=file.nurture,
            gap_ms=self._span(file.gap, ("gap",)),
            after_contact_ms=self._span(file.after_contact, ("after_contact",)),
            busy_ms=self._waits("busy", file.busy),
            failed_ms=self._waits("failed", file.failed),
            calls=tuple(self._call(place, call) for place, call in enumerate(file.call)),
            mails=tuple(self._mail(place, mail) for place, mail in enumerate(file.mail)),
        )

    def _call(self, place: int, call: _Call) -> CallStep:
        at: FieldPath = ("call", place)
        if call.window is not msgspec.UNSET:
            raise self.error(
                (*at, "window"), "every step of minutes or hours is on time for an hour; remove it"
            )
        return CallStep(
            when=self._when(call.when, call.part, at),
            part=call.part,
            voicemail=call.voicemail,
            every_ms=self._every(call.every, at, last=place == len(self._file.call) - 1),
        )

    def _mail(self, place: int, mail: _Mail) -> MailStep:
        at: FieldPath = ("mail", place)
        return MailStep(
            when=self._when(mail.when, mail.part, at),
            part=mail.part,
            template=mail.template,
            every_ms=self._every(mail.every, at, last=place == len(self._file.mail) - 1),
        )

    def _when(self, text: str, part: Part | None, at: FieldPath) -> Moment:
        moment = self._parsed(Moment.parse, text, (*at, "when"))
        if part is not None and moment.unit is Unit.SPAN:
            raise self.error(
                (*at, "part"), "a part of the day goes with a day; remove it, or write when as a day"
            )
        if moment.unit in (Unit.DAY, Unit.BUSINESS_DAY) and moment.count < self._file.arrival_day:
            raise self.error((*at, "when"), f"{text!r} is before the arrival, day {self._file.arrival_day}")
        return moment

    def _every(self, text: str, at: FieldPath, *, last: bool) -> int:
        if text and not last:
            raise self.error((*at, "every"), "only the last step of its track may repeat; remove it here")
        if text and self._file.then:
            raise self.error(
                (*at, "every"), "a cadence that repeats never gets to its `then`; remove one of them"
            )
        return self._span(text, (*at, "every"))

    def _waits(self, field: str, texts: tuple[str, ...]) -> tuple[int, ...]:
        waits = tuple(self._span(text, (field,)) for text in texts)
        if any(wait < MINUTE for wait in waits):
            raise self.error((field,), "a wait under a minute would ring at once; write at least 1 min")
        return waits

    def _span(self, text: str, field: FieldPath) -> int:
        return self._parsed(span, text, field) if text else 0

    def _parsed(self, parse: Callable[[str], T], text: str, field: FieldPath) -> T:
        try:
            return parse(text)
        except ValueError as fault:
            raise self.error(field, str(fault)) from fault

    def _check_order(self, track: str, steps: tuple[CallStep, ...] | tuple[MailStep, ...]) -> None:
        """Refuse a step that is due before the one above it."""
        places = [
            (step.when.days_after(self.cadence.arrival_day), step.part.start if step.part else 0)
            for step in steps
        ]
        for place in range(1, len(places)):
            if places[place] <= places[place - 1]:
                raise self.error(
                    (track, place, "when"), "is not after the step before it; put the steps in order"
                )
