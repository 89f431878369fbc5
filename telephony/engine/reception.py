"""What becomes of an INVITE: a call that rings, or a refusal nobody here sees."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.graveyard import Graveyard
from telephony.engine.in_call import AWAY, BUSY, InCall, Rings
from telephony.engine.live_call import LiveCall
from telephony.engine.who_calls import call_name, who_calls
from telephony.results import Cut


class Reception:
    """Takes the calls that come in; `calls` are all that have not ended."""

    def __init__(self, board: Board, calls: dict[str, LiveCall], graves: Graveyard) -> None:
        self._board, self._calls, self._graves = board, calls, graves

    def take(self, line: Any, prm: Any) -> None:  # noqa: ANN401 - pjsua2 has no types
        """An INVITE has come: the stack's slot for it must find its owner here, before this returns."""
        invite, source = message.as_bytes_text(prm.rdata.wholeMsg), prm.rdata.srcAddress
        name = call_name(message.call_id(invite))
        if not self._may_ring(source) or name in self._calls:
            self._refuse(line, prm.callId)
            return
        rings = Rings(who_calls(invite, trusted=self._board.door.is_ours(source)), invite, source)
        others = [call for call in self._calls.values() if isinstance(call, InCall) and call.rings]
        call = self._calls[name] = InCall(line, prm.callId, name, rings, self._board)
        call.ring()
        if others:
            call.cut_off(Cut.SECOND, BUSY)

    def _may_ring(self, source: str) -> bool:
        return bool(self._board.account.rings and self._board.door.may_ring(source))

    def _refuse(self, line: Any, call_id: int) -> None:  # noqa: ANN401
        """Say that nobody is here."""
        stranger = pj.Call(line, call_id)
        answer = pj.CallOpParam()
        answer.statusCode = AWAY
        stranger.hangup(answer)
        self._graves.take(stranger, self._board.clock.monotonic())
