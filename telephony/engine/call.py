"""One outgoing call on the stack: its callbacks turned into events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pjsua2 as pj

from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.departed import Parties
from telephony.engine.guard import guarded
from telephony.engine.live_call import LiveCall, received_message, sent_message, source_of
from telephony.engine.progress import Limits, Progress
from telephony.protocol import Answered, Dial, DialogKnown, Invited, Ringing
from telephony.results import Cut
from telephony.target import caller, own_uri, sip_uri, user_part

RINGING = 180
RINGING_CODES = {RINGING, 183}
NO_COMMON_SOUND = 488  # the stack's own word on an answer that it cannot speak with
EARLY_MS = 400  # sound that was announced with the ringing is given this long to come


class OutCall(LiveCall):
    """A call that we place. It is made before its number is known: that much less lies behind the key."""

    order: Dial

    def __init__(self, line: Any, board: Board) -> None:  # noqa: ANN401
        account = board.account
        limits = Limits(
            no_response_ms=account.no_response_ms,
            silence_ms=account.silence_ms,
            max_call_ms=account.max_call_ms,
        )
        super().__init__(line, Progress("", limits), board)
        self._options = pj.CallOpParam(True)
        self._uri = ""
        self._invite = ""  # as it was sent
        self._rang: int | None = None  # mono ms of the first 180

    def take(self, order: Dial) -> None:
        """Become the call that `order` asks for."""
        self.order, self.rep = order, order.rep
        self.name = self.progress.call = self.voice.call = order.call
        if self.progress.limits.ring_timeout_ms != order.ring_timeout_ms:
            self.progress.limits = replace(self.progress.limits, ring_timeout_ms=order.ring_timeout_ms)

    @property
    def with_whom(self) -> str:
        """The number that was dialed."""
        return self.order.target

    @property
    def parties(self) -> Parties | None:
        """By what the stack knows the call; None for one that never left."""
        return super().parties or (message.parties(self._invite) if self._invite else None)

    # ------------------------------------------------------------ commands

    def address(self) -> None:
        """Find out whom to call, and as whom.

        Raises:
            NotDialableError: the target is no number.
        """
        account = self._board.account
        self._uri = sip_uri(user_part(self.order.target), account)
        number = self.order.caller_id and caller(self.order.caller_id)
        if number:
            self._show(number)

    def place(self) -> None:
        """Send the INVITE.

        Raises:
            pj.Error: the stack refused; nothing was sent.
        """
        self.makeCall(self._uri, self._options)

    def _show(self, number: str) -> None:
        account, options = self._board.account, self._options
        if account.show_number == "from":
            options.txOption.localUri = own_uri(account, user=number)
        elif account.show_number == "name":
            options.txOption.localUri = own_uri(account, name=number)
        elif account.show_number != "off":
            header = pj.SipHeader()
            header.hName = account.show_number.title()
            header.hValue = f"<sip:{number}@{account.server}>"
            options.txOption.headers.push_back(header)

    # ---------------------------------------------------------- ringback

    def watch_voice(self) -> None:
        """Also let the rep hear the ringing, where the other side lets nothing be heard."""
        super().watch_voice()
        if self._rang is not None:
            self._ring_back(self._rang, self._board.clock.monotonic())

    def _ring_back(self, rang: int, mono: int) -> None:
        if self.progress.answered is not None or self.progress.cut is not Cut.NONE or self._early_sound():
            self._stop_ringing()
        elif not (self._sounds and mono - rang < EARLY_MS):
            self._board.ringback.ring(self.name, self._board.rep.sink)

    def _early_sound(self) -> bool:
        return self._sounds and self.getStreamStat(0).rtcp.rxStat.pkt > 0

    def _stop_ringing(self) -> None:
        self._rang = None
        self._board.ringback.quiet(self.name)

    def finish(self) -> None:
        """Report the end, once; before it, what was recorded."""
        self._stop_ringing()
        super().finish()

    # ----------------------------------------------------------- callbacks

    @guarded("a call's state could not be read", None)
    def onCallState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called by the stack at each change of state."""
        self._changed(self.getInfo(), prm.e)

    @guarded("a transaction could not be read", None)
    def onCallTsxState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called at each change of a transaction: the only place where a 100 shows."""
        transaction = prm.e.body.tsxState.tsx
        if transaction.method == "INVITE" and transaction.statusCode >= 100:
            self.progress.replied = self.progress.replied or self._board.clock.monotonic()
        self.note_transaction(prm.e)

    @guarded("a redirection could not be read", int(pj.PJSIP_REDIRECT_STOP))
    def onCallRedirected(self, prm: Any) -> int:  # noqa: ANN401, N802
        """Called at a 3xx. Not followed: a stranger's Contact would choose whom we call and pay for."""
        self.progress.left_to = prm.targetUri[:200]
        self._note_final(received_message(prm.e))
        return int(pj.PJSIP_REDIRECT_STOP)

    # -------------------------------------------------------------- states

    def _changed(self, info: Any, event: Any) -> None:  # noqa: ANN401
        now, mono = self._board.clock.now(), self._board.clock.monotonic()
        received = received_message(event)
        self.note_secrecy(received)
        if info.state == pj.PJSIP_INV_STATE_CALLING:
            self._invited(info.callIdString, now, mono)
            self._invite = sent_message(event)
        elif info.state == pj.PJSIP_INV_STATE_EARLY:
            self._rings(info.lastStatusCode, received, now, mono)
        elif info.state == pj.PJSIP_INV_STATE_CONNECTING:
            self._answered(received, now, mono)
            self._board.door.met(self.name, source_of(event), received)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._over(info, received, event)

    def _invited(self, sip_call_id: str, now: int, mono: int) -> None:
        if self.progress.invited is None:  # a second one carries the answer to a challenge
            self.progress.invited = mono
            self._board.send(Invited(at=now, mono=mono, call=self.name, sip_call_id=sip_call_id))

    def _rings(self, code: int, received: str, now: int, mono: int) -> None:
        if code in RINGING_CODES and self.progress.ringing is None:
            self.progress.ringing = mono
            self._tell_dialog(received, now, mono, answered=False)  # first: we may die after any line
            self._board.send(Ringing(at=now, mono=mono, call=self.name, early_media=code == 183))
        if code == RINGING and not self.rep and self._rang is None and not self._early_sound():
            self._rang = mono
            self._ring_back(mono, mono)

    def _answered(self, received: str, now: int, mono: int) -> None:
        if self.progress.answered is None:
            self.progress.answered = mono
            self._tell_dialog(received, now, mono, answered=True)
            self._board.send(Answered(at=now, mono=mono, call=self.name, secure=self._secure))
            self._stop_ringing()
            self.voice.answered()

    def _tell_dialog(self, received: str, now: int, mono: int, *, answered: bool) -> None:
        dialog = message.dialog(received, self._uri, self._board.account.transport)
        if dialog is not None:
            self._dialog = dialog
            self._board.send(DialogKnown(at=now, mono=mono, call=self.name, answered=answered, dialog=dialog))

    def _over(self, info: Any, received: str, event: Any) -> None:  # noqa: ANN401
        progress = self.progress
        if progress.answered is not None and info.lastStatusCode == NO_COMMON_SOUND:
            progress.cut = Cut.NO_SOUND if progress.cut is Cut.NONE else progress.cut
        if progress.cut is Cut.NONE and not progress.code:
            if received.startswith("SIP/2.0"):
                self._note_final(received)
            else:
                why = message.why(received)
                progress.q850, progress.reason_text = why.cause, why.text
                progress.phrase = info.lastReason  # the stack's own: no message came
            theirs = received.startswith("BYE" if progress.answered is not None else "SIP/2.0")
            progress.lost = not theirs and event.type != pj.PJSIP_EVENT_USER
        self.finish()

    def _note_final(self, received: str) -> None:
        progress = self.progress
        progress.code, progress.phrase = message.status(received)
        why = message.why(received)
        progress.q850, progress.reason_text = why.cause, why.text
