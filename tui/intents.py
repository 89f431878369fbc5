"""What a key asks for. The router returns these; `tui.session` carries them out.

Structs of msgspec, not dataclasses: a dozen dataclasses cost the first paint 10 ms.
"""

from __future__ import annotations

import msgspec

from cadence.dispositions import Disposition
from cadence.model import Lead
from tui.ui import Mode


class Press(msgspec.Struct, frozen=True):
    """An action of the registry that needs nothing more."""

    action: str


class DialNumber(msgspec.Struct, frozen=True):
    """Dial a number as it was typed."""

    typed: str


class Dispose(msgspec.Struct, frozen=True):
    """Record a disposition, by its code."""

    code: str
    callback_at: int | None = None


class DisposeAt(msgspec.Struct, frozen=True):
    """Record a callback at a typed time, if it is one."""

    code: str
    typed: str


class OpenPicker(msgspec.Struct, frozen=True):
    """Open a picker; its choices are asked of the desk at that moment."""

    mode: Mode
    disposition: Disposition | None = None  # that waits for a time


class SaveNote(msgspec.Struct, frozen=True):
    """Keep a note on the lead it was begun for."""

    text: str
    lead_id: int | None


class Skip(msgspec.Struct, frozen=True):
    """Pass the lead on."""

    reason: str


class Pause(msgspec.Struct, frozen=True):
    """Go not-ready."""

    reason: str


class Resume(msgspec.Struct, frozen=True):
    """Come back, or take back a pause asked for."""


class Tone(msgspec.Struct, frozen=True):
    """One keypad tone."""

    digit: str


class GiveTo(msgspec.Struct, frozen=True):
    """Give the call to somebody: at once (`blind`), or after a word with them."""

    target: str
    blind: bool


class Search(msgspec.Struct, frozen=True):
    """Find leads; the answer comes later."""

    text: str


class ReadTimeline(msgspec.Struct, frozen=True):
    """Read the lead's timeline; the answer comes later."""

    lead_id: int | None


class LookUp(msgspec.Struct, frozen=True):
    """Read the timeline of a lead that was found; the answer comes later."""

    lead: Lead


class Leave(msgspec.Struct, frozen=True):
    """Clock out and end."""


Request = (
    Press | DialNumber | Dispose | SaveNote | Skip | Pause | Resume | Tone | GiveTo
)  # the desk does these at once
Errand = Search | ReadTimeline | LookUp | Leave  # these take time
Intent = Request | Errand | DisposeAt | OpenPicker
