"""A rep at a fake desk without a screen: keys in, requests out."""

from __future__ import annotations

from support.fake_desk import FakeDesk

from cadence.model import Lead
from config.clock import HandClock
from tui.router import HELD_MS, Key
from tui.session import Session
from tui.ui import Ui


class NoErrands:
    """Writes down what takes time."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []

    def search(self, text: str) -> None:
        self.asked.append(("search", text))

    def read_timeline(self, lead_id: int | None) -> None:
        self.asked.append(("timeline", lead_id))

    def look_up(self, lead: Lead) -> None:
        self.asked.append(("look_up", lead.id))

    def leave(self) -> None:
        self.asked.append(("leave", None))


NAMES = {" ": "space", "#": "number_sign", "/": "slash", "?": "question_mark", "*": "asterisk"}


def key(char: str, at: int = 0) -> Key:
    """The key that types `char`, or that Textual calls so."""
    return Key(NAMES.get(char, char), char if len(char) == 1 else "", at)


class Sitting:
    """A session on a fake desk."""

    def __init__(self) -> None:
        self.desk = FakeDesk()
        self.errands = NoErrands()
        self.session = Session(self.desk, self.errands)
        self.desk.subscribe(self.session.view_changed)

    def type(self, *chars: str) -> Sitting:
        for char in chars:
            made = key(char)
            self.session.key(made.name, made.char)
        return self

    def wait(self, ms: int) -> Sitting:
        assert isinstance(self.desk.clock, HandClock)
        self.desk.clock.advance(ms)
        return self

    def talk(self) -> Sitting:
        self.type(" ")
        self.desk.ring()
        self.desk.answer()
        return self.wait(HELD_MS)

    @property
    def ui(self) -> Ui:
        return self.session.ui
