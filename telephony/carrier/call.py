"""One call that arrived at the practice carrier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pjsua2 as pj

from telephony.carrier.desk import Desk
from telephony.carrier.reports import CarrierCall
from telephony.carrier.script import Act, Step
from telephony.engine.guard import guarded


class InCall(pj.Call):
    """Plays its script, and reports when it is over."""

    def __init__(self, account: Any, call_id: int, number: str, shown: str, desk: Desk) -> None:  # noqa: ANN401
        super().__init__(account, call_id)
        self.over = False
        self._number, self._shown, self._desk = number, shown, desk
        self._sip_call_id = self.getInfo().callIdString
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

    # -------------------------------------------------------------- script

    def act(self, step: Step) -> None:
        """Do one step of the script."""
        match step.act:
            case Act.RING:
                self._reply(180)
            case Act.RINGBACK:
                self._reply(183)
                self._play(self._desk.sounds.ringback, loop=True)
            case Act.ANSWER:
                self._player = None
                self._answered, self._answered_at = self._desk.clock.monotonic(), self._desk.clock.now()
                self._reply(200)
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
            case Act.REFUSE:
                self.refuse(step.code, _reason(step.q850))

    def refuse(self, code: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """End it with a final code."""
        options = pj.CallOpParam(True)
        options.statusCode = self._code = code
        for name, value in headers:
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            options.txOption.headers.push_back(header)
        self.hangup(options)

    def _reply(self, code: int) -> None:
        options = pj.CallOpParam(True)
        options.statusCode = code
        self.answer(options)

    def _play(self, file: Path, *, loop: bool) -> None:
        if self._media is None:
            return
        self._player = pj.AudioMediaPlayer()
        self._player.createPlayer(str(file), 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        self._player.startTransmit(self._media)

    def _echo(self) -> None:
        if self._media is not None:
            self._media.startTransmit(self._media)

    # ----------------------------------------------------------- callbacks

    @guarded("a call's state could not be read", None)
    def onCallState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called by the stack at each change of state."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED and not self.over:
            mono = self._desk.clock.monotonic()
            self.over = True
            self._media = None
            self._desk.send(
                CarrierCall(
                    sip_call_id=self._sip_call_id,
                    number=self._number,
                    code=200 if self._answered is not None else self._code or info.lastStatusCode,
                    ended_at=self._desk.clock.now(),
                    answered_at=self._answered_at,
                    talk_ms=mono - self._answered if self._answered is not None else 0,
                    digits=self._digits,
                    packets=self._packets,
                    shown=self._shown,
                )
            )

    @guarded("a call's sound could not be had", None)
    def onCallMediaState(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called when sound begins or changes."""
        info = self.getInfo()
        active = len(info.media) > 0 and info.media[0].status == pj.PJSUA_CALL_MEDIA_ACTIVE
        self._media = self.getAudioMedia(-1) if active else None
        if self._media is not None:
            self._desk.silence.startTransmit(self._media)

    @guarded("the end of a stream could not be read", None)
    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: ANN401, N802, ARG002
        """Called just before the sound ends: the last moment to count its packets."""
        self._packets = self.getStreamStat(0).rtcp.rxStat.pkt

    @guarded("a key could not be read", None)
    def onDtmfDigit(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the caller pressed a key."""
        self._digits += prm.digit[:1]


def _reason(q850: int) -> tuple[tuple[str, str], ...]:
    return (("Reason", f'Q.850;cause={q850};text="practice"'),) if q850 else ()
