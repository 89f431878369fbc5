"""What a key asks for. The router returns these; `tui.session` carries them out."""

from __future__ import annotations

from dataclasses import dataclass

from tui.ui import Mode


@dataclass(frozen=True, slots=True)
class Press:
    """An action of the registry that needs nothing more."""

    action: str


@dataclass(frozen=True, slots=True)
class Dispose:
    """Record a disposition."""

    key: str
    callback_at: int | None = None


@dataclass(frozen=True, slots=True)
class DisposeAt:
    """Record a callback at a typed time, if it is one."""

    key: str
    typed: str


@dataclass(frozen=True, slots=True)
class OpenPicker:
    """Open a picker; its choices are asked of the desk at that moment."""

    mode: Mode
    pick_key: str = ""


@dataclass(frozen=True, slots=True)
class SaveNote:
    """Keep a note on the lead it was begun for."""

    text: str
    lead_id: int | None


@dataclass(frozen=True, slots=True)
class Skip:
    """Pass the lead on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Go not-ready."""

    reason: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Come back, or take back a pause asked for."""


@dataclass(frozen=True, slots=True)
class Tone:
    """One keypad tone."""

    digit: str


@dataclass(frozen=True, slots=True)
class Search:
    """Find leads; the answer comes later."""

    text: str


@dataclass(frozen=True, slots=True)
class ReadTimeline:
    """Read the lead's timeline; the answer comes later."""

    lead_id: int | None


@dataclass(frozen=True, slots=True)
class Leave:
    """Clock out and end."""


Request = Press | Dispose | SaveNote | Skip | Pause | Resume | Tone  # the desk does these at once
Errand = Search | ReadTimeline | Leave  # these take time
Intent = Request | Errand | DisposeAt | OpenPicker
