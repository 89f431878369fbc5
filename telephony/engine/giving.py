"""Giving a call to somebody else (REFER, RFC 3515; Replaces, RFC 3891), and refusing what others ask of us.

What became of it is `telephony.handover`'s to say; here it is asked of the stack.
"""

from __future__ import annotations

from typing import Any

import pjsua2 as pj
from msgspec.structs import replace

from config.errors import SixringError
from telephony.engine.call_part import CallPart
from telephony.engine.guard import explain, guarded
from telephony.handover import Handover, Told
from telephony.protocol import Ended, Transfer, Transferred
from telephony.results import Cut
from telephony.target import sip_uri, user_part

GIVEN_UP = 490  # the stack's own word on a REFER without an answer when it sends the next one
JOINED = "Joined with the other line"
BUSY_WITH_ONE = "A transfer of this call is under way; wait for what becomes of it."
NOT_ANSWERED = "Only an answered call can be given away."
NO_OTHER = "The two lines cannot be joined: the other one is not answered, or has ended."


class Giving(CallPart):
    """The transfers of one call."""

    handover: Handover | None = None  # the one under way, or the last one
    taken_by: Handover | None = None  # of the call this one is being joined with
    _leaves = False  # given away: to be hung up in the loop's next turn

    # ------------------------------------------------------------- requests

    def give(self, order: Transfer, other: Giving | None) -> None:
        """Ask the other side to speak with somebody else; `other` is the line to join with, if it is here."""
        why_not = self._objection(order, other)
        if why_not:
            self._tell(Told(False, 0, why_not))
            return
        to = (other.with_whom or "the other line") if other is not None else order.target
        handover = Handover(to, self.now()[1], self._board.account.transfer_ms, order.to)
        try:
            if other is not None:
                self.xferReplaces(other, pj.CallOpParam(True))
                other.taken_by = handover
            else:
                self.xfer(f"<{sip_uri(user_part(order.target), self._board.account)}>", pj.CallOpParam(True))
        except SixringError as error:
            self._tell(Told(False, 0, str(error)))
        except pj.Error as error:
            self._tell(Told(False, 0, f"The transfer could not be asked for ({explain(error)})."))
        else:
            self.handover = handover

    def _objection(self, order: Transfer, other: Giving | None) -> str:
        if self.being_given:
            return BUSY_WITH_ONE
        if not self.talks:
            return NOT_ANSWERED
        if order.to and (other is None or other is self or not other.talks):
            return NO_OTHER
        return ""

    @property
    def being_given(self) -> bool:
        """Whether a transfer of it is under way."""
        return self.handover is not None and not self.handover.over

    @property
    def with_whom(self) -> str:
        """The number at the other end, as it was dialed or came."""
        return ""

    # ---------------------------------------------------------- what follows

    def refer_answered(self, code: int, phrase: str) -> None:
        """The other side answered our REFER."""
        if self.handover is not None and code != GIVEN_UP:
            self._settle(self.handover.answered(code, phrase, self.now()[1]))

    @guarded("the report of a transfer could not be read", None)
    def onCallTransferStatus(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the other side reports how the transfer goes."""
        if self.handover is not None:
            last = bool(prm.finalNotify)
            if self.handover.over and prm.statusCode // 100 == 2:
                self._go()  # we had given up waiting; they speak without us now
            self._settle(self.handover.reported(prm.statusCode, prm.reason, last, self.now()[1]))

    def watch_giving(self, mono: int) -> str:
        """Notice a silence that lasts too long, and leave a call that was given away.

        The name of a line that was joined with this one and is to be hung up as well, else empty.
        """
        if self.handover is not None:
            self._settle(self.handover.overdue(mono))
        if not self._leaves or self.handover is None:
            return ""
        self._leaves = False
        self.cut_off(Cut.REP)
        return self.handover.other

    def joined(self) -> None:
        """The line this one was given to has taken its place: hang up what is left of it."""
        if self.talks:
            self.progress.given = JOINED
            self.cut_off(Cut.REP)

    def _settle(self, told: Told | None) -> None:
        """Tell what became of it; a line that is left after it is told of first, then who waited for that."""
        handover = self.handover
        if told is None or handover is None:
            return
        if told.done:
            self._go()
        self._tell(told)
        if not told.done:
            self._release()

    def _go(self) -> None:
        if self.handover is not None:
            self.progress.given = f"Transferred to {self.handover.to}"
            self._leaves = True

    def _tell(self, told: Told) -> None:
        at, mono = self.now()
        self._board.send(
            Transferred(at=at, mono=mono, call=self.name, done=told.done, code=told.code, reason=told.reason)
        )

    def settle_at_end(self) -> None:
        """The call is over, and so is a transfer of it.

        A line to be joined with one whose other side has left is let be: its own
        other side ends it when it is replaced, and ours could come too early.
        """
        progress = self.progress
        if self.handover is not None:
            ours = progress.cut is not Cut.NONE
            self._settle(self.handover.parted(theirs=not ours and not progress.lost, ours=ours))
        if self.taken_by is not None and self.taken_by.done and progress.cut is Cut.NONE:
            progress.given = JOINED  # the other line had left already

    def send_end(self, ended: Ended) -> None:
        """Tell the end; one of theirs that may be a join, once it is known whether it was one."""
        waits = self.taken_by.then if self.taken_by is not None else None
        if waits is not None and self.progress.cut is Cut.NONE:
            waits.append(ended)
            return
        self._board.send(ended)
        self._release()

    def _release(self) -> None:
        """Let the end of the other line be told, if it waited."""
        handover = self.handover
        if handover is None or handover.then is None:
            return
        for ended in handover.then:
            joined = replace(ended, reason=f"{JOINED}.", ended_by="rep")
            self._board.send(joined if handover.done else ended)
        handover.then = None

    # -------------------------------------------------------- asked of us

    @guarded("a transfer asked of us could not be refused", None)
    def onCallTransferRequest(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called at a REFER: nobody out there may have this desk dial a number of theirs."""
        prm.statusCode = pj.PJSIP_SC_DECLINE

    @guarded("a call that would replace ours could not be refused", None)
    def onCallReplaceRequest(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called at an INVITE with Replaces: nobody may take the place of whom the rep speaks with."""
        prm.statusCode = pj.PJSIP_SC_DECLINE
