"""The phone process's one loop: the stack's events, the client's commands, time limits, burials."""

from __future__ import annotations

import os
import queue
from collections import deque

import msgspec
import pjsua2 as pj

from config.clock import Clock
from config.errors import SixringError
from telephony.account import Sound
from telephony.engine.board import Board
from telephony.engine.call import OutCall
from telephony.engine.departed import Departed
from telephony.engine.door import Door
from telephony.engine.endpoint import open_endpoint, prefer_codecs
from telephony.engine.first_hop import FirstHop
from telephony.engine.graveyard import Graveyard
from telephony.engine.guard import explain
from telephony.engine.in_call import InCall
from telephony.engine.line import Line
from telephony.engine.live_call import LiveCall
from telephony.engine.moving import Moving
from telephony.engine.names import Names
from telephony.engine.next_call import NextCall
from telephony.engine.progress import Limits, Progress
from telephony.engine.reception import Reception
from telephony.engine.recorder import Drawer
from telephony.engine.rep_sound import rep_sound
from telephony.engine.resolver import Resolver
from telephony.engine.ringback import Ringback
from telephony.engine.throttle import Throttle
from telephony.engine.wait import waiting
from telephony.engine.way import Whereabouts, choose
from telephony.pipe import Pipe
from telephony.protocol import (
    Abort,
    Announce,
    Answer,
    AnyCommand,
    Configure,
    Dial,
    Ended,
    Full,
    HangUp,
    Hold,
    Mute,
    PassOn,
    Ping,
    Play,
    Pong,
    Quit,
    Ready,
    Record,
    Recycle,
    SendDtmf,
    Transfer,
)
from telephony.results import Cut
from telephony.ringing_tones import ringing_tone

LISTEN_EVERY_MS = 1_000
LEAVE_MS = 300  # for the last BYE and the unregistration to get through
MOVED = "This machine has another network address; the phone begins anew."
HELD = "A line was held by a carrier that does not reply; the phone begins anew."
TOO_MANY = 70010  # PJ_ETOOMANY: the stack's four call slots are taken


class Engine:
    """Owns every object of the stack, in the thread that calls `run`."""

    def __init__(self, pipe: Pipe, setup: Configure, clock: Clock) -> None:
        account = setup.account
        self._board = Board(pipe, clock, account)
        self._pipe, self._clock = pipe, clock
        binding = choose(self._board)
        self._where = Whereabouts(binding)
        self._stack = open_endpoint(binding, account.transport, account)
        self._lib = self._stack.lib
        prefer_codecs(self._lib, account.codecs)
        self._board.rep = rep_sound(self._lib, setup.sound, self._board)
        self._board.rep.changed = self._rejoin
        self._board.ears = Drawer()
        self._board.ringback = Ringback(ringing_tone(account.country))
        self._graves, self._departed = Graveyard(), Departed(self._stack.past.left)
        self._calls: dict[str, LiveCall] = {}
        names = Names()
        self._open_door(setup.sound, names)
        reception = self._reception = Reception(self._board, self._calls, self._graves)
        self._lib.turned_away = reception.turned_away
        hop = FirstHop(account, setup.sound, binding, names)
        self._resolver = Resolver(hop.address_of) if hop.has_names else None
        self._line = Line(self._board, binding, self._stack.transport_id, reception, hop)
        self._moving = Moving(self._line, binding, self._calls)
        self._next = NextCall(self._line, self._board)
        self._waiting: deque[Dial] = deque()
        self._throttle = Throttle()
        self._decoder: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)
        self._listened = 0
        self._stuck = False  # an INVITE was given up that the stack keeps sending
        self._leaving = False
        door = f"{binding.bound or '127.0.0.1'}:{self._stack.port}" if account.transport == "udp" else ""
        self._wait = waiting(self._lib, pipe.incoming, door)

    def _open_door(self, sound: Sound, names: Names) -> None:
        desk_phone = sound.uri if sound.kind == "desk_phone" else ""
        door = self._board.door = Door(self._board.account, desk_phone, names)
        door.keep(self._stack.port)
        self._watch_names(self._clock.monotonic())

    def run(self) -> None:
        """Serve until the client quits or is gone. Does not return: leaves the process."""
        at, mono = self._clock.now(), self._clock.monotonic()
        wait = self._wait
        self._board.send(Ready(at=at, mono=mono, pid=os.getpid(), door=wait.door, bell=wait.bell))
        while not self._leaving:
            self._wait.wait()
            self._reception.begin()
            self._obey()
            self._wait.work()
            self._place_waiting()
            self._watch()
            self._line.watch(self._clock.monotonic())
            self._board.rep.watch(self._clock.monotonic())
            self._bury()
            self._next.make_ready()
        self._leave()

    # ------------------------------------------------------------ commands

    def _obey(self) -> None:
        while not self._leaving:
            try:
                line = self._pipe.next_line()
            except queue.Empty:
                return
            if line is None:
                self._leaving = True
                return
            self._obey_one(line)

    def _obey_one(self, line: bytes) -> None:
        try:
            self._do(self._decoder.decode(line))
        except msgspec.DecodeError as error:
            self._board.trouble(f"a command could not be read ({error})")
        except pj.Error as error:
            self._board.trouble(f"a command failed ({explain(error)})")

    def _do(self, command: AnyCommand) -> None:
        match command:
            case Dial():
                self._waiting.append(command)
                self._place_waiting()  # before the next look into the pipe
            case Answer(call=name) | PassOn(call=name):
                self._receive(name, command)
            case HangUp(call=name):
                self._hang_up(name)
            case Ping():
                self._board.send(Pong(at=self._clock.now(), mono=self._clock.monotonic()))
            case Abort():
                os.abort()
            case Quit():
                self._leaving = True
            case Configure():
                self._board.trouble("the phone was configured already")
            case _ if command.call in self._calls:
                self._do_in(self._calls[command.call], command)

    def _do_in(self, call: LiveCall, command: AnyCommand) -> None:
        match command:
            case SendDtmf(digits=digits):
                call.press(digits)
            case Mute(on=on):
                self._mute(on)
            case Hold(on=on):
                call.hold(on)
            case Play(path=path):
                call.play(path)
            case Announce(path=path):
                call.announce(path)
            case Transfer(to=to):
                call.give(command, self._calls.get(to))
            case Record():
                call.record(command)

    def _mute(self, on: bool) -> None:
        """Muted is the rep, not a line: on every call that has the rep's voice."""
        for call in self._calls.values():
            if not call.rep and not call.progress.over:
                call.voice.mute(on)

    def _receive(self, name: str, command: Answer | PassOn) -> None:
        call = self._calls.get(name)
        if not isinstance(call, InCall):
            return
        if isinstance(command, Answer):
            call.take()
        else:
            call.pass_on(command.away)

    def _hang_up(self, name: str) -> None:
        if name in self._calls:
            self._calls[name].cut_off(Cut.REP)
            self._note_stuck(self._calls[name])
        for order in [order for order in self._waiting if order.call == name]:
            self._waiting.remove(order)
            progress = Progress(order.call, Limits(), cut=Cut.REP)
            self._send_end(progress.end(self._clock.now(), self._clock.monotonic()))

    def _place_waiting(self) -> None:
        while self._waiting and self._throttle.allows(self._clock.monotonic()):
            self._place(self._waiting.popleft())

    def _place(self, order: Dial) -> None:
        call = self._calls[order.call] = self._next.take(order)
        beside = self._calls.get(order.beside)
        if order.beside and (beside is None or beside.progress.over):
            self._refuse(call, "failed", "The call it was to be a second line of has ended.")
            return
        call.voice.muted = beside is not None and beside.voice.muted
        try:
            call.address()
            self._invite(call)
            call.progress.placed = self._clock.monotonic()
        except SixringError as error:
            self._refuse(call, "invalid", str(error))
        except pj.Error as error:
            if error.status == TOO_MANY:
                self._no_slot(call)
            else:
                self._refuse(call, "failed", f"The call could not be placed ({explain(error)}).")

    def _invite(self, call: OutCall) -> None:
        """Let it go out; if need be in the slot of one that nobody answers any more."""
        try:
            call.place()
        except pj.Error as error:
            if error.status != TOO_MANY or not self._departed.make_room(self._clock.monotonic()):
                raise
            call.place()

    def _no_slot(self, call: LiveCall) -> None:
        """All four slots are taken: another process places it, or this one begins anew, with no live call."""
        others = [other for other in self._calls.values() if other is not call]
        if any(not other.progress.over for other in others):
            call.progress.over = True
            self._board.send(Full(at=self._clock.now(), mono=self._clock.monotonic(), call=call.name))
        else:
            call.progress.over = True
            self._recycle()

    def _rejoin(self) -> None:
        """The rep's phone came or went: join the others to what is there now."""
        self._board.ringback.rejoin(self._board.rep.sink)
        for call in self._calls.values():
            if not call.progress.over:
                call.voice.rejoin()

    def _refuse(self, call: LiveCall, result: str, sentence: str) -> None:
        if call.progress.over:
            return
        call.progress.over = True
        self._send_end(
            Ended(
                at=self._clock.now(),
                mono=self._clock.monotonic(),
                call=call.name,
                result=result,
                reason=sentence,
                ended_by="engine",
            )
        )

    def _send_end(self, ended: Ended | None) -> None:
        if ended is not None:
            self._board.send(ended)

    # --------------------------------------------------------------- watch

    def _watch(self) -> None:
        mono = self._clock.monotonic()
        self._reception.watch(mono)
        listen = mono - self._listened >= LISTEN_EVERY_MS
        if listen:
            self._listened = mono
            self._watch_network(mono)
            self._watch_names(mono)
        self._moving.watch(mono)
        for call in list(self._calls.values()):
            if call.progress.over:
                continue
            try:
                self._watch_one(call, mono, listen)
            except pj.Error as error:
                self._board.trouble(f"a call could not be watched ({explain(error)})")

    def _watch_one(self, call: LiveCall, mono: int, listen: bool) -> None:
        if call.progress.invited is not None and not call.isActive():  # its end was missed: a callback failed
            call.progress.lost = True
            call.finish()
            return
        if listen:
            call.listen(mono)
        call.watch_voice()
        call.watch_hold(mono)
        joined = self._calls.get(call.watch_giving(mono))
        if joined is not None:
            joined.joined()
        cut = call.progress.overdue(mono)
        if cut is not None:
            call.cut_off(cut)
            self._note_stuck(call)

    def _watch_network(self, mono: int) -> None:
        """Another address of ours: the stack would go on telling the old one."""
        if not self._where.watched:
            return
        here = self._where.look()
        self._line.look(here, mono)
        if not self._where.moved:
            return
        if self._leads or self._waiting:
            self._moving.to(here, mono)
        else:
            self._moving.leave(here)
            self._sign_off()  # nobody should ring where we were
            self._recycle(MOVED)

    def _watch_names(self, mono: int) -> None:
        for host in self._board.door.watch(mono):
            self._board.trouble(f"{host} is not found, so no call from there rings here; check sip.ring_from")

    @property
    def _leads(self) -> list[LiveCall]:
        """The calls that are not the rep's own phone."""
        return [call for call in self._calls.values() if not call.rep]

    def _note_stuck(self, call: LiveCall) -> None:
        """An INVITE nobody replied to is repeated for 32 s, given up or not: it could still ring the lead."""
        if call.progress.replied is None and not call.rep:  # the rep's own phone may ring too late
            self._stuck = True

    def _bury(self) -> None:
        mono = self._clock.monotonic()
        for name in [name for name, call in self._calls.items() if call.progress.over]:
            call = self._calls.pop(name)
            self._graves.take(call, mono)
            if call.progress.cut is not Cut.NONE and call.parties is not None:
                self._departed.add(call.parties, call.progress.answered is not None, mono)
        self._graves.release((*self._calls.values(), *self._reception.waiting), mono)
        if self._stuck and not self._leads and not self._waiting and not self._graves:
            self._recycle()

    # --------------------------------------------------------------- leave

    def _recycle(self, why: str = HELD) -> None:
        """Leave for a fresh process, which has all its slots, and no INVITE in retransmission."""
        self._board.send(Recycle(at=self._clock.now(), mono=self._clock.monotonic(), why=why))
        os._exit(0)

    def _leave(self) -> None:
        """End every call, unregister, and go; tearing the stack down aborts on stray references."""
        for call in self._calls.values():
            if not call.progress.over:
                try:
                    call.cut_off(Cut.ENGINE)
                except pj.Error as error:
                    self._board.trouble(f"a call could not be ended ({explain(error)})")
        signed_off = self._sign_off()
        if self._calls and not signed_off:
            self._pump()
        os._exit(0)

    def _sign_off(self) -> bool:
        """Unregister; whether there was anything to be said, and time for it to get through."""
        if not (self._board.account.register and self._line.reach.fine):
            return False
        try:
            self._line.setRegistration(False)
        except pj.Error as error:  # the registrar has not answered the last request yet
            self._board.trouble(f"the account could not be unregistered ({explain(error)})")
        self._pump()
        return True

    def _pump(self) -> None:
        until = self._clock.monotonic() + LEAVE_MS
        while self._clock.monotonic() < until:
            self._lib.libHandleEvents(10)
