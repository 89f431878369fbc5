"""The next call's object, made while nobody waits for it: the making is most of our own work for a call."""

from __future__ import annotations

from typing import Any

from telephony.engine.board import Board
from telephony.engine.call import OutCall
from telephony.engine.desk_leg import DeskLeg
from telephony.protocol import Dial


class NextCall:
    """One call to a lead, ready to be placed."""

    def __init__(self, line: Any, board: Board) -> None:  # noqa: ANN401 - pjsua2 has no types
        self._line, self._board = line, board
        self._call: OutCall | None = None

    def make_ready(self) -> None:
        """Make it, if the last one has been taken."""
        if self._call is None:
            self._call = OutCall(self._line, self._board)

    def take(self, order: Dial) -> OutCall:
        """The call for `order`: the one that is ready; the rep's own phone has one of its own kind."""
        call = DeskLeg(self._line, self._board) if order.rep else self._call
        if call is None:
            call = OutCall(self._line, self._board)
        if call is self._call:
            self._call = None
        call.take(order)
        return call
