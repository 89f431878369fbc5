"""The carrier process's loop: calls in, scripts on time."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import queue
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pjsua2 as pj

from config.clock import Clock
from telephony.carrier.call import InCall
from telephony.carrier.caller import Caller
from telephony.carrier.desk import Desk
from telephony.carrier.digest import challenge, fits
from telephony.carrier.party import Party
from telephony.carrier.reports import CallIn, CarrierCalling, CarrierReady, CarrierSetup
from telephony.carrier.script import Step, script
from telephony.carrier.successor import Successor
from telephony.carrier.tones import compose, make_folder
from telephony.engine.endpoint import bind_media, open_endpoint, prefer_codecs
from telephony.engine.graveyard import Graveyard
from telephony.engine.guard import explain, guarded
from telephony.engine.message import values
from telephony.engine.way import Binding
from telephony.pipe import Pipe

POLL_MS = 5
LEAVE_MS = 200
_USER = re.compile(r"sips?:([^@;>]*)@", re.IGNORECASE).search


class Carrier(pj.Account):
    """Answers whatever rings."""

    def __init__(self, pipe: Pipe, setup: CarrierSetup, clock: Clock) -> None:
        super().__init__()
        self._pipe, self._setup, self._clock = pipe, setup, clock
        self._folder = make_folder()
        self._desk = Desk(pipe, clock, compose(Path(self._folder.name)), self._succeed)
        binding = Binding(bound=setup.host, port=setup.port)
        self._stack = open_endpoint(binding, transfers=True)
        prefer_codecs(self._stack.lib, ("PCMU", "PCMA", "G722"))
        self._desk.silence = self._stack.lib.audDevManager().getCaptureDevMedia()
        config = pj.AccountConfig()
        config.idUri = f"sip:carrier@{setup.host}:{self._stack.port}"
        bind_media(config, binding)
        self.create(config)
        self._calls: list[Party] = []
        self._closing = False
        self._graves = Graveyard()
        self._due: list[tuple[float, int, Party, Callable[[], None]]] = []
        self._order = itertools.count()

    def report(self, text: str) -> None:
        """Say what failed in a callback."""
        self._desk.trouble(text)

    def run(self) -> None:
        """Serve until the controller closes the pipe. Does not return: leaves the process."""
        self._desk.send(CarrierReady(port=self._stack.port))
        while not self._closing:
            self._stack.lib.libHandleEvents(POLL_MS)
            self._obey()
            self._act()
            self._bury()
        self._leave()

    @guarded("an incoming call could not be taken", None)
    def onIncomingCall(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called for each INVITE."""
        invite = str(prm.rdata.wholeMsg)
        found = _USER(invite.partition("\r\n")[0])
        number = found[1] if found else ""
        ours = prm.rdata.srcAddress == f"{self._setup.host}:{self._stack.port}"  # a transfer that is obeyed
        call = InCall(self, prm.callId, number, invite, self._desk)
        if ours:
            call.rung_by_us()
        self._calls.append(call)
        if self._setup.password and not ours and not self._known(invite):
            name = "Proxy-Authenticate" if self._setup.challenge == 407 else "WWW-Authenticate"
            header = (name, challenge("practice"))
            self._plan(0, call, lambda: call.refuse(self._setup.challenge, (header,)))
            return
        for step in script(number):
            self._plan(step.at_s * self._setup.pace, call, partial(call.act, step))

    def _plan(self, after_s: float, call: Party, act: Callable[[], None]) -> None:
        """Do `act` later: from within the callback of a new call the stack forgets a reply's headers."""
        when = self._clock.monotonic() + after_s * 1000
        heapq.heappush(self._due, (when, next(self._order), call, act))

    def _known(self, invite: str) -> bool:
        name = "Proxy-Authorization" if self._setup.challenge == 407 else "Authorization"
        setup = self._setup
        return any(fits(value, "INVITE", setup.login, setup.password) for value in values(invite, name))

    def _act(self) -> None:
        now = self._clock.monotonic()
        while self._due and self._due[0][0] <= now:
            _, _, call, act = heapq.heappop(self._due)
            if call.over:
                continue
            try:
                act()
            except pj.Error as error:
                self._desk.trouble(f"a step of a call failed ({explain(error)})")

    def _bury(self) -> None:
        """Strike ended calls, and what they still had to do."""
        now = self._clock.monotonic()
        over = [call for call in self._calls if call.over]
        if over:
            self._calls = [call for call in self._calls if not call.over]
            self._due = [due for due in self._due if not due[2].over]
            heapq.heapify(self._due)
            for call in over:
                self._graves.take(call, now)
        self._graves.release(self._calls, now)

    def _obey(self) -> None:
        with contextlib.suppress(queue.Empty):
            while not self._closing:
                line = self._pipe.next_line()
                if line is None:
                    self._closing = True
                else:
                    self._ring(msgspec.json.decode(line, type=CallIn))

    def _ring(self, order: CallIn) -> None:
        """Ring a desk."""
        call = Caller(self, order, self._desk, self._plan_step)
        try:
            call.place(f"{self._setup.host}:{self._stack.port}")
        except pj.Error as error:
            self._desk.send(CarrierCalling(order=order.order, fault=explain(error)))
        else:
            self._calls.append(call)

    def _succeed(self, number: str, call_id: int) -> Successor:
        """The call that comes out of a transfer."""
        call = Successor(self, self._desk, number, self._plan_step, call_id)
        self._calls.append(call)
        return call

    def _plan_step(self, after_s: float, call: Party, step: Step) -> None:
        self._plan(after_s * self._setup.pace, call, partial(call.act, step))

    def _leave(self) -> None:
        if self._calls:
            self._stack.lib.hangupAllCalls()
            until = self._clock.monotonic() + LEAVE_MS
            while self._clock.monotonic() < until:
                self._stack.lib.libHandleEvents(POLL_MS)
        self._folder.cleanup()
        os._exit(0)  # tearing the stack down aborts on stray references
