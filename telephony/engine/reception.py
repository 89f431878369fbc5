"""What becomes of an INVITE: a call that rings, or a refusal nobody here sees.

Each INVITE costs sockets for half a second, and a server that tries again the
moment it is refused could have them all. So when many come, a refusal waits:
four calls that wait fill the stack's slots, and it turns away the rest by
itself, for which it needs no socket. Whom it turned away is told as well, as
long as it is not a flood: a caller who found every line taken is a missed call.
"""

from __future__ import annotations

import contextlib
from collections import deque
from typing import Any

import pjsua2 as pj

from cadence.model import Result
from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.graveyard import Graveyard
from telephony.engine.guard import explain, guarded
from telephony.engine.in_call import AWAY, BUSY, InCall, Rings
from telephony.engine.live_call import LiveCall
from telephony.engine.throttle import WINDOW_MS, Throttle
from telephony.engine.who_calls import WhoCalls, call_name, who_calls
from telephony.protocol import Ended, Incoming
from telephony.results import Cut

CALLS_A_WINDOW = 6  # that may be refused at once
REPEATS_MS = 32_000  # an INVITE may come again for so long (RFC 3261, 17.1.1.2)
TURNED_AWAY = {
    BUSY: "They found every line of this phone in use.",
    488: "Their phone and ours could not agree on the sound; check sip.codecs and sip.srtp.",
}


class Reception:
    """Takes the calls that come in; `calls` are all that have not ended."""

    def __init__(self, board: Board, calls: dict[str, LiveCall], graves: Graveyard) -> None:
        self._board, self._calls, self._graves = board, calls, graves
        self._throttle = Throttle(CALLS_A_WINDOW)
        self._later: deque[tuple[int, Any]] = (
            deque()
        )  # calls of strangers, and from when on they may be refused
        self._new: deque[tuple[InCall, bool]] = (
            deque()
        )  # calls that begin to ring, and whether one did already
        self._told: deque[tuple[int, str]] = deque()  # whom the stack turned away lately, and when

    def take(self, line: Any, prm: Any) -> None:  # noqa: ANN401 - pjsua2 has no types
        """An INVITE has come: the stack's slot for it must find its owner here, before this returns.

        Nothing is said to it yet: a reply that cannot be sent would end the call, and the stack, which
        still holds its INVITE, would abort.
        """
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
        call.tell()
        self._new.append((call, bool(others)))

    def begin(self) -> None:
        """Let ring what is new, before the desk's word on it is obeyed: by the 180 their dialog is known."""
        while self._new:
            self._begin(*self._new.popleft())

    def _begin(self, call: InCall, second: bool) -> None:
        try:
            call.ring()
            if second:
                call.cut_off(Cut.SECOND, BUSY)
        except pj.Error as error:  # it is gone already, or cannot be answered: the loop finds its end
            self.report(f"a call that came in could not be answered ({explain(error)})")

    def report(self, text: str) -> None:
        """Say what failed in a callback."""
        self._board.trouble(text)

    @guarded("a call that was turned away could not be told", None)
    def turned_away(self, prm: Any) -> None:  # noqa: ANN401
        """The stack has refused an INVITE by itself: who may ring is told, as one who rang and got nobody.

        Refused for anything else it was no call that could have rung (a malformed one, a Replaces).
        """
        reason = TURNED_AWAY.get(prm.statusCode)
        invite, source = message.as_bytes_text(prm.rdata.wholeMsg), prm.rdata.srcAddress
        name, mono = call_name(message.call_id(invite)), self._board.clock.monotonic()
        known = name in self._calls or self._told_lately(name, mono)
        if reason and not known and self._may_ring(source) and self._throttle.allows(mono):
            self._told.append((mono, name))
            who = who_calls(invite, trusted=self._board.door.is_ours(source))
            self._tell_missed(name, who, message.call_id(invite), prm.statusCode, reason)

    def _told_lately(self, name: str, mono: int) -> bool:
        while self._told and mono - self._told[0][0] >= REPEATS_MS:
            self._told.popleft()
        return any(name == other for _, other in self._told)

    def _tell_missed(self, name: str, who: WhoCalls, sip_call_id: str, code: int, reason: str) -> None:
        at, mono = self._board.clock.now(), self._board.clock.monotonic()
        self._board.send(
            Incoming(
                at=at, mono=mono, call=name, number=who.number, name=who.name, sip_call_id=sip_call_id
            )
        )  # fmt: skip
        self._board.send(
            Ended(
                at=at, mono=mono, call=name, result=Result.NO_ANSWER.value, sip_code=code, reason=reason,
                ended_by="engine",
            )
        )  # fmt: skip

    def _may_ring(self, source: str) -> bool:
        return bool(self._board.account.rings and self._board.door.may_ring(source))

    @property
    def waiting(self) -> list[Any]:
        """Strangers whose refusal waits: living calls, although nobody's."""
        return [stranger for _, stranger in self._later]

    def watch(self, mono: int) -> None:
        """Let ring what is new, and refuse the strangers whose time has come: nobody is here."""
        self.begin()
        while self._later and self._later[0][0] <= mono:
            _, stranger = self._later.popleft()
            answer = pj.CallOpParam()
            answer.statusCode = AWAY
            with contextlib.suppress(pj.Error):  # gone by himself
                stranger.hangup(answer)
            self._graves.take(stranger, mono)
