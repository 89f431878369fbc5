"""The screen without a screen: keys in, requests to the desk out.

Holds the one `Ui` value, runs the router, and carries its intents out on the
`DeskPort`, key by key, in order. What needs waiting for (a search, a timeline,
leaving) is handed to the `Errands` of whoever drives it: the Textual app, or a
test.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from cadence.model import Lead
from cadence.model import ShiftState as S
from config.errors import SixringError
from floor.view import Choice, DeskPort, DeskView, LevelsView
from tui import intents as do
from tui.intents import Intent
from tui.meter import first
from tui.router import Key, Routed, paste, route, settle
from tui.ui import Mode, Ui

FLOOD_KEYS = 12
FLOOD_MS = 100
_OPENS_A_LINE = frozenset("n/")
_DIALS = frozenset({S.PREVIEW, S.READY, S.NOT_READY})  # where a key, or a typed number, can place a call


class Errands(Protocol):
    """What takes time, and must never hold up a key."""

    def search(self, text: str) -> None:
        """Find leads, then call `Session.found`."""
        ...

    def read_timeline(self, lead_id: int | None) -> None:
        """Read the timeline, then call `Session.told`."""
        ...

    def look_up(self, lead: Lead) -> None:
        """Read the timeline of a lead that was found, then call `Session.looked_up`."""
        ...

    def leave(self) -> None:
        """Clock out and end."""
        ...


class Session:
    """One rep's sitting at the screen."""

    def __init__(self, port: DeskPort, errands: Errands) -> None:
        self.port = port
        self.ui = Ui()
        self._errands = errands
        self._flood = Flood()
        self._said = port.view.message
        self._refusal = port.view.refusal
        self._lead_id = _lead_id(port.view)
        self._levels: LevelsView | None = None

    @property
    def view(self) -> DeskView:
        """The desk as it is now."""
        return self.port.view

    def key(self, name: str, char: str = "", waiting: int = 0) -> None:
        """Take one key; `waiting` more have arrived already."""
        key = Key(name, char, self.port.clock.monotonic())
        free = self.view.state in _DIALS and self.ui.mode is Mode.MAIN
        if free and self._flood.is_paste(key, waiting):
            self.ui = self.ui.said("That looked like a paste: its keys were dropped.")
            return
        self._carry_out(route(self.ui, self.view, key))

    def paste(self, text: str) -> None:
        """Take a bracketed paste."""
        self._carry_out(paste(settle(self.ui, self.view), text))

    def view_changed(self) -> None:
        """The desk changed by itself: its news replaces an older word of the screen."""
        self.ui = settle(self.ui, self.view)
        self._measure()
        self._begin_queue_anew()
        self._show_refusal()
        if self.view.message != self._said:
            self._said = self.view.message
            if self.ui.armed is None and self.ui.mode is Mode.MAIN:
                self.ui = replace(self.ui, message="")

    def _measure(self) -> None:
        """Move the meters, once for each measurement."""
        levels, self._levels, known = self.view.levels, self.view.levels, self._levels
        if levels is not None and levels is not known:
            mono = self.port.clock.monotonic()
            moved = self.ui.meter.after(levels, mono) if known is not None else first(levels, mono)
            self.ui = replace(self.ui, meter=moved)

    def _begin_queue_anew(self) -> None:
        """With another lead on the card the queue has moved on: show its top again."""
        lead_id, self._lead_id, known = _lead_id(self.view), _lead_id(self.view), self._lead_id
        if lead_id != known and self.ui.queue_top:
            self.ui = replace(self.ui, queue_top=0)

    def _show_refusal(self) -> None:
        """Open the checks of a number that was not dialed, once, unless the rep has something else open."""
        refusal, self._refusal = self._refusal, self.view.refusal
        if self._refusal is not None and self._refusal is not refusal and self.ui.mode is Mode.MAIN:
            self.ui = self.ui.opened(Mode.REFUSAL, self.view)

    def found(self, text: str, leads: Sequence[Lead]) -> None:
        """The answer to a search; an answer to an older text is dropped."""
        if self.ui.mode is Mode.FIND and self.ui.line.text == text:
            self.ui = replace(self.ui, found=tuple(leads), searched=text, cursor=0)

    def told(self, lead_id: int | None, lines: Sequence[str]) -> None:
        """A lead's timeline; dropped when another lead is on the card by now."""
        card = self.view.card
        if card is not None and card.lead.id == lead_id:
            self.ui = replace(self.ui, timeline=tuple(lines), timeline_of=lead_id)

    def looked_up(self, lead_id: int, lines: Sequence[str]) -> None:
        """The timeline of a lead that was found; dropped when the rep has gone on."""
        ui = self.ui
        if ui.mode is Mode.FOUND and ui.found[ui.picked].id == lead_id:
            self.ui = replace(ui, story=tuple(lines))

    def _carry_out(self, routed: Routed) -> None:
        self.ui, intents = routed
        for intent in intents:
            self._do(intent)

    def _do(self, intent: Intent) -> None:
        match intent:
            case do.DisposeAt(code, typed):
                self._dispose_at(code, typed)
            case do.OpenPicker(mode, disposition):
                choices = self._choices(mode)
                if mode is Mode.TRANSFER and not choices:
                    mode = Mode.TRANSFER_NUMBER
                self.ui = self.ui.opened(mode, self.view, choices, disposition)
            case do.Search(text):
                self._errands.search(text)
            case do.ReadTimeline(lead_id):
                self._errands.read_timeline(lead_id)
            case do.LookUp(lead):
                self._errands.look_up(lead)
            case do.Leave():
                self._errands.leave()
            case _:
                request(self.port, intent)

    def _choices(self, mode: Mode) -> tuple[Choice, ...]:
        asked = {
            Mode.CALLBACK: self.port.callback_choices,
            Mode.SKIP: self.port.skip_choices,
            Mode.PAUSE: self.port.pause_choices,
            Mode.TRANSFER: self.port.colleagues,
        }
        return asked[mode]()

    def _dispose_at(self, code: str, typed: str) -> None:
        try:
            at = self.port.parse_callback(typed)
        except SixringError as error:
            self.ui = self.ui.said(str(error))
            return
        self.ui = self.ui.closed()
        self.port.dispose(code, at)


def request(port: DeskPort, wanted: do.Request) -> None:
    """Ask the desk for `wanted`."""
    match wanted:
        case do.Press(action):
            port.press(action)
        case do.DialNumber(typed):
            port.dial_number(typed)
        case do.Dispose(code, callback_at):
            port.dispose(code, callback_at)
        case do.SaveNote(text, lead_id):
            port.note(text, lead_id)
        case do.Skip(reason):
            port.skip(reason)
        case do.Pause(reason):
            port.pause(reason)
        case do.Resume():
            port.resume()
        case do.Tone(digit):
            port.keypad(digit)
        case do.GiveTo(target, blind):
            port.transfer(target, blind=blind)


def _lead_id(view: DeskView) -> int | None:
    return view.card.lead.id if view.card else None


class Flood:
    """Tells a raw paste (terminals without bracketed paste) from typing.

    More than `FLOOD_KEYS` keys within `FLOOD_MS` are nobody's fingers. It
    looks ahead at the keys that wait, so that not even the first of them acts,
    and goes on dropping until the keys pause. A burst that opens with a note or
    a search is let through: all that follows is text, and a stalled link must
    not cost a rep the note.
    """

    def __init__(self) -> None:
        self._recent: list[int] = []
        self._dropping = False

    def is_paste(self, key: Key, waiting: int) -> bool:
        """Whether `key` is part of a paste, with `waiting` more behind it."""
        self._recent = [at for at in self._recent if key.at - at < FLOOD_MS]
        if not self._recent:
            self._dropping = False
        self._recent.append(key.at)
        if len(self._recent) + waiting > FLOOD_KEYS and key.pressed not in _OPENS_A_LINE:
            self._dropping = True
        return self._dropping
