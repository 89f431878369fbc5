"""The other person of a call, whoever rang whom: speaks, presses nothing, counts, and reports its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pjsua2 as pj

from telephony.carrier.desk import Desk
from telephony.carrier.reports import CarrierCall
from telephony.carrier.script import Act, Step
from telephony.engine.guard import guarded


class Party(pj.Call):
    """One call of the carrier's; it acts by a script."""

    def __init__(self, account: Any, desk: Desk, number: str, call_id: int = -1) -> None:  # noqa: ANN401
        """`call_id`: the stack's slot of a call that came in."""
        super().__init__(account, call_id)
        self.over = False
        self._number, self._desk = number, desk
        self._sip_call_id = self._shown = self._contact = ""
        self._media: Any = None
        self._player: Any = None
        self._answered_at = 0
        self._answered: int | None = None
        self._digits = ""
        self._packets = 0
        self._code = 0

    def report(self, text: str) -> None:
        """Say what failed in a callback."""
        self._desk.trouble(text)

    def act(self, step: Step) -> None:
        """Do one step of the script."""
        match step.act:
            case Act.PERSON:
                self._play(self._desk.sounds.person, loop=False)
            case Act.STAY:
                self._play(self._desk.sounds.person, loop=True)
            case Act.VOICEMAIL:
                self._play(self._desk.sounds.voicemail, loop=False)
            case Act.ECHO:
                self._echo()
            case Act.HANG_UP:
                self.hangup(pj.CallOpParam())

    def _play(self, file: Path, *, loop: bool) -> None:
        if self._media is None:
            return
        self._player = pj.AudioMediaPlayer()
        self._player.createPlayer(str(file), 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        self._player.startTransmit(self._media)

    def _echo(self) -> None:
        if self._media is not None:
            self._media.startTransmit(self._media)

    def _note_answer(self) -> None:
        self._answered, self._answered_at = self._desk.clock.monotonic(), self._desk.clock.now()

    def _end(self, code: int, *, outgoing: bool = False) -> None:
        """Report the end, once; `code` is that of a call nobody answered."""
        if self.over:
            return
        mono = self._desk.clock.monotonic()
        self.over = True
        self._media = None
        self._desk.send(
            CarrierCall(
                sip_call_id=self._sip_call_id,
                number=self._number,
                code=200 if self._answered is not None else self._code or code,
                ended_at=self._desk.clock.now(),
                answered_at=self._answered_at,
                talk_ms=mono - self._answered if self._answered is not None else 0,
                digits=self._digits,
                packets=self._packets,
                shown=self._shown,
                contact=self._contact,
                outgoing=outgoing,
            )
        )

    # ----------------------------------------------------------- callbacks

    @guarded("a call's sound could not be had", None)
    def onCallMediaState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called when sound begins or changes."""
        self.find_sound()

    def find_sound(self) -> None:
        """Join whatever sound the call has now."""
        info = self.getInfo()
        active = len(info.media) > 0 and info.media[0].status == pj.PJSUA_CALL_MEDIA_ACTIVE
        self._media = self.getAudioMedia(-1) if active else None
        if self._media is not None:
            self._desk.silence.startTransmit(self._media)

    @guarded("the end of a stream could not be read", None)
    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called just before the sound ends, by a hold too: the last moment to count its packets."""
        self._packets += self.getStreamStat(0).rtcp.rxStat.pkt

    @guarded("a transfer could not be obeyed", None)
    def onCallTransferRequest(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called at a REFER: dial as the desk asks; the stack places the call, and reports it."""
        prm.newCall = self._desk.succeed(self._number, -1)

    @guarded("a call that was replaced could not be gone on with", None)
    def onCallReplaced(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when a call that carries our dialog in its Replaces has taken our place."""
        prm.newCall = self._desk.succeed(self._number, prm.newCallId)

    @guarded("a key could not be read", None)
    def onDtmfDigit(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the other side pressed a key."""
        self._digits += prm.digit[:1]
