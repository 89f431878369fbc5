"""The one screen: its panes in both sizes, and the door for keys."""

from __future__ import annotations

from typing import ClassVar, Protocol

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen

from tui import footer, overlays
from tui.panes.call import call
from tui.panes.card import card
from tui.panes.dispositions import dispositions
from tui.panes.head import header, too_small
from tui.panes.message import message
from tui.panes.queue import queue
from tui.panes.story import history, notes, timeline
from tui.theme import STYLES
from tui.widgets import Pane

WIDE = (110, 34)  # from here on timeline, notes and a tall queue have room
NEEDED = (80, 24)


class Host(Protocol):
    """What the screen hands its events to."""

    def take_key(self, event: events.Key) -> None:
        """A key, in the order it was typed."""
        ...

    def take_paste(self, text: str) -> None:
        """A bracketed paste."""
        ...

    def repaint(self) -> None:
        """Draw what is now."""
        ...


class DeskScreen(Screen[None], inherit_bindings=False):
    """The one screen; nothing in it takes focus, so every key arrives here, in order."""

    # Looked up here for all panes: on each pane they would make up a third of the start.
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{style}" for style in STYLES}

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host
        self.panes: list[Pane] = []  # at hand: they are asked for at every key
        self.overlay = Pane(overlays.overlay, id="overlay")

    def compose(self) -> ComposeResult:
        """The panes of every size; the stylesheet shows those that fit."""
        yield Pane(header, id="header")
        yield Pane(too_small, id="small")
        with Container(id="narrow"):
            with Container(id="top"):
                yield Pane(card, classes="card")
                yield Pane(queue, classes="queue")
            yield Pane(call, classes="call")
            yield Pane(history, classes="history")
        with Container(id="wide"):
            yield Pane(queue, classes="queue")
            with Container(id="middle"):
                yield Pane(card, classes="card")
                yield Pane(call, classes="call")
                yield Pane(notes, classes="notes")
            with Container(id="right"):
                yield Pane(timeline, classes="timeline")
                yield Pane(history, classes="history")
        yield Pane(dispositions, id="dispositions")
        yield Pane(message, id="message")
        yield Pane(footer.footer, id="footer")
        yield self.overlay

    def on_mount(self) -> None:
        """Find the panes once."""
        self.panes = list(self.query(Pane))

    def on_key(self, event: events.Key) -> None:
        """Every key of the workstation."""
        event.stop()
        event.prevent_default()
        self._host.take_key(event)

    def on_paste(self, event: events.Paste) -> None:
        """A bracketed paste."""
        event.stop()
        self._host.take_paste(event.text)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the panes that fit."""
        width, height = event.size
        self.set_class(width < NEEDED[0] or height < NEEDED[1], "-small")
        self.set_class(width >= WIDE[0] and height >= WIDE[1], "-wide")
        self.call_after_refresh(self._host.repaint)
