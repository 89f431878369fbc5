"""The workstation: one screen, one focus target, one key router.

Textual here is the glass: `tui.session` decides, `tui.panes` draw. Run it with
`run(port)`, or `await work(port)` on a loop that runs already.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial

# Read once, at import: two keys 1 ms apart paint in 19 ms, not 31.
os.environ.setdefault("TEXTUAL_FPS", "120")

from msgspec.structs import replace
from textual import events
from textual.app import App
from textual.screen import Screen
from textual.timer import Timer
from textual.worker import Worker

from cadence.model import Lead, ShiftState
from config.errors import SixringError
from floor.view import DeskPort, DeskView
from tui import overlays
from tui.scene import Scene, window_title
from tui.screen import DeskScreen
from tui.session import Session
from tui.terminal import is_gone, typed
from tui.theme import DARK, THEMES

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
    try:
        await app.run_async(mouse=False)
    finally:
        # However the screen ended, also by a bug of its own: nothing may be lost.
        await app.goodbye(GOODBYE_S)
    if app.crash is not None:
        raise app.crash
    if app.failed is not None:
        raise app.failed
    return app.return_code or 0


class Workstation(App[None], inherit_bindings=False):
    """Glue between the terminal, the session and the desk.

    Textual's own bindings are not inherited: its ctrl+q would end the
    workstation in the middle of a call, ahead of the keys typed before it.
    """

    TITLE = "Sixring"
    CSS_PATH = "sixring.tcss"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, port: DeskPort, begin: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        # Not `self.theme = ...`: Textual would read the stylesheet once more before the first paint.
        self.set_reactive(App.theme, DARK.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.port = port
        self.session = Session(port, self)
        self.failed: SixringError | None = None
        self.crash: Exception | None = None  # a bug of ours: `work` raises it
        self._begin = begin
        self._goodbye: asyncio.Future[None] | None = None
        self._title_shown = ""
        self._announced: ShiftState | None = None
        self._rung: int | None = None  # since when the one who rings, rings
        self._ticker: Timer | None = None
        self._timeline_of: int | None = None
        self._repaint_due = False

    def get_default_screen(self) -> Screen[None]:
        """The desk."""
        return DeskScreen(self)

    # -------------------------------------------------------------- life

    def on_mount(self) -> None:
        """Listen to the desk and to the world."""
        self.port.subscribe(self._view_changed)
        loop = asyncio.get_running_loop()
        for number, code in _EXIT_ON.items():
            loop.add_signal_handler(number, self._signalled, code)
        self._announce()
        if self._begin is not None:
            self.call_after_refresh(self._start, self._begin)

    def _start(self, begin: Callable[[], Awaitable[None]]) -> None:
        self._errand("begin", partial(self._run, begin))

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
        self._errand("leave", partial(self._leave, code))

    async def _leave(self, code: int) -> None:
        await self.goodbye(GOODBYE_S if code else None)
        self.exit(return_code=code or (self.failed.exit_code if self.failed else 0))

    async def goodbye(self, seconds: float | None) -> None:
        """Have the desk put everything on disk, once, whoever asks; wait for it at most `seconds`."""
        if self._goodbye is None:
            self._goodbye = asyncio.ensure_future(self.port.leave())
        await asyncio.wait({self._goodbye}, timeout=seconds)
        error = self._goodbye.exception() if self._goodbye.done() else None
        if isinstance(error, SixringError):
            self.failed = self.failed or error
        elif error is not None:
            raise error

    def _handle_exception(self, error: Exception) -> None:
        """Keep the error for `work` to raise; Textual would print it with every local variable."""
        self.crash = self.crash or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without printing: numbers and names have no place in a terminal's scrollback."""
        self._close_messages_no_wait()

    # -------------------------------------------------------------- keys

    def take_key(self, event: events.Key) -> None:
        """A key, in the order it was typed."""
        waiting = self.message_queue_size + self.screen.message_queue_size
        for name, char in typed(event):
            self.session.key(name, char, waiting)
        self.repaint()

    def take_paste(self, text: str) -> None:
        """A bracketed paste."""
        self.session.paste(text)
        self.repaint()

    # ---------------------------------------------------- errands of keys

    def search(self, text: str) -> None:
        """Find leads without holding up a key; only the newest search is answered."""
        self._errand("search", partial(self._search, text))

    def _errand(self, group: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` beside the keys; a newer errand of its group takes its place."""
        # Not a coroutine object: one that is replaced before it began would complain of it.
        job: Callable[[], Coroutine[None, None, None]] = partial(self._guarded, work)
        _: Worker[None] = self.run_worker(job, group=group, exclusive=True)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except SixringError as error:
            self.session.ui = self.session.ui.said(str(error))
            self.repaint()

    async def _search(self, text: str) -> None:
        self.session.found(text, await self.port.find(text) if text.strip() else [])
        self.repaint()

    def read_timeline(self, lead_id: int | None) -> None:
        """Read the lead's timeline without holding up a key."""
        self._errand("timeline", partial(self._read_timeline, lead_id))

    async def _read_timeline(self, lead_id: int | None) -> None:
        self.session.told(lead_id, await self.port.timeline())
        self.repaint()

    def look_up(self, lead: Lead) -> None:
        """Read the timeline of a lead that was found without holding up a key."""
        self._errand("look up", partial(self._look_up, lead))

    async def _look_up(self, lead: Lead) -> None:
        self.session.looked_up(lead.id, await self.port.timeline(lead))
        self.repaint()

    def leave(self) -> None:
        """Clock out and end."""
        self._errand("leave", partial(self._leave, 0))

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
        if not self.is_running or not self.screen_stack:  # the ticker may fire while the app closes
            return
        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return
        scene = self._scene()
        mode = scene.ui.mode
        opens = mode in overlays.SHOWN
        if screen.overlay.has_class("-open") != opens or screen.overlay.has_class("-tall") != (
            mode in overlays.TALL
        ):
            screen.overlay.set_class(opens, "-open")
            screen.overlay.set_class(mode in overlays.TALL, "-tall")
            self.call_after_refresh(screen.overlay.show, scene)
        if opens and (room := screen.overlay.content_size.height) != scene.ui.room:
            self.session.ui = replace(self.session.ui, room=room)
        for pane in screen.panes:
            pane.show(scene)
        self._follow_lead(scene.view)
        self._tick_at_the_second(scene)

    def _scene(self) -> Scene:
        port = self.port
        return Scene(port.view, self.session.ui, port.clock.monotonic(), port.clock.now())

    def _tick_at_the_second(self, scene: Scene) -> None:
        """Paint again when the running timer shows its next second."""
        if self._ticker is not None:
            self._ticker.stop()
        left = 1000 - (scene.mono - scene.running_since) % 1000
        self._ticker = self.set_timer(max(left, 20) / 1000, self._tick)

    def _tick(self) -> None:
        if self._goodbye is None and not self.is_headless and is_gone():
            self._signalled(_EXIT_ON[signal.SIGHUP])
        self.repaint()

    def _announce(self) -> None:
        """The bell when somebody answers or rings here; the state in the window's title (OSC 2)."""
        view = self.port.view
        rings = view.incoming.since_mono if view.incoming is not None else None
        if rings is not None and rings != self._rung:
            self.bell()
        self._rung = rings
        title = window_title(view)
        if title == self._title_shown:
            return
        if view.state is ShiftState.TALKING and self._announced is not view.state:
            self.bell()
        self._title_shown, self._announced = title, view.state
        self._set_title(title)

    def _set_title(self, title: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]2;{title}\x07")
