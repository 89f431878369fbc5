"""This machine has another address: the phone begins anew, or, in a call, takes the call along.

A call keeps its dialog and its sound lives on by packets alone, as far as a carrier follows them. What it
does not follow is told to it: where we are now, by the registration, and then by an offer within the call,
which names the new address for the sound and for the other side's BYE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pjsua2 as pj

from telephony.engine.connections import drop_connections
from telephony.engine.line import Line
from telephony.engine.live_call import LiveCall
from telephony.engine.way import Binding
from telephony.results import Cut

AGAIN_MS = 1_000  # an offer of ours is under way
TRIES = 40  # an offer whose answer went to the old address stands for 32 s, and then ends the call
_OFFER = pj.PJSUA_CALL_REINIT_MEDIA | pj.PJSUA_CALL_UPDATE_CONTACT | pj.PJSUA_CALL_UPDATE_VIA


class Moving:
    """Takes the calls of one process along to each new address."""

    def __init__(self, line: Line, binding: Binding, calls: Mapping[str, LiveCall]) -> None:
        self._line, self._calls = line, calls
        self._binding = binding  # where we are
        self._renewed = 0  # registrations there were when we moved
        self._left: dict[str, int] = {}  # calls that have yet to be told, and how often that failed
        self._due = 0

    def to(self, address: str, mono: int) -> None:
        """We are at `address` now."""
        if address == self._binding.local:
            return
        drop_connections()
        here = self._binding = replace(self._binding, public=address, local=address)
        self._renewed, self._due = self._line.renewals, mono
        self._line.move(here)
        self._line.reach.ask_now(mono)
        self._left = {}
        for name, call in list(self._calls.items()):
            if call.talks:
                self._left[name] = 0
            else:  # what comes of it would be said to the old address
                call.cut_off(Cut.MOVED)

    def leave(self, address: str) -> None:
        """We are at `address` now, and are about to begin anew: a farewell goes from there."""
        if address != self._binding.local:
            drop_connections()

    def watch(self, mono: int) -> None:
        """Tell the calls, once the registrar has told us what we look like from there."""
        if not self._left or mono < self._due:
            return
        if self._line.reach.registers and self._line.renewals == self._renewed:
            return
        self._due = mono + AGAIN_MS
        for name in list(self._left):
            call = self._calls.get(name)
            if call is None or not call.talks or self._left[name] >= TRIES or _told(call):
                del self._left[name]
            else:
                self._left[name] += 1


def _told(call: LiveCall) -> bool:
    """Offer the call anew; whether that could be sent."""
    if call.offering or not call.has_sound:  # begun beside another one it would cost the call its sound
        return False
    options = pj.CallOpParam(True)
    options.opt.flag = _OFFER
    try:
        call.reinvite(options)
    except pj.Error:
        return False
    return True
