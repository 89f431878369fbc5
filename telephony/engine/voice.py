"""The sound of one call: who is heard by the called person, and who listens in."""

from __future__ import annotations

import queue
from typing import Any

import pjsua2 as pj

from telephony.engine.board import Board
from telephony.engine.listen import FRAME_MS, Listener
from telephony.engine.recorder import Ears, Recorder
from telephony.protocol import Hint, Recorded, Recording

LISTEN_MS = 45_000  # after the answer: no greeting is longer


class _Message(pj.AudioMediaPlayer):
    """A sound that is played once."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.over = False
        self.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)

    def onEof2(self) -> None:  # noqa: N802
        """Called by the stack when the last of it has been heard."""
        self.over = True


class Voice:
    """What goes into a call and what comes out of it, from its first sound to its end."""

    def __init__(self, board: Board, call: str) -> None:
        self._board, self._call = board, call
        self._media: Any = None
        self._source: Any = None  # what the called person hears
        self._muted = False
        self._message: _Message | None = None
        self._ears: Ears | None = None
        self._recorder: Recorder | None = None
        self._heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._listener: Listener | None = None
        self._listened = 0  # ms

    # ------------------------------------------------------------- the call

    def attach(self, media: Any) -> None:  # noqa: ANN401 - pjsua2 has no types
        """Sound of the call begins, or has changed."""
        self._media = media
        self._route()

    def detach(self) -> None:
        """There is no sound now: on hold, or changing. What the rep says meanwhile is nobody's."""
        self._media = None
        if self._source is not None and self._ears is not None:
            self._source.stopTransmit(self._ears.left)
        self._source = None

    def mute(self, on: bool) -> None:
        """Let the called person hear silence, or the rep again; RTP flows either way."""
        self._muted = on
        self._route()

    def answered(self) -> None:
        """Somebody, or a machine, has answered: listen for a while."""
        self._listener = Listener()
        ears = self._listen()
        ears.listeners = [*ears.listeners, self._overhear]

    def play(self, path: str) -> None:
        """Let the called person hear a message, and the rep nothing more of this call.

        Raises:
            pj.Error: the file is no sound the stack can play.
        """
        self._message = _Message(path)
        if self._media is not None and self._board.rep.sink is not None:
            self._media.stopTransmit(self._board.rep.sink)
        self._route()

    @property
    def played(self) -> bool:
        """Whether a message has come to its end."""
        return self._message is not None and self._message.over

    def rejoin(self) -> None:
        """The rep's sound is another one; of the old one the bridge holds nothing any more."""
        self._source = None
        if self._media is not None:  # a call on hold is joined when it is resumed
            self._route()

    def close(self) -> None:
        """The call is over."""
        self.stop_recording()
        if self._ears is not None:
            if self._source is not None:
                self._source.stopTransmit(self._ears.left)
            self._board.ears.give_back(self._ears)
        self._media = self._ears = self._source = None

    def _route(self) -> None:
        """Connect what is to be heard with everyone who hears it."""
        rep = self._board.rep
        wanted = self._message or (rep.silence if self._muted else rep.source)
        hearers = [one for one in (self._media, self._ears and self._ears.left) if one is not None]
        for hearer in hearers:
            if self._source is not None and self._source is not wanted:
                self._source.stopTransmit(hearer)
            wanted.startTransmit(hearer)
        if hearers:
            self._source = wanted
        sink = rep.sink if self._message is None else None
        listeners = (sink, self._ears and self._ears.right)
        for listener in listeners if self._media is not None else ():
            if listener is not None:
                self._media.startTransmit(listener)

    # -------------------------------------------------------- the recording

    def record(self, path: str) -> None:
        """Begin a recording; a second one of the same call is refused."""
        if self._recorder is not None:
            return
        try:
            recorder = Recorder(path, self._listen())
        except OSError as error:
            self._tell_recorded(path, 0, (error.strerror or str(error)).lower())
            return
        self._recorder = recorder
        self._tell_recording()

    def pause_recording(self, on: bool) -> None:
        """Write silence in place of the voices, or the voices again."""
        if self._recorder is not None:
            self._recorder.pause(on)
            self._tell_recording()

    def stop_recording(self) -> None:
        """End the recording, if there is one."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            ms = recorder.close()
            self._tell_recorded(recorder.path, ms, recorder.fault)

    def watch(self) -> None:
        """Notice a recording that the disk has failed, without which the call goes on; hear what was said."""
        self._hear()
        if self._recorder is not None and self._recorder.fault:
            self.stop_recording()

    def _overhear(self, _: bytes, lead: bytes) -> None:
        """Take a frame in the bridge's thread, for this one."""
        self._heard.put(lead)

    def _hear(self) -> None:
        while self._listener is not None and not self._heard.empty():
            word = self._listener.hear(self._heard.get())
            if word is not None:
                clock = self._board.clock
                self._board.send(Hint(at=clock.now(), mono=clock.monotonic(), call=self._call, word=word))
            self._listened += FRAME_MS
            if self._listened >= LISTEN_MS and self._ears is not None:
                self._listener = None
                self._ears.listeners = [one for one in self._ears.listeners if one != self._overhear]

    def _listen(self) -> Ears:
        if self._ears is None:
            self._ears = self._board.ears.take()
            self._route()
        return self._ears

    def _tell_recording(self) -> None:
        clock, recorder = self._board.clock, self._recorder
        if recorder is not None:
            self._board.send(
                Recording(
                    at=clock.now(), mono=clock.monotonic(), call=self._call, path=recorder.path,
                    paused=recorder.paused,
                )
            )  # fmt: skip

    def _tell_recorded(self, path: str, ms: int, fault: str) -> None:
        clock = self._board.clock
        self._board.send(
            Recorded(at=clock.now(), mono=clock.monotonic(), call=self._call, path=path, ms=ms, fault=fault)
        )
