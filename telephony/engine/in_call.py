"""One call that rings here: told, taken or passed on, and then a call like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pjsua2 as pj

from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.guard import guarded
from telephony.engine.in_progress import InProgress
from telephony.engine.live_call import LiveCall, received_message, sent_message
from telephony.engine.progress import Limits
from telephony.engine.who_calls import WhoCalls, answered_elsewhere
from telephony.protocol import Answered, DialogKnown, Incoming
from telephony.results import Cut

RINGING, AWAY, BUSY, CANCELLED = 180, 480, 486, 487
_CODES = {Cut.RING_TIMEOUT: AWAY, Cut.ENGINE: AWAY}  # of a call that was not taken; else busy


@dataclass(frozen=True, slots=True)
class Rings:
    """What an INVITE tells."""

    who: WhoCalls
    invite: str  # the whole message, one character a byte
    source: str  # address:port
    not_before: int | None = None  # it may be refused from then on (monotonic ms); None: at once


class InCall(LiveCall):
    """A call that somebody placed to us."""

    progress: InProgress

    def __init__(self, line: Any, call_id: int, name: str, told: Rings, board: Board) -> None:  # noqa: ANN401
        account = board.account
        limits = Limits(
            ring_timeout_ms=account.answer_ms,
            silence_ms=account.silence_ms,
            max_call_ms=account.max_call_ms,
        )
        super().__init__(line, InProgress(name, limits), board, call_id)
        self._who, self._invite, self._source = told.who, told.invite, told.source
        self._not_before = told.not_before

    @property
    def rings(self) -> bool:
        """Whether nobody has taken it yet."""
        return self.progress.taken is None and self.progress.cut is Cut.NONE and not self.progress.over

    @property
    def with_whom(self) -> str:
        """The caller's number."""
        return self._who.number or self._who.name

    # ------------------------------------------------------------ commands

    def tell(self) -> None:
        """Say to the desk that it rings."""
        at, mono = self.now()
        self.progress.invited = self.progress.replied = self.progress.ringing = mono
        self._board.send(
            Incoming(
                at=at, mono=mono, call=self.name, number=self._who.number, name=self._who.name,
                sip_call_id=message.call_id(self._invite),
            )
        )  # fmt: skip

    def ring(self) -> None:
        """Say to the caller that it rings; nothing for one that is taken already, or gone."""
        if self.rings:
            self._reply(RINGING)

    def take(self) -> None:
        """Answer it; nothing for one that is taken already, or gone."""
        if self.rings:
            self.progress.taken = self.now()[1]
            self._board.door.met(self.name, self._source, self._invite)
            self._tell_dialog(answered=True)  # first: we may die after any line
            self._reply(200)

    def pass_on(self, away: bool) -> None:
        """Do not take it; nothing for one that is taken already, or gone."""
        if self.rings:
            self.cut_off(Cut.PASSED, AWAY if away else BUSY)

    def cut_off(self, cut: Cut, code: int = 0) -> None:
        """End the call for our own reason, in any state; `code` is what a caller who still rings hears."""
        progress = self.progress
        if progress.over:
            return
        if progress.cut is Cut.NONE:
            progress.cut = cut
        if progress.taken is None:
            progress.code = progress.code or code or _CODES.get(cut, BUSY)
        if progress.taken is not None or cut is Cut.ENGINE or self._not_before is None:
            self._leave()

    def watch_voice(self) -> None:
        """Also refuse what was not to be refused at once."""
        super().watch_voice()
        due = self._not_before
        if due is not None and self.progress.cut is not Cut.NONE and self.now()[1] >= due:
            self._leave()

    def _leave(self) -> None:
        self._not_before = None
        options = pj.CallOpParam()
        if self.progress.taken is None:
            options.statusCode = self.progress.code
        self.hangup(options)

    def listen(self, mono: int) -> None:
        """Count the packets that come; the first ones prove our answer as well as an ACK that was lost."""
        super().listen(mono)
        if self.progress.taken is not None and self.progress.packets > 0:
            self._through()

    def _reply(self, code: int) -> None:
        options = pj.CallOpParam(True)
        options.statusCode = code
        self.answer(options)

    # ----------------------------------------------------------- callbacks

    @guarded("a call's state could not be read", None)
    def onCallState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called by the stack at each change of state."""
        info, received = self.getInfo(), received_message(prm.e)
        self.note_secrecy(received or sent_message(prm.e))  # what was agreed stands in the later of the two
        if info.state == pj.PJSIP_INV_STATE_EARLY:
            transport = self._board.account.transport
            self._dialog = message.dialog_of_incoming(sent_message(prm.e), self._invite, transport)
            self._tell_dialog(answered=False)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._through()
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._over(info.lastStatusCode, received, prm.e.type)

    @guarded("a transaction could not be read", None)
    def onCallTsxState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called at each change of a transaction: where the reason of a CANCEL shows."""
        transaction = prm.e.body.tsxState.tsx
        if transaction.method == "CANCEL":
            self.progress.elsewhere = self.progress.elsewhere or answered_elsewhere(received_message(prm.e))
        self.note_transaction(prm.e)

    # -------------------------------------------------------------- states

    def _tell_dialog(self, *, answered: bool) -> None:
        """Tell what it takes to end the call without this process."""
        if self._dialog is not None:
            at, mono = self.now()
            known = DialogKnown(at=at, mono=mono, call=self.name, answered=answered, dialog=self._dialog)
            self._board.send(known)

    def _through(self) -> None:
        progress = self.progress
        if progress.answered is None and not progress.over:
            at, mono = self.now()
            progress.answered = mono
            self._board.send(Answered(at=at, mono=mono, call=self.name, secure=self._secure))

    def _over(self, code: int, received: str, kind: int) -> None:
        progress = self.progress
        if progress.cut is Cut.NONE:
            progress.code = progress.code or code
            why = message.why(received)
            progress.q850, progress.reason_text = why.cause, why.text
            theirs = received.startswith("BYE") if progress.taken is not None else code == CANCELLED
            progress.lost = not theirs and kind != pj.PJSIP_EVENT_USER
        self.finish()
