"""The one screen: its panes in both sizes, and the door for keys."""

from __future__ import annotations

from typing import ClassVar, Protocol

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size
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
        """The panes of the size there is; those of the other one would be a tenth of the start."""
        yield Pane(header, id="header")
        yield Pane(too_small, id="small")
        yield _wide() if _is_wide(self.app.size) else _narrow()
        yield Pane(dispositions, id="dispositions")
        yield Pane(message, id="message")
        yield Pane(footer.footer, id="footer")
        yield self.overlay

    def on_mount(self) -> None:
        """Find the panes there are."""
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

    async def on_resize(self, event: events.Resize) -> None:
        """Choose the panes that fit; they are made when they fit for the first time."""
        width, height = event.size
        wide = _is_wide(event.size)
        if not self.query("#wide" if wide else "#narrow"):
            await self.mount(_wide() if wide else _narrow(), before="#dispositions")
            self.panes = list(self.query(Pane))
        self.set_class(width < NEEDED[0] or height < NEEDED[1], "-small")
        self.set_class(wide, "-wide")
        self.call_after_refresh(self._host.repaint)


def _is_wide(size: Size) -> bool:
    return size.width >= WIDE[0] and size.height >= WIDE[1]


def _narrow() -> Container:
    return Container(
        Container(Pane(card, classes="card"), Pane(queue, classes="queue"), id="top"),
        Pane(call, classes="call"), Pane(history, classes="history"), id="narrow",
    )  # fmt: skip


def _wide() -> Container:
    return Container(
        Pane(queue, classes="queue"),
        Container(
            Pane(card, classes="card"), Pane(call, classes="call"), Pane(notes, classes="notes"), id="middle"
        ),
        Container(Pane(timeline, classes="timeline"), Pane(history, classes="history"), id="right"),
        id="wide",
    )
