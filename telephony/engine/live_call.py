"""What every call of ours has, whoever rang: sound, hold, recording, message, keys, quality, its end."""

from __future__ import annotations

from typing import Any, Literal

import pjsua2 as pj

from telephony.engine import message
from telephony.engine.board import Board
from telephony.engine.departed import Parties
from telephony.engine.giving import Giving
from telephony.engine.guard import explain, guarded
from telephony.engine.holding import Holding
from telephony.engine.keypad import Keypad
from telephony.engine.progress import Counts, Progress
from telephony.engine.voice import Voice
from telephony.protocol import Announced, Dialog, Played, Quality, Record
from telephony.results import Cut

_HELD_BY: dict[int, Literal["us", "them"]] = {
    pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "us", pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "them"
}  # fmt: skip
_ACTIVE = {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}


class LiveCall(Keypad, Holding, Giving):
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
        self._secure = False  # what the last SDP of the other side agreed to
        self._dialog: Dialog | None = None  # as far as their messages told

    @property
    def parties(self) -> Parties | None:
        """By what the stack knows the call; None for one that never left."""
        known = self._dialog
        return (known.call_id, known.local, known.remote) if known is not None else None

    # ------------------------------------------------------------ commands

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

    def announce(self, path: str) -> None:
        """Play a notice to both sides, beside the voices."""
        if self.talks:
            self.voice.announce(path)

    def watch_voice(self) -> None:
        """Notice a recording that failed, and a message or a notice that has ended."""
        self.voice.watch()
        fault = self.voice.announced()
        if fault is not None:
            at, mono = self.now()
            self._board.send(Announced(at=at, mono=mono, call=self.name, fault=fault))
        if self.voice.played and self.progress.cut is Cut.NONE:
            at, mono = self.now()
            self._board.send(Played(at=at, mono=mono, call=self.name))
            self.cut_off(Cut.PLAYED)

    def listen(self, mono: int) -> None:
        """Count the RTP packets that have come, and those that have not.

        A held call may be silent, and so may one whose other side dials somebody else meanwhile.
        """
        progress = self.progress
        if progress.over or not (self._sounds or self.held_by):
            return
        if self.held_by or self.being_given:
            progress.heard = mono
        if self.held_by:
            return
        if self._count(mono) and progress.answered is not None:
            self._board.send(
                Quality(
                    at=self._board.clock.now(), mono=mono, call=self.name, packets=progress.packets,
                    lost=progress.missing, jitter_ms=progress.jitter_ms, mark=progress.mark,
                )
            )  # fmt: skip

    def _count(self, mono: int) -> bool:
        """Read the stack's counts; whether one of them has changed."""
        progress, came = self.progress, self.getStreamStat(0).rtcp.rxStat
        before = progress.packets, progress.missing, progress.jitter_ms
        progress.counted(Counts(came.pkt, came.loss, came.jitterUsec.mean // 1000), mono)
        return before != (progress.packets, progress.missing, progress.jitter_ms)

    def finish(self) -> None:
        """Report the end, once; before it, what was recorded."""
        if self.progress.over:
            return
        self._sounds = False
        self._board.door.parted(self.name)
        self._close_voice()
        self.settle_at_end()
        ended = self.progress.end(*self.now())
        if ended is not None:
            self.send_end(ended)

    def _close_voice(self) -> None:
        try:
            self.voice.close()
        except pj.Error as error:  # the end must be told whatever the bridge says
            self.report(f"a call's sound could not be taken apart ({explain(error)})")

    # ----------------------------------------------------------- callbacks

    @guarded("a call's sound could not be joined", None)
    def onCallMediaState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called when sound begins, changes or is held."""
        info = self.getInfo()  # kept: a chained temporary reads freed memory
        state = info.media[0].status if len(info.media) else 0
        self.held_by = _HELD_BY.get(state, "")
        self._sounds = state in _ACTIVE
        self.media_held(state == pj.PJSUA_CALL_MEDIA_LOCAL_HOLD)
        if self._sounds:
            self.voice.attach(self.getAudioMedia(-1), deaf=self.held_by == "them")
        else:
            self.voice.detach()

    @guarded("the last packets could not be counted", None)
    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called when sound ends, by a hold too, with its counts for the last time."""
        if not (self.progress.over or self.held_by):
            self._count(self._board.clock.monotonic())
            self.progress.stream_over()

    @guarded("a transaction could not be read", None)
    def onCallTsxState(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called at each change of a transaction: where answers to requests within the call show."""
        self.note_transaction(prm.e)

    def note_transaction(self, event: Any) -> None:  # noqa: ANN401
        """Take in a request of the other side within the call, or its answer to one of ours."""
        change = event.body.tsxState
        transaction = change.tsx
        if transaction.role != pj.PJSIP_ROLE_UAC:
            if transaction.method == "INFO" and transaction.state == pj.PJSIP_TSX_STATE_TRYING:
                self.informed(received_message(event), change.src.rdata)
            return
        code = transaction.statusCode
        if transaction.method == "REFER":
            self.refer_answered(code, transaction.statusText)
        elif transaction.method == "INFO":
            self.info_answered(code)
        elif transaction.method == "INVITE":
            self.offering = transaction.state < pj.PJSIP_TSX_STATE_COMPLETED
            if code >= 300 and self.talks:
                self.offer_refused(code, transaction.statusText)

    def note_secrecy(self, received: str) -> None:
        """Notice what an SDP of the other side agrees to."""
        agreed = message.encrypts(received) if self._board.account.srtp != "off" else None
        if agreed is not None:
            self._secure = agreed


def sent_message(event: Any) -> str:  # noqa: ANN401
    """The message of ours that caused `event`, one character a byte, or an empty text."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE:
        return ""
    change = event.body.tsxState
    return message.as_bytes_text(change.src.tdata.wholeMsg) if change.type == pj.PJSIP_EVENT_TX_MSG else ""


def source_of(event: Any) -> str:  # noqa: ANN401
    """Where the message came from that caused `event` (address:port), or an empty text."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE or event.body.tsxState.type != pj.PJSIP_EVENT_RX_MSG:
        return ""
    return str(event.body.tsxState.src.rdata.srcAddress)


def received_message(event: Any) -> str:  # noqa: ANN401
    """The message that caused `event`, one character a byte (see `message`), or an empty text."""
    if event.type == pj.PJSIP_EVENT_RX_MSG:
        return message.as_bytes_text(event.body.rxMsg.rdata.wholeMsg)
    if event.type != pj.PJSIP_EVENT_TSX_STATE:
        return ""
    change = event.body.tsxState
    if change.type != pj.PJSIP_EVENT_RX_MSG:
        return ""
    return message.as_bytes_text(change.src.rdata.wholeMsg)
