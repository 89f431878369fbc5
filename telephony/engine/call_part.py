"""What the parts of a call's behaviour share. Each part is a class of its own that `LiveCall` inherits."""

from __future__ import annotations

from typing import Any, Literal

import pjsua2 as pj

from telephony.engine.board import Board
from telephony.engine.progress import Progress
from telephony.engine.voice import Voice
from telephony.results import Cut

_AGREED = {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}


class CallPart(pj.Call):
    """A call on the stack, as far as every part needs it."""

    name: str
    progress: Progress
    voice: Voice
    held_by: Literal["", "us", "them"] = ""  # who holds the call; both: us
    offering = False  # an offer of ours waits for its answer
    _board: Board

    @property
    def talks(self) -> bool:
        """Whether somebody has answered and nobody has hung up."""
        return self.progress.answered is not None and not self.progress.over

    @property
    def has_sound(self) -> bool:
        """Whether sound was agreed on, held or not: without, the stack aborts at an offer of ours."""
        info = self.getInfo()  # kept: a chained temporary reads freed memory
        return any(one.status in _AGREED for one in info.media)

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

    # Asked five times before an INVITE leaves. Nothing is to be said to it; said here, it spares the
    # key press five ways through the wrapper to a default that says the same.

    def onCallMediaTransportState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when a socket for sound is there."""

    def onCreateMediaTransport(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when it may be replaced."""

    def onCallSdpCreated(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the SDP may be changed."""
