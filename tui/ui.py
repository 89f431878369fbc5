"""What the screen itself remembers: the open overlay, the typed line, the armed key.

One immutable value, replaced by the router; nothing in it is about the call.
Structs of msgspec, like the intents: they are made in a tenth of the time of
dataclasses, at the start of the program and at every key.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from cadence.dispositions import Disposition
from cadence.model import Lead
from floor.view import Choice, DeskView
from tui.meter import Meter


class Mode(StrEnum):
    """What the keys mean now. `MAIN` is the desk; every other mode is one overlay."""

    MAIN = "main"
    NOTE = "note"
    OTHER = "other"
    CALLBACK = "callback"
    CALLBACK_TIME = "callback_time"
    SKIP = "skip"
    PAUSE = "pause"
    FIND = "find"
    HELP = "help"
    TIMELINE = "timeline"
    NUMBER = "number"
    FOUND = "found"
    TRANSFER = "transfer"
    TRANSFER_NUMBER = "transfer_number"
    REFUSAL = "refusal"


TYPING = frozenset({Mode.NOTE, Mode.CALLBACK_TIME, Mode.FIND, Mode.NUMBER, Mode.TRANSFER_NUMBER})
READING = frozenset({Mode.HELP, Mode.TIMELINE, Mode.REFUSAL, Mode.FOUND})
PICKING = frozenset({Mode.OTHER, Mode.CALLBACK, Mode.SKIP, Mode.PAUSE, Mode.TRANSFER})
TRANSFERRING = frozenset({Mode.TRANSFER, Mode.TRANSFER_NUMBER})
ABOUT_THE_LEAD = TRANSFERRING | {Mode.OTHER, Mode.CALLBACK, Mode.CALLBACK_TIME, Mode.SKIP, Mode.TIMELINE}


class Line(msgspec.Struct, frozen=True):
    """A line being typed: its text and where the cursor stands in it (characters)."""

    text: str = ""
    cursor: int = 0

    def insert(self, typed: str) -> Line:
        """`typed` put in at the cursor."""
        return Line(self.text[: self.cursor] + typed + self.text[self.cursor :], self.cursor + len(typed))

    def edited(self, key: str) -> Line:
        """The line after an editing key; unchanged by any other key."""
        text, at = self.text, self.cursor
        if key == "backspace":
            return Line(text[: max(at - 1, 0)] + text[at:], max(at - 1, 0))
        if key == "delete":
            return Line(text[:at] + text[at + 1 :], at)
        if key == "ctrl+u":
            return Line(text[at:], 0)
        if key == "ctrl+w":
            kept = text[:at].rstrip()
            kept = kept[: kept.rfind(" ") + 1]
            return Line(kept + text[at:], len(kept))
        moves = {"left": max(at - 1, 0), "right": min(at + 1, len(text)), "home": 0, "end": len(text)}
        return Line(text, moves.get(key, at))


class Armed(msgspec.Struct, frozen=True):
    """A key that asks to be pressed twice and was pressed once, for one lead."""

    key: str
    lead_id: int | None


class Astray(msgspec.Struct, frozen=True):
    """Keys that were meant for a call which is over: what is said of them, and when the last one came."""

    words: str
    at: int  # `Clock.monotonic` ms


class Ui(msgspec.Struct, frozen=True):
    """The screen's own state."""

    mode: Mode = Mode.MAIN
    lead_id: int | None = None  # the lead the overlay was opened for
    lead_name: str = ""
    line: Line = msgspec.field(default_factory=Line)
    choices: tuple[Choice, ...] = ()
    disposition: Disposition | None = None  # the one that waits for a callback time
    found: tuple[Lead, ...] = ()
    searched: str = ""  # what `found` answers
    picked: int = 0  # which of `found` is read
    story: tuple[str, ...] | None = None  # its timeline, once it has been read
    blind: bool = False  # the transfer is to be made at once, without a word before
    dropped: tuple[int | None, str] = (None, "")  # a note that was not kept, and the lead it was for
    timeline: tuple[str, ...] = ()
    timeline_of: int | None = None  # the lead `timeline` tells of
    cursor: int = 0  # of a list in an overlay
    room: int = 0  # rows of the overlay that is open; 0 before it was drawn
    queue_top: int = 0
    meter: Meter = msgspec.field(default_factory=Meter)
    keypad: bool = False  # digits are tones
    armed: Armed | None = None
    astray: Astray | None = None
    message: str = ""  # why a key did nothing; goes away with the next key that does something
    space_at: int | None = None  # last space and nothing pressed since, `Clock.monotonic` ms

    def opened(
        self,
        mode: Mode,
        view: DeskView,
        choices: tuple[Choice, ...] = (),
        disposition: Disposition | None = None,
    ) -> Ui:
        """The overlay `mode` open for the lead on the card."""
        lead = view.card.lead if view.card else None
        return replace(
            self, mode=mode, lead_id=lead.id if lead else None, lead_name=lead.name if lead else "",
            line=Line(), choices=choices, disposition=disposition, found=(), searched="", story=None,
            blind=False, cursor=0, armed=None, message="",
        )  # fmt: skip

    def closed(self, message: str = "") -> Ui:
        """Back at the desk."""
        desk = replace(
            self, mode=Mode.MAIN, line=Line(), choices=(), disposition=None, found=(), searched="",
            picked=0, story=None, blind=False,
        )  # fmt: skip
        return desk.said(message)

    def said(self, message: str) -> Ui:
        """The same, with `message` on the message row and nothing armed."""
        return replace(self, message=message, armed=None)
