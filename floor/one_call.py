"""One call from a shell: through the gate, stored like any other, on a shift of its own.

A call for help goes out first, and is written while it goes on (`floor.help_record`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Literal

from cadence.caller_id import nearest
from cadence.model import Result, ShiftState
from cadence.numbers import is_emergency, pretty
from config.clock import SECOND
from config.errors import SixringError
from config.text import for_terminal
from floor.account import callers_of
from floor.call_end import call_end
from floor.desk_effects import KeepHelp
from floor.help_record import HelpRecord
from floor.phone_words import PhoneWords
from floor.station import Rep
from floor.store_room import StoreRoom
from floor.workplace import Workplace
from store.by_hand import number_typed
from store.records import Attempt
from store.store import Store
from telephony import protocol as phone
from telephony.call_sound import CallSound, call_sound

READY_S = 10.0  # for the registrar to answer; its silence is told after four
PICK_UP_S = 30.0  # for a rep to pick up the desk phone
_BEAT_S = 5.0
_CALL = "shell"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    typed: str
    talk_s: float | None = None  # hang up so long after the answer; None: when the other side does
    disposition: str = ""  # code recorded after an answered call; empty: nobody says how it went


@dataclass(frozen=True, slots=True)
class Placed:
    """How it ended."""

    attempt_id: int  # 0: that of a call for help, which is written beside it
    result: Result  # BLOCKED where the gate refused
    reason: str = ""  # one sentence for a person
    sound: CallSound | None = None  # how it was; None: it never came to that


class OneCall:
    """A call in the making. `tell` gets a line at each event, with the time it happened (ms UTC)."""

    def __init__(self, place: Workplace, rep: Rep, tell: Callable[[int, str], None]) -> None:
        self._place, self._rep, self._tell = place, rep, tell
        self._heard: asyncio.Queue[phone.AnyEvent] = asyncio.Queue()
        self._phone = place.make_phone(self._heard.put_nowait)

    async def run(self, order: Order) -> Placed:
        """Place the call and see it to its end; nothing is stored while the phone cannot dial.

        Raises:
            SixringError: the rep is at work at a desk, the phone cannot dial, or `typed` is no number.
        """
        if is_emergency(order.typed.strip(), self._place.settings.firm.region):
            return await self._call_help(order)
        async with self._place.store_room() as room, self._shift(room) as shift_id:
            await self._phone.start()
            try:
                await self._wait_until_it_can_dial()
                return await self._call(room, shift_id, order)
            finally:
                await self._phone.close()

    async def _call_help(self, order: Order) -> Placed:
        """Nothing holds it back: no line that is down, no store, no desk where the rep is at work."""
        number = number_typed(order.typed, self._place.settings.firm.region)
        await self._phone.start()
        try:
            with _interrupted(lambda: self._phone.hang_up(_CALL)):
                told = KeepHelp(token_hex(8), number, self._shown_to(number), self._place.clock.now())
                self._dial(number, told.caller_id)
                record = HelpRecord(self._place, self._rep.login, told)
                ended, secure = await self._follow(number, told.caller_id, order.talk_s, record.note, _nobody)
                record.ended(ended)
        finally:
            await self._phone.close()
        sound = self._told_sound(ended, secure=secure)
        if unwritten := await record.done():
            self._tell(self._place.clock.now(), f"the call is not on record: {for_terminal(unwritten)}")
        return Placed(0, Result(ended.result), for_terminal(ended.reason), sound)

    @asynccontextmanager
    async def _shift(self, room: StoreRoom) -> AsyncIterator[int]:
        """The rep at work for this one call; what is left open at the end is closed."""
        rep = self._rep
        shift = await room.run(
            lambda store: store.shifts.clock_in(rep.login, rep.name, socket.gethostname(), os.getpid())
        )
        beat = asyncio.create_task(_beat(room, shift.id))
        try:
            yield shift.id
        finally:
            beat.cancel()
            await room.run(lambda store: store.shifts.clock_out(shift.id))
            await room.run(lambda store: store.attempts.recover(rep.login))
            await room.run(lambda store: store.inbound.recover(rep.login))

    async def _wait_until_it_can_dial(self) -> None:
        words, said = "the phone is starting", PhoneWords(self._place.phone_name)
        own_phone = self._place.sound.kind == "desk_phone"
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_S + PICK_UP_S * own_phone):
                while True:
                    event = await self._heard.get()
                    state = said.hear(event)
                    if state is not None and state.ok:
                        return
                    words = state.words if state is not None else words
                    match event:
                        case phone.Registration(registered=False) | phone.Reachable(answers=False):
                            break
                        case phone.SoundState(ready=False, trying=False, text=words):
                            words = words.rstrip(".")
                            break
        raise SixringError(f"The phone cannot dial now: {words}. 'sixring doctor' says what to change.")

    async def _call(self, room: StoreRoom, shift_id: int, order: Order) -> Placed:
        attempt = await self._begin(room, shift_id, order.typed)
        if not attempt.decision.allowed:
            return Placed(attempt.id, Result.BLOCKED, self._refused(attempt))
        note, rings = partial(_note, room, attempt), partial(self._ring_elsewhere, room, shift_id)
        with _interrupted(lambda: self._phone.hang_up(_CALL)):
            self._dial(attempt.e164, attempt.caller_id)
            ended, secure = await self._follow(attempt.e164, attempt.caller_id, order.talk_s, note, rings)
        sound = self._told_sound(ended, secure=secure)
        await room.run(lambda store: self._finish(store, attempt, ended, order))
        return Placed(attempt.id, Result(ended.result), for_terminal(ended.reason), sound)

    def _dial(self, number: str, caller_id: str) -> None:
        ring_ms = self._place.settings.sip.ring_timeout_s * SECOND
        self._phone.dial(phone.Dial(_CALL, number, caller_id, ring_ms))

    def _told_sound(self, ended: phone.Ended, *, secure: bool) -> CallSound | None:
        sound = call_sound(ended, self._place.account, secure=secure)
        if sound is not None:
            self._tell(ended.at, f"sound: {sound.found}" + (f". {sound.mend}" if sound.mend else ""))
        return sound

    def _shown_to(self, typed: str) -> str:
        own = nearest(typed, callers_of(self._place.settings))
        return own.number if own is not None else ""

    async def _begin(self, room: StoreRoom, shift_id: int, typed: str) -> Attempt:
        number = self._shown_to(typed)

        def begin(store: Store) -> Attempt:
            store.shifts.state(shift_id, ShiftState.DIALING)
            return store.attempts.begin_by_hand(typed, self._rep.login, shift_id, number)[0]

        return await room.run(begin)

    def _finish(self, store: Store, attempt: Attempt, ended: phone.Ended, order: Order) -> None:
        store.attempts.finish(attempt.id, call_end(ended), self._rep.login)
        if order.disposition and ended.result == Result.ANSWERED:
            store.attempts.dispose(attempt.id, order.disposition, self._rep.login)

    def _refused(self, attempt: Attempt) -> str:
        """Tell why, and how to say it in one sentence."""
        whys = [f"{check.name}: {check.why}" for check in attempt.decision.checks if not check.passed]
        for why in whys:
            self._tell(attempt.opened_at, f"refused by the gate: {why}")
        return f"refused by the gate: {'; '.join(whys)}"

    async def _follow(
        self,
        number: str,
        caller_id: str,
        talk_s: float | None,
        note: Callable[..., Awaitable[None]],
        rings: Callable[[phone.Incoming], Awaitable[None]],
    ) -> tuple[phone.Ended, bool]:
        """Tell and `note` each instant until the end; that, and whether the sound was encrypted.

        Nobody sits at this phone: who `rings` is passed on.
        """
        loop, secure = asyncio.get_running_loop(), False
        while True:
            event = await self._heard.get()
            if getattr(event, "call", _CALL) != _CALL:
                if isinstance(event, phone.Incoming):
                    self._phone.send(phone.PassOn(event.call, away=True))
                    await rings(event)
                continue
            match event:
                case phone.Invited():
                    shown = f", shown as {pretty(caller_id)}" if caller_id else ""
                    self._tell(event.at, f"calling {pretty(number)}{shown}")
                    await note("invited", event.at, event.sip_call_id)
                case phone.Ringing():
                    self._tell(event.at, "ringing")
                    await note("ringing", event.at)
                case phone.Answered(secure=secure):
                    self._tell(event.at, "answered" + (", secure" if secure else ""))
                    if talk_s is not None:
                        loop.call_later(talk_s, self._phone.hang_up, _CALL)
                    await note("answered", event.at, secure=secure)
                case phone.Ended():
                    rang, talked = event.ring_ms / SECOND, event.talk_ms / SECOND
                    why = for_terminal(event.reason)
                    self._tell(event.at, f"ended: {why} Rang {rang:.1f} s, talked {talked:.1f} s.")
                    return event, secure
                case _:
                    pass

    async def _ring_elsewhere(self, room: StoreRoom, shift_id: int, event: phone.Incoming) -> None:
        """A missed call, if no desk answers."""
        number, name, sip, at, rep = event.number, event.name, event.sip_call_id, event.at, self._rep.login
        await room.run(lambda store: store.inbound.rings(number, name, sip, rep, shift_id, at))


async def _nobody(_: phone.Incoming) -> None:
    """While help is called nobody else is written down."""


async def _note(
    room: StoreRoom,
    attempt: Attempt,
    name: Literal["invited", "ringing", "answered"],
    at: int,
    sip_call_id: str = "",
    *,
    secure: bool = False,
) -> None:
    await room.run(lambda store: store.attempts.instant(attempt.id, name, at, sip_call_id, secure=secure))


async def _beat(room: StoreRoom, shift_id: int) -> None:
    """Say that this shift lives, as a desk does."""
    while True:
        await asyncio.sleep(_BEAT_S)
        with contextlib.suppress(SixringError):
            await room.run(lambda store: store.shifts.beat(shift_id))


@contextlib.contextmanager
def _interrupted(hang_up: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C hang up; a second one ends the program."""
    loop = asyncio.get_running_loop()

    def first() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        hang_up()

    with contextlib.suppress(RuntimeError, ValueError):  # Windows; not the main thread
        loop.add_signal_handler(signal.SIGINT, first)
    try:
        yield
    finally:
        with contextlib.suppress(RuntimeError, ValueError):
            loop.remove_signal_handler(signal.SIGINT)
