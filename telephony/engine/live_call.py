"""What every call of ours has, whoever rang: sound, hold, recording, message, keys, quality, its end."""

from __future__ import annotations

from typing import Any

import pjsua2 as pj

from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.guard import explain, guarded
from telephony.engine.progress import Progress
from telephony.engine.voice import Voice
from telephony.protocol import Dtmf, Held, Played, Quality, Record
from telephony.results import Cut

KEYPAD = frozenset("0123456789*#ABCD")
_HELD = {pj.PJSUA_CALL_MEDIA_LOCAL_HOLD, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}
_ACTIVE = {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}


class LiveCall(pj.Call):
    """A call on the stack. The loop keeps it until the stack has let go of it."""

    rep = False  # the rep's own phone

    def __init__(self, line: Any, progress: Progress, board: Board, call_id: int = -1) -> None:  # noqa: ANN401
        """`call_id`: the stack's slot of a call that came in."""
        super().__init__(line, call_id)
        self.name = progress.call
        self.progress = progress
        self._board = board
        self.voice = Voice(board, self.name)
        self._sounds = False  # RTP may come
        self._held = False  # by either side
        self._holding = False  # by us
        self._secure = False  # what the last SDP of the other side agreed to

    # ------------------------------------------------------------ commands

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
            self._board.send(Played(at=clock.now(), mono=clock.monotonic(), call=self.name))
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
                    at=self._board.clock.now(), mono=mono, call=self.name, packets=came.pkt,
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
            self._board.send(Held(at=clock.now(), mono=clock.monotonic(), call=self.name, on=on))

    @guarded("a key of the other side could not be read", None)
    def onDtmfDigit(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the other side pressed a key."""
        if prm.digit not in KEYPAD:
            return
        clock = self._board.clock
        self._board.send(Dtmf(at=clock.now(), mono=clock.monotonic(), call=self.name, digit=prm.digit))

    def note_secrecy(self, received: str) -> None:
        """Notice what an SDP of the other side agrees to."""
        agreed = message.encrypts(received) if self._board.account.srtp != "off" else None
        if agreed is not None:
            self._secure = agreed


def received_message(event: Any) -> str:  # noqa: ANN401
    """The message that caused `event`, one character a byte (see `message`), or an empty text."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE:
        return ""
    change = event.body.tsxState
    if change.type != pj.PJSIP_EVENT_RX_MSG:
        return ""
    return message.as_bytes_text(change.src.rdata.wholeMsg)
