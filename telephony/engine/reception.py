"""What becomes of an INVITE: a call that rings, or a refusal nobody here sees.

Each INVITE costs sockets for half a second, and a server that tries again the
moment it is refused could have them all. So when many come, a refusal waits:
four calls that wait fill the stack's slots, and it turns away the rest by
itself, for which it needs no socket.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import Any

import pjsua2 as pj

from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.graveyard import Graveyard
from telephony.engine.in_call import AWAY, BUSY, InCall, Rings
from telephony.engine.live_call import LiveCall
from telephony.engine.throttle import WINDOW_MS, Throttle
from telephony.engine.who_calls import call_name, who_calls
from telephony.results import Cut

CALLS_A_WINDOW = 6  # that may be refused at once


class Reception:
    """Takes the calls that come in; `calls` are all that have not ended."""

    def __init__(self, board: Board, calls: dict[str, LiveCall], graves: Graveyard) -> None:
        self._board, self._calls, self._graves = board, calls, graves
        self._throttle = Throttle(CALLS_A_WINDOW)
        self._later: deque[tuple[int, Any]] = (
            deque()
        )  # calls of strangers, and from when on they may be refused

    def take(self, line: Any, prm: Any) -> None:  # noqa: ANN401 - pjsua2 has no types
        """An INVITE has come: the stack's slot for it must find its owner here, before this returns."""
        invite, source = message.as_bytes_text(prm.rdata.wholeMsg), prm.rdata.srcAddress
        name = call_name(message.call_id(invite))
        mono = self._board.clock.monotonic()
        not_before = None if self._throttle.allows(mono) else mono + WINDOW_MS
        if not self._may_ring(source) or name in self._calls:
            self._later.append((not_before or mono, pj.Call(line, prm.callId)))
            self.watch(mono)
            return
        who = who_calls(invite, trusted=self._board.door.is_ours(source))
        rings = Rings(who, invite, source, not_before)
        others = [call for call in self._calls.values() if isinstance(call, InCall) and call.rings]
        call = self._calls[name] = InCall(line, prm.callId, name, rings, self._board)
        call.ring()
        if others:
            call.cut_off(Cut.SECOND, BUSY)

    def _may_ring(self, source: str) -> bool:
        return bool(self._board.account.rings and self._board.door.may_ring(source))

    @property
    def waiting(self) -> list[Any]:
        """Strangers whose refusal waits: living calls, although nobody's."""
        return [stranger for _, stranger in self._later]

    def watch(self, mono: int) -> None:
        """Refuse the strangers whose time has come: nobody is here."""
        while self._later and self._later[0][0] <= mono:
            _, stranger = self._later.popleft()
            answer = pj.CallOpParam()
            answer.statusCode = AWAY
            with contextlib.suppress(pj.Error):  # gone by himself
                stranger.hangup(answer)
            self._graves.take(stranger, mono)
