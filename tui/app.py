"""The workstation: one screen, one focus target, one key router.

Textual here is the glass: `tui.session` decides, `tui.panes` draw. Run it with
`run(port)`, or `await work(port)` on a loop that runs already.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar

os.environ.setdefault(
    "TEXTUAL_FPS", "120"
)  # read once, at import: two keys 1 ms apart paint in 19 ms, not 31

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.timer import Timer

from cadence.model import ShiftState
from config.errors import SixringError
from config.text import for_terminal
from floor.view import DeskPort, DeskView
from tui import footer, overlays, panes
from tui.scene import WORDS, Scene
from tui.session import Session
from tui.theme import DARK, THEMES
from tui.widgets import Pane

WIDE = (110, 34)
NEEDED = (80, 24)
GOODBYE_S = 6.0  # how long a signal waits for the desk to put everything on disk
_EXIT_ON = {signal.SIGHUP: 129, signal.SIGTERM: 143}


def run(port: DeskPort, begin: Callable[[], Awaitable[None]] | None = None) -> int:
    """Show the workstation until the rep leaves; returns the exit code.

    `begin` is awaited after the first paint: opening a store or a phone must
    not keep the screen dark.

    Raises:
        SixringError: `begin` failed; the terminal is restored by then.
    """
    return asyncio.run(work(port, begin))


async def work(port: DeskPort, begin: Callable[[], Awaitable[None]] | None = None) -> int:
    """`run`, on the running loop."""
    app = Workstation(port, begin)
    await app.run_async(mouse=False)
    if app.failed is not None:
        raise app.failed
    return app.return_code or 0


class DeskScreen(Screen[None]):
    """The one screen; nothing in it takes focus, so every key arrives here, in order."""

    app: Workstation

    def compose(self) -> ComposeResult:
        """The panes of every size; the stylesheet shows those that fit."""
        yield Pane(panes.header, id="header")
        yield Pane(panes.too_small, id="small")
        with Container(id="narrow"):
            with Container(id="top"):
                yield Pane(panes.card, classes="card")
                yield Pane(panes.queue, classes="queue")
            yield Pane(panes.call, classes="call")
            yield Pane(panes.history, classes="history")
        with Container(id="wide"):
            yield Pane(panes.queue, classes="queue")
            with Container(id="middle"):
                yield Pane(panes.card, classes="card")
                yield Pane(panes.call, classes="call")
                yield Pane(panes.notes, classes="notes")
            with Container(id="right"):
                yield Pane(panes.timeline, classes="timeline")
                yield Pane(panes.history, classes="history")
        yield Pane(panes.dispositions, id="dispositions")
        yield Pane(panes.message, id="message")
        yield Pane(footer.footer, id="footer")
        yield Pane(overlays.overlay, id="overlay")

    def on_mount(self) -> None:
        """Keep the panes at hand: they are asked for at every key."""
        self.panes = list(self.query(Pane))
        self.overlay = self.get_child_by_id("overlay", Pane)

    def on_key(self, event: events.Key) -> None:
        """Every key of the workstation."""
        event.stop()
        event.prevent_default()
        self.app.take_key(event)

    def on_paste(self, event: events.Paste) -> None:
        """A bracketed paste."""
        event.stop()
        self.app.take_paste(event.text)

    def on_resize(self, event: events.Resize) -> None:
        """Choose the panes that fit."""
        width, height = event.size
        self.set_class(width < NEEDED[0] or height < NEEDED[1], "-small")
        self.set_class(width >= WIDE[0] and height >= WIDE[1], "-wide")
        self.call_after_refresh(self.app.repaint)


class Workstation(App[None]):
    """Glue between the terminal, the session and the desk."""

    TITLE = "Sixring"
    CSS_PATH = "sixring.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, port: DeskPort, begin: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.port = port
        self.session = Session(port, self)
        self.failed: SixringError | None = None
        self._begin = begin
        self._told_of: tuple[ShiftState, str] | None = None
        self._ticker: Timer | None = None
        self._timeline_of: int | None = None
        self._repaint_due = False

    def get_default_screen(self) -> Screen[None]:
        """The desk."""
        return DeskScreen()

    # -------------------------------------------------------------- life

    def on_mount(self) -> None:
        """Listen to the desk and to the world."""
        self.port.subscribe(self._view_changed)
        loop = asyncio.get_running_loop()
        for number, code in _EXIT_ON.items():
            loop.add_signal_handler(number, self._signalled, code)
        if self._begin is not None:
            self.call_after_refresh(self._start, self._begin)

    def _start(self, begin: Callable[[], Awaitable[None]]) -> None:
        self.run_worker(partial(self._run, begin), exit_on_error=False)

    async def _run(self, begin: Callable[[], Awaitable[None]]) -> None:
        try:
            await begin()
        except SixringError as error:
            self.failed = error
            self.exit(return_code=error.exit_code)

    def on_unmount(self) -> None:
        """Give the signals and the window's title back."""
        loop = asyncio.get_running_loop()
        for number in _EXIT_ON:
            loop.remove_signal_handler(number)
        self._set_title("")

    def _signalled(self, code: int) -> None:
        """The terminal is gone, or the machine stops: put everything on disk and go."""
        self.run_worker(partial(self._leave, code), group="leave", exclusive=True, exit_on_error=False)

    async def _leave(self, code: int) -> None:
        try:
            async with asyncio.timeout(GOODBYE_S if code else None):
                await self.port.leave()
        except SixringError as error:
            self.failed = None if code else error
        except TimeoutError:
            pass
        finally:
            self.exit(return_code=code or (self.failed.exit_code if self.failed else 0))

    # -------------------------------------------------------------- keys

    async def action_quit(self) -> None:
        """ctrl+q would end Textual at once; here it is the registry's quit, refused in a call."""
        self.session.key("ctrl+q")
        self.repaint()

    def action_help_quit(self) -> None:
        """ctrl+c says how to leave."""
        self.session.ui = self.session.ui.said("q clocks out and leaves; ctrl+c ends nothing here.")
        self.repaint()

    def take_key(self, event: events.Key) -> None:
        """A key, in the order it was typed."""
        char = event.character if event.is_printable and event.character else ""
        self.session.key(event.key, char, waiting=self.message_queue_size)
        self.repaint()

    def take_paste(self, text: str) -> None:
        """A bracketed paste."""
        self.session.paste(text)
        self.repaint()

    # ---------------------------------------------------- errands of keys

    def search(self, text: str) -> None:
        """Find leads without holding up a key; only the newest search is answered."""
        self.run_worker(partial(self._search, text), group="search", exclusive=True, exit_on_error=False)

    async def _search(self, text: str) -> None:
        self.session.found(text, await self.port.find(text) if text.strip() else [])
        self.repaint()

    def read_timeline(self, lead_id: int | None) -> None:
        """Read the lead's timeline without holding up a key."""
        self.run_worker(
            partial(self._read_timeline, lead_id), group="timeline", exclusive=True, exit_on_error=False
        )

    async def _read_timeline(self, lead_id: int | None) -> None:
        self.session.told(lead_id, await self.port.timeline())
        self.repaint()

    def leave(self) -> None:
        """Clock out and end."""
        self.run_worker(partial(self._leave, 0), group="leave", exclusive=True, exit_on_error=False)

    # ------------------------------------------------------------- paint

    def _view_changed(self) -> None:
        """The desk changed; several changes in one turn of the loop are one paint."""
        if not self._repaint_due and self.is_running:
            self._repaint_due = True
            self.call_later(self._show_view)

    def _show_view(self) -> None:
        self._repaint_due = False
        self.session.view_changed()
        self._announce()
        self.repaint()

    def _follow_lead(self, view: DeskView) -> None:
        """Where the timeline is always in sight, it is the timeline of the lead on the card."""
        lead_id = view.card.lead.id if view.card and self.screen.has_class("-wide") else None
        if lead_id != self._timeline_of:
            self._timeline_of = lead_id
            if lead_id is not None:
                self.read_timeline(lead_id)

    def repaint(self) -> None:
        """Draw what is now; panes repaint only the lines that changed."""
        screen = self.screen
        if not isinstance(screen, DeskScreen) or not self.is_running:
            return
        scene = Scene(self.port.view, self.session.ui, self.port.clock.monotonic(), self.port.clock.now())
        mode = scene.ui.mode
        opens = mode in overlays.SHOWN
        if screen.overlay.has_class("-open") != opens or screen.overlay.has_class("-tall") != (
            mode in overlays.TALL
        ):
            screen.overlay.set_class(opens, "-open")
            screen.overlay.set_class(mode in overlays.TALL, "-tall")
            self.call_after_refresh(screen.overlay.show, scene)
        for pane in screen.panes:
            pane.show(scene)
        self._follow_lead(scene.view)
        self._tick_at_the_second(scene)

    def _tick_at_the_second(self, scene: Scene) -> None:
        """Paint again when the running timer shows its next second."""
        if self._ticker is not None:
            self._ticker.stop()
        left = 1000 - (scene.mono - scene.running_since) % 1000
        self._ticker = self.set_timer(max(left, 20) / 1000, self.repaint)

    def _announce(self) -> None:
        """The bell when somebody answers; the state in the window's title."""
        view = self.port.view
        told = (view.state, view.card.lead.name if view.card else "")
        if told == self._told_of:
            return
        if view.state is ShiftState.TALKING and (self._told_of is None or self._told_of[0] is not view.state):
            self.bell()
        self._told_of = told
        self._set_title(" ".join(part for part in (WORDS[told[0]], told[1], "- sixring") if part))

    def _set_title(self, title: str) -> None:
        """Put `title` on the window (OSC 2); a name in it is a stranger's text."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]2;{for_terminal(title[:100])}\x07")
