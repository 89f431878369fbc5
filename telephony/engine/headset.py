"""The headset as a port of the conference bridge."""

from __future__ import annotations

import sys
from typing import Any

import pjsua2 as pj

from telephony.account import Sound
from telephony.engine.audio import RepSound
from telephony.engine.board import Board
from telephony.engine.endpoint import CLOCK_RATE
from telephony.engine.frame_bytes import sound_of
from telephony.headset import FRAME, Headset, News
from telephony.protocol import Levels, SoundState

LEVELS_EVERY_MS = 250
SWITCH_S = 0.001  # the interpreter's turn of a thread; at the usual 5 ms a card waits for half its period
_SILENCE = bytes(FRAME)


class HeadsetPort(pj.AudioMediaPort):
    """Called every 20 ms by the bridge's clock, in its own thread."""

    def __init__(self, headset: Headset) -> None:
        super().__init__()
        self._headset = headset
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, CLOCK_RATE, 1, 20_000, 16)
        self.createPort("headset", form)

    def onFrameRequested(self, frame: Any) -> None:  # noqa: ANN401, N802
        """Called for what the rep said."""
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(self._headset.spoken.pull(FRAME))

    def onFrameReceived(self, frame: Any) -> None:  # noqa: ANN401, N802
        """Called with what the rep shall hear."""
        sound = sound_of(frame) if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO else _SILENCE
        self._headset.played.push(sound)


class HeadsetSound(RepSound):
    """A rep with a headset on this machine."""

    def __init__(self, lib: Any, sound: Sound, board: Board) -> None:  # noqa: ANN401
        super().__init__(lib, sound)
        sys.setswitchinterval(SWITCH_S)
        self._board = board
        self._headset = Headset(sound.microphone, sound.speaker)
        self._told_at = 0
        self._told: tuple[int, ...] = ()
        self.source = self.sink = HeadsetPort(self._headset)
        # Joined to nobody as well: both rings then run without a pause, call or not.
        self.source.startTransmit(lib.audDevManager().getPlaybackDevMedia())
        self.silence.startTransmit(self.sink)
        self._tell(News(False, "The headset is being opened."), trying=True)
        self._headset.start()

    def watch(self, mono: int) -> None:
        """Tell what happened to the headset, and how loud it is."""
        if mono - self._told_at < LEVELS_EVERY_MS:
            return
        self._told_at = mono
        for news in self._headset.news():
            self._tell(news)
            if not news.ready:
                self._board.trouble(news.text)
        levels = self._headset.levels()
        figures = (levels.microphone, levels.speaker, levels.under_runs, levels.over_runs)
        if figures != self._told:
            self._told = figures
            self._board.send(
                Levels(
                    at=self._board.clock.now(), mono=mono, microphone=levels.microphone,
                    speaker=levels.speaker, under_runs=levels.under_runs, over_runs=levels.over_runs,
                )
            )  # fmt: skip

    def _tell(self, news: News, *, trying: bool = False) -> None:
        at, mono = self._board.clock.now(), self._board.clock.monotonic()
        self._board.send(SoundState(at=at, mono=mono, ready=news.ready, text=news.text, trying=trying))
