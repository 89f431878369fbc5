"""What the parts of a call's behaviour share. Each part is a class of its own that `LiveCall` inherits."""

from __future__ import annotations

import pjsua2 as pj

from telephony.engine.board import Board
from telephony.engine.progress import Progress
from telephony.engine.voice import Voice
from telephony.results import Cut


class CallPart(pj.Call):
    """A call on the stack, as far as every part needs it."""

    name: str
    progress: Progress
    voice: Voice
    _board: Board

    @property
    def talks(self) -> bool:
        """Whether somebody has answered and nobody has hung up."""
        return self.progress.answered is not None and not self.progress.over

    def now(self) -> tuple[int, int]:
        """The instants an event is stamped with: wall clock and monotonic, ms."""
        return self._board.clock.now(), self._board.clock.monotonic()

    def cut_off(self, cut: Cut) -> None:
        """End the call for our own reason, in any state."""
        if self.progress.over:
            return
        if self.progress.cut is Cut.NONE:
            self.progress.cut = cut
        self.hangup(pj.CallOpParam())

    def report(self, text: str) -> None:
        """Say what failed in a callback."""
        self._board.trouble(text)
