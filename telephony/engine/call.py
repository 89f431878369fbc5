"""One outgoing call on the stack: its callbacks turned into events."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.guard import explain, guarded
from telephony.engine.progress import Limits, Progress
from telephony.engine.voice import Voice
from telephony.protocol import (
    Answered,
    Dial,
    DialogKnown,
    Dtmf,
    Held,
    Invited,
    Played,
    Quality,
    Record,
    Ringing,
)
from telephony.results import Cut
from telephony.target import caller, own_uri, sip_uri, user_part

RINGING_CODES = {180, 183}
KEYPAD = frozenset("0123456789*#ABCD")
_HELD = {pj.PJSUA_CALL_MEDIA_LOCAL_HOLD, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}
_ACTIVE = {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}


class OutCall(pj.Call):
    """A call of ours. The loop keeps it until the stack has let go of it."""

    def __init__(self, line: Any, order: Dial, board: Board) -> None:  # noqa: ANN401
        super().__init__(line)
        account = board.account
        self.order = order
        self.progress = Progress(
            order.call,
            Limits(
                no_response_ms=account.no_response_ms,
                ring_timeout_ms=order.ring_timeout_ms,
                silence_ms=account.silence_ms,
                max_call_ms=account.max_call_ms,
            ),
        )
        self._board = board
        self._uri = ""
        self.voice = Voice(board, order.call)
        self._sounds = False  # RTP may come
        self._held = False  # by either side
        self._holding = False  # by us
        self._secure = False  # what the last SDP of the other side agreed to

    # ------------------------------------------------------------ commands

    def place(self) -> None:
        """Send the INVITE.

        Raises:
            NotDialableError: the target is no number; nothing was sent.
            pj.Error: the stack refused; nothing was sent.
        """
        account = self._board.account
        self._uri = sip_uri(user_part(self.order.target), account)
        options = pj.CallOpParam(True)
        number = caller(self.order.caller_id)
        if number:
            self._show(number, options)
        self.makeCall(self._uri, options)

    def _show(self, number: str, options: Any) -> None:  # noqa: ANN401
        account = self._board.account
        if account.show_number == "from":
            options.txOption.localUri = own_uri(account, user=number)
        elif account.show_number == "name":
            options.txOption.localUri = own_uri(account, name=number)
        elif account.show_number != "off":
            header = pj.SipHeader()
            header.hName = account.show_number.title()
            header.hValue = f"<sip:{number}@{account.server}>"
            options.txOption.headers.push_back(header)

    def cut_off(self, cut: Cut) -> None:
        """End the call for our own reason, in any state."""
        if self.progress.over:
            return
        if self.progress.cut is Cut.NONE:
            self.progress.cut = cut
        self.hangup(pj.CallOpParam())

    def hold(self, on: bool) -> None:
        """Put the called person on hold, or take them back; what became of it is told by the new media."""
        if self.progress.answered is None or self.progress.over or on == self._holding:
            return
        options = pj.CallOpParam(True)
        if on:
            self.setHold(options)
        else:
            options.opt.flag = pj.PJSUA_CALL_UNHOLD
            self.reinvite(options)

    def record(self, order: Record) -> None:
        """Begin, pause or end the recording."""
        if order.do == "start":
            self.voice.record(order.path)
        elif order.do == "stop":
            self.voice.stop_recording()
        else:
            self.voice.pause_recording(order.do == "pause")

    def play(self, path: str) -> None:
        """Play a message in the rep's place and hang up after it; without its file, hang up."""
        try:
            self.voice.play(path)
        except pj.Error as error:
            self.report(f"the message could not be played ({explain(error)})")
            self.cut_off(Cut.REP)

    def watch_voice(self) -> None:
        """Notice a recording that failed, and a message that has ended."""
        self.voice.watch()
        if self.voice.played and self.progress.cut is Cut.NONE:
            clock = self._board.clock
            self._board.send(Played(at=clock.now(), mono=clock.monotonic(), call=self.order.call))
            self.cut_off(Cut.PLAYED)

    def listen(self, mono: int) -> None:
        """Count the RTP packets that have come, and those that have not; a held call may be silent."""
        progress = self.progress
        if progress.over or not (self._sounds or self._held):
            return
        if self._held:
            progress.heard = mono
            return
        came = self.getStreamStat(0).rtcp.rxStat
        before = progress.packets, progress.missing, progress.jitter_ms
        progress.counted(came.pkt, mono)
        progress.missing, progress.jitter_ms = came.loss, came.jitterUsec.mean // 1000
        if progress.answered is not None and before != (came.pkt, progress.missing, progress.jitter_ms):
            self._board.send(
                Quality(
                    at=self._board.clock.now(), mono=mono, call=self.order.call, packets=came.pkt,
                    lost=progress.missing, jitter_ms=progress.jitter_ms, mark=progress.mark,
                )
            )  # fmt: skip

    def finish(self) -> None:
        """Report the end, once; before it, what was recorded."""
        if self.progress.over:
            return
        self._sounds = False
        self._close_voice()
        ended = self.progress.end(self._board.clock.now(), self._board.clock.monotonic())
        if ended is not None:
            self._board.send(ended)

    def _close_voice(self) -> None:
        try:
            self.voice.close()
        except pj.Error as error:  # the end must be told whatever the bridge says
            self.report(f"a call's sound could not be taken apart ({explain(error)})")

    def report(self, text: str) -> None:
        """Say what failed in a callback."""
        self._board.trouble(text)

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

    @guarded("a call's sound could not be joined", None)
    def onCallMediaState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called when sound begins, changes or is held."""
        info = self.getInfo()  # kept: a chained temporary reads freed memory
        state = info.media[0].status if len(info.media) else 0
        self._held = state in _HELD
        self._sounds = state in _ACTIVE
        self._note_hold(state == pj.PJSUA_CALL_MEDIA_LOCAL_HOLD)
        if self._sounds:
            self.voice.attach(self.getAudioMedia(-1))
        else:
            self.voice.detach()

    def _note_hold(self, on: bool) -> None:
        if on != self._holding:
            self._holding = on
            clock = self._board.clock
            self._board.send(Held(at=clock.now(), mono=clock.monotonic(), call=self.order.call, on=on))

    @guarded("a key of the other side could not be read", None)
    def onDtmfDigit(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the other side pressed a key."""
        if prm.digit not in KEYPAD:
            return
        clock = self._board.clock
        self._board.send(Dtmf(at=clock.now(), mono=clock.monotonic(), call=self.order.call, digit=prm.digit))

    @guarded("a redirection could not be read", int(pj.PJSIP_REDIRECT_STOP))
    def onCallRedirected(self, prm: Any) -> int:  # noqa: ANN401, N802
        """Called at a 3xx. Not followed: a stranger's Contact would choose whom we call and pay for."""
        self.progress.left_to = prm.targetUri[:200]
        self._note_final(_received(prm.e))
        return int(pj.PJSIP_REDIRECT_STOP)

    # -------------------------------------------------------------- states

    def _changed(self, info: Any, event: Any) -> None:  # noqa: ANN401
        now, mono = self._board.clock.now(), self._board.clock.monotonic()
        received = _received(event)
        self._note_secrecy(received)
        if info.state == pj.PJSIP_INV_STATE_CALLING:
            self._invited(info.callIdString, now, mono)
        elif info.state == pj.PJSIP_INV_STATE_EARLY:
            self._rings(info.lastStatusCode, received, now, mono)
        elif info.state == pj.PJSIP_INV_STATE_CONNECTING:
            self._answered(received, now, mono)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._over(info, received, event)

    def _invited(self, sip_call_id: str, now: int, mono: int) -> None:
        if self.progress.invited is None:  # a second one carries the answer to a challenge
            self.progress.invited = mono
            self._board.send(Invited(at=now, mono=mono, call=self.order.call, sip_call_id=sip_call_id))

    def _rings(self, code: int, received: str, now: int, mono: int) -> None:
        if code in RINGING_CODES and self.progress.ringing is None:
            self.progress.ringing = mono
            self._tell_dialog(received, now, mono, answered=False)  # first: we may die after any line
            self._board.send(Ringing(at=now, mono=mono, call=self.order.call, early_media=code == 183))

    def _answered(self, received: str, now: int, mono: int) -> None:
        if self.progress.answered is None:
            self.progress.answered = mono
            self._tell_dialog(received, now, mono, answered=True)
            self._board.send(Answered(at=now, mono=mono, call=self.order.call, secure=self._secure))
            self.voice.answered()

    def _note_secrecy(self, received: str) -> None:
        agreed = message.encrypts(received) if self._board.account.srtp != "off" else None
        if agreed is not None:
            self._secure = agreed

    def _tell_dialog(self, received: str, now: int, mono: int, *, answered: bool) -> None:
        dialog = message.dialog(received, self._uri, self._board.account.transport)
        if dialog is not None:
            self._board.send(
                DialogKnown(at=now, mono=mono, call=self.order.call, answered=answered, dialog=dialog)
            )

    def _over(self, info: Any, received: str, event: Any) -> None:  # noqa: ANN401
        progress = self.progress
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


def _received(event: Any) -> str:  # noqa: ANN401
    """The message that caused `event`, one character a byte (see `message`), or an empty text."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE:
        return ""
    change = event.body.tsxState
    if change.type != pj.PJSIP_EVENT_RX_MSG:
        return ""
    return message.as_bytes_text(change.src.rdata.wholeMsg)
