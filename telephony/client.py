"""The phone as the rest of Sixring knows it: commands down, typed events up, whatever happens below.

The SIP stack lives in a child process. If that dies, its calls are ended in
its name (`interrupted`), the other sides are told to hang up, and a new
process is started; the caller sees `Ended`, `Down` and `Ready`, and can dial
again. Every call gets exactly one `Ended`, as its last event.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from cadence.model import Result
from config.clock import Clock, SystemClock
from telephony.account import Account, Sound
from telephony.child import Child
from telephony.desk_phone import DeskPhone
from telephony.errors import TelephonyError
from telephony.ledger import Ledger
from telephony.orphan import hang_up as hang_up_orphan
from telephony.protocol import (
    AnyCommand,
    AnyEvent,
    Configure,
    Dial,
    DialogKnown,
    Down,
    Ended,
    EngineEvent,
    Full,
    HangUp,
    Mute,
    NoServer,
    Ping,
    Pong,
    Quit,
    Ready,
    Recycle,
    RelayAt,
    SendDtmf,
    SoundState,
    Trouble,
)
from telephony.spare import Spare, spare_account

ENGINE = "telephony.engine"
START_S = 30.0  # a second where nothing else runs, and more where a disk stands still
GRACE_S = 2.5  # for the engine to hang up and leave
PULSE_S = 2.0  # between two pings
PULSES_MISSED = 4  # counted, not timed: a laptop that slept must not kill a healthy engine
HOLD_MS = 3_000  # how long a dial waits for a process that is starting again
BACK_OFF_S = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
LOOK_AGAIN_S = 5.0  # for a server that is not found
NO_LINE = "The call it was to be a second line of has ended."
ROOM = 2  # calls up beside which another one and its second line still fit: the stack holds four
STEADY_MS = 10_000  # a process that lived this long resets the back-off
_encode = msgspec.json.Encoder().encode


class Phone:
    """One rep's telephone. All methods belong to the event loop that called `start`."""

    def __init__(
        self,
        account: Account,
        on_event: Callable[[AnyEvent], None],
        log: Path,
        *,
        sound: Sound | None = None,
        clock: Clock | None = None,
        spare: bool = True,
    ) -> None:
        """A telephone for `account`.

        Args:
            account: Who we are to the carrier; handed to the process through its pipe alone.
            on_event: Called in the event loop for each event; must not block.
            log: The process's native chatter; created with mode 0600.
            sound: What the called person hears; silence by default.
            clock: Stamps events the client makes itself.
            spare: Whether a second process places dials for which the first has no slot.
        """
        self._setup = Configure(account=account, sound=sound or Sound())
        self._on_event = on_event
        self._log = log
        self._clock = clock or SystemClock()
        self._ledger = Ledger()
        self._held: dict[str, Dial] = {}
        self._decode = msgspec.json.Decoder[EngineEvent](EngineEvent).decode
        self._child: Child | None = None
        self._ready = False
        self._closing = asyncio.Event()
        self._recycling = False
        self._last_trouble = ""
        self._no_server = ""  # why the process that left last did not find the server
        self._patient = False
        self._desk_phone: DeskPhone | None = None
        if self._setup.sound.kind == "desk_phone":
            self._desk_phone = DeskPhone(self._setup.sound.uri, self.dial, self._tell_sound)
            self._set_sound(relay_word=secrets.token_hex(8))
        self._unheard = 0  # pings since the process last said anything
        self._spare = Spare(self._second, self._emit, self._trouble) if spare else None
        self._keeper: asyncio.Task[None] | None = None
        self._orphans: set[asyncio.Task[bool]] = set()

    # ------------------------------------------------------------- the face

    async def start(self, *, patient: bool = False) -> None:
        """Start the process and wait until it takes commands.

        `patient`: a server that is not found yet is looked for again and again; `Down` says why.

        Raises:
            TelephonyError: it cannot start; the sentence says why.
        """
        self._patient = patient
        loop = asyncio.get_running_loop()
        first: asyncio.Future[None] = loop.create_future()
        self._keeper = loop.create_task(self._keep(first))
        try:
            await asyncio.wait_for(asyncio.shield(first), START_S)
        except TimeoutError:
            await self.close()
            raise TelephonyError(f"The phone did not start in {START_S:.0f} s; see {self._log}.") from None

    def dial(self, order: Dial) -> None:
        """Place a call; its events carry `order.call`, which must be new."""
        if order.beside and self._spare is not None and order.beside in self._spare:
            self._spare.dial(order)
            return
        alone = not (order.beside or order.rep)
        if alone and self._spare is not None and len(self._ledger) > ROOM and not self._spare.full:
            self._spare.dial(order)
            return
        self._ledger.open(order)
        if order.beside and order.beside not in self._ledger:
            self._end_unsent(order.call, NO_LINE, "engine")
        elif self._ready and self._child is not None:
            self._child.send(_encode(order))
        else:
            self._hold(order)

    def hang_up(self, call: str) -> None:
        """End a call in any state; nothing happens for one that has ended."""
        if call in self._held:
            del self._held[call]
            self._end_unsent(call, "The rep hung up before it rang.", "rep")
        elif self._spare is not None and call in self._spare:
            self._spare.hang_up(call)
        elif call in self._ledger:
            self._send(HangUp(call))

    def dtmf(self, call: str, digits: str) -> None:
        """Send keypad tones."""
        self._send(SendDtmf(call, digits))

    def mute(self, call: str, on: bool) -> None:
        """Stop or restore what the called person hears."""
        self._send(Mute(call, on))

    def send(self, command: AnyCommand) -> None:
        """Send any other command of the protocol."""
        self._send(command)

    @property
    def pid(self) -> int | None:
        """The engine's process id, while there is one."""
        return self._child.pid if self._child is not None and self._child.alive else None

    @property
    def spare_pid(self) -> int | None:
        """The process id of the spare engine, once one was needed."""
        return self._spare.pid if self._spare is not None else None

    async def close(self) -> None:
        """Hang up everything, unregister, end the process. Calls still open end as interrupted."""
        self._closing.set()
        if self._desk_phone is not None:
            self._desk_phone.close()
        if self._child is not None and self._child.alive:
            self._send(Quit())
            await self._child.end(GRACE_S)
        if self._keeper is not None:
            await self._keeper
        if self._spare is not None:
            await self._spare.close()
        self._abandon(frozenset())
        if self._orphans:
            await asyncio.wait(self._orphans, timeout=GRACE_S)

    # ------------------------------------------------------------ the keeper

    async def _keep(self, first: asyncio.Future[None]) -> None:
        """Run one process after another until closed."""
        failures = 0
        while not self._closing.is_set():
            born, self._no_server = self._clock.monotonic(), ""
            code = await self._run_once(first)
            if not first.done() and self._patient and self._no_server:
                first.set_result(None)
            if not first.done():
                first.set_exception(
                    TelephonyError(self._last_trouble or f"The phone died at its start; see {self._log}.")
                )
                return
            if self._closing.is_set():
                return
            planned, self._recycling = self._recycling, False
            steady = self._clock.monotonic() - born >= STEADY_MS and not self._no_server
            failures = 0 if planned or steady else failures + 1
            wait_s = BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1] if failures else 0.0
            wait_s = LOOK_AGAIN_S if self._no_server else wait_s
            self._bury(code, planned, wait_s)
            await self._pause(wait_s)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _run_once(self, first: asyncio.Future[None]) -> int:
        try:
            child = self._child = await Child.start(ENGINE, self._log)
        except OSError as error:
            why = f"{error.filename or ENGINE}: {(error.strerror or str(error)).lower()}"
            self._last_trouble = f"The phone process could not be started: {why}."
            return -1
        if self._closing.is_set():
            return await child.end(0)
        child.send(_encode(self._setup))
        pulse = asyncio.create_task(self._feel_pulse(child))
        async for line in child.lines():
            self._unheard = 0
            self._take(line)
            if self._ready and not first.done():
                first.set_result(None)
        self._ready = False
        pulse.cancel()
        return await child.end(0.5)

    async def _feel_pulse(self, child: Child) -> None:
        """Kill a process that hangs; its death is then handled like any other."""
        self._unheard = 0
        while self._unheard < (PULSES_MISSED if self._ready else max(PULSES_MISSED, START_S / PULSE_S)):
            await asyncio.sleep(PULSE_S)
            self._unheard += 1
            child.send(_encode(Ping()))
        self._trouble("The phone process hangs and is replaced.")
        child.kill()

    def _take(self, line: bytes) -> None:
        try:
            event = self._decode(line)
        except msgspec.DecodeError as error:
            self._trouble(f"The phone process said something unreadable ({error}).")
            return
        if not self._ledger.note(event):
            return  # a call that was ended in its name already
        match event:
            case DialogKnown() | Pong():
                return
            case RelayAt(address=address):
                self._set_sound(relay=address)  # kept for the next process: the second one knows no other
                return
            case Full(call=call):
                self._divert(call)
                return
            case Recycle(why=why):
                self._ready, self._recycling = False, True
                self._trouble(why)
                return
            case NoServer(why=why):
                self._no_server, self._last_trouble = why, f"The phone could not start: {why}."
                return
            case Ready(door=door, bell=bell):
                self._ready = True
                if bell and self._child is not None:
                    self._child.rings_at(door)
            case Trouble(text=text):
                self._last_trouble = text
        self._emit(event)
        if isinstance(event, Ready):
            self._release_held()

    def _bury(self, code: int, planned: bool, wait_s: float) -> None:
        """The process is gone: settle its calls, tell the other sides, say so."""
        unsent = [order for order in self._ledger.unsent() if not order.beside] if planned else []
        for order in unsent:
            self._hold(order)
        self._abandon(frozenset(self._held))
        at, mono = self._clock.now(), self._clock.monotonic()
        wait_ms = round(wait_s * 1000)
        self._emit(
            Down(at=at, mono=mono, code=code, restarting=True, reason=self._no_server, retry_in_ms=wait_ms)
        )

    def _abandon(self, keep: frozenset[str]) -> None:
        for ended, entry in self._ledger.abandon(self._clock.now(), self._clock.monotonic(), keep):
            self._emit(ended)
            if entry.dialog is not None:
                answered = entry.answered is not None
                task = asyncio.ensure_future(
                    hang_up_orphan(entry.dialog, self._setup.account, answered=answered)
                )
                self._orphans.add(task)
                task.add_done_callback(self._orphans.discard)

    # ------------------------------------------------------------- the spare

    def _second(self, on_event: Callable[[AnyEvent], None]) -> Phone:
        """The phone behind `Spare`."""
        setup = self._setup
        log = self._log.with_name(f"{self._log.stem}-2{self._log.suffix}")
        account, sound = spare_account(setup.account), setup.sound
        if self._desk_phone is not None:
            sound = Sound(kind="relay", relay=sound.relay, relay_word=sound.relay_word)
        return Phone(account, on_event, log, sound=sound, clock=self._clock, spare=False)

    def _set_sound(self, **changes: str) -> None:
        sound = msgspec.structs.replace(self._setup.sound, **changes)
        self._setup = msgspec.structs.replace(self._setup, sound=sound)

    def _divert(self, call: str) -> None:
        """The process has no slot for this dial: the spare one places it, where it can stand alone."""
        entry = self._ledger.close(call)
        order = entry.order if entry is not None else None
        if order is None:
            return
        if self._spare is None or order.beside or order.rep:
            self._end_unsent(call, "All lines of this phone are in use; end a call first.", "engine")
        else:
            self._spare.dial(order)

    # ------------------------------------------------------------- held dials

    def _hold(self, order: Dial) -> None:
        """Keep a dial for the next process, for a moment."""
        self._held[order.call] = order
        asyncio.get_running_loop().call_later(HOLD_MS / 1000, self._give_up, order.call)

    def _give_up(self, call: str) -> None:
        if self._held.pop(call, None) is not None:
            self._end_unsent(
                call, "The phone process is starting again; dial once more in a moment.", "engine"
            )

    def _release_held(self) -> None:
        held, self._held = self._held, {}
        for order in held.values():
            self._send(order)

    def _end_unsent(self, call: str, sentence: str, by: str) -> None:
        self._ledger.close(call)
        self._emit(
            Ended(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                call=call,
                result=Result.FAILED.value,
                reason=sentence,
                ended_by=by,
            )
        )

    # ------------------------------------------------------------------ small

    def _send(self, command: AnyCommand) -> None:
        if self._spare is not None and getattr(command, "call", "") in self._spare:
            self._spare.send(command)
        elif self._child is not None:
            self._child.send(_encode(command))

    def _emit(self, event: AnyEvent) -> None:
        """Pass an event on; a listener that fails must not cost the calls."""
        if self._desk_phone is not None and self._desk_phone.hear(event):
            return
        try:
            self._on_event(event)
        except Exception as error:  # noqa: BLE001 - reported where the loop's errors go
            context = {"message": f"The listener failed at {type(event).__name__}.", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)

    def _tell_sound(self, ready: bool, text: str, trying: bool) -> None:
        at, mono = self._clock.now(), self._clock.monotonic()
        self._emit(SoundState(at=at, mono=mono, ready=ready, text=text, trying=trying))

    def _trouble(self, text: str) -> None:
        self._emit(Trouble(at=self._clock.now(), mono=self._clock.monotonic(), text=text))
