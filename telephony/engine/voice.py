"""The sound of one call: who is heard by the called person, and who listens in."""

from __future__ import annotations

import queue
from typing import Any

import pjsua2 as pj

from telephony.engine.board import Board
from telephony.engine.guard import explain
from telephony.engine.listen import FRAME_MS, Listener
from telephony.engine.notice import Notice, Sound
from telephony.engine.recorder import Ears, Recorder
from telephony.protocol import Hint, Recorded, Recording

LISTEN_MS = 45_000  # after the answer: no greeting is longer


class Voice:
    """What goes into a call and what comes out of it, from its first sound to its end."""

    def __init__(self, board: Board, call: str) -> None:
        self._board, self.call = board, call
        self._media: Any = None
        self._source: Any = None  # what the called person hears
        self.muted = False
        self._aside = False  # on hold by us: nobody hears anybody
        self._deaf = False  # on hold by them: what we send is heard by nobody
        self._message: Sound | None = None
        self._notice: Notice | None = None
        self._notice_fault = ""
        self._ears: Ears | None = None
        self._recorder: Recorder | None = None
        self._heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._listener: Listener | None = None
        self._listened = 0  # ms

    # ------------------------------------------------------------- the call

    def attach(self, media: Any, *, deaf: bool = False) -> None:  # noqa: ANN401 - pjsua2 has no types
        """Sound of the call begins, or has changed; `deaf`: they hold the call and hear nothing."""
        self._media, self._deaf = media, deaf
        self._route()

    def detach(self) -> None:
        """There is no sound now: on hold, or changing. What the rep says meanwhile is nobody's."""
        self._media = None
        if self._source is not None and self._ears is not None:
            self._source.stopTransmit(self._ears.left)
        self._source = None
        self._play_notice()

    def mute(self, on: bool) -> None:
        """Let the called person hear silence, or the rep again; RTP flows either way."""
        self.muted = on
        self._route()

    def set_aside(self, on: bool) -> None:
        """Keep this call's side and ours from each other, whatever the network makes of the hold."""
        self._aside = on
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
        self._message = Sound(path)
        self._route()

    @property
    def played(self) -> bool:
        """Whether a message has come to its end."""
        return self._message is not None and self._message.over

    def announce(self, path: str) -> None:
        """Let both sides hear a notice beside the voices; one that plays is heard out, and no second one."""
        if self._notice is not None:
            return
        try:
            self._notice = Notice(path)
        except pj.Error as error:
            self._notice_fault = explain(error)
        self._play_notice()

    def announced(self) -> str | None:
        """How a notice has just ended, said once: empty, it was heard out; else why not. None: none has."""
        fault, self._notice_fault = self._notice_fault, ""
        if not fault and (self._notice is None or not self._notice.over):
            return None
        self._notice = None
        return fault

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
        if self._notice is not None:
            self._notice.heard_by([])
        self._media = self._ears = self._source = self._notice = None

    def _route(self) -> None:
        """Connect what is to be heard with everyone who hears it."""
        wanted = self._wanted()
        hearers = [one for one in (self._media, self._ears and self._ears.left) if one is not None]
        for hearer in hearers:
            if self._source is not None and self._source is not wanted:
                self._source.stopTransmit(hearer)
            wanted.startTransmit(hearer)
        if hearers:
            self._source = wanted
        self._listen_in(self._board.rep.sink, self._message is None and not self._aside)
        self._listen_in(self._ears and self._ears.right, not self._aside)
        self._play_notice()

    def _wanted(self) -> Any:  # noqa: ANN401
        """What the called person is to hear."""
        rep = self._board.rep
        if self._message is not None:
            return self._message
        return rep.silence if self.muted or self._aside else rep.source

    def _listen_in(self, listener: Any, on: bool) -> None:  # noqa: ANN401
        """Let a listener hear the called person, or no longer."""
        if self._media is None or listener is None:
            return
        if on:
            self._media.startTransmit(listener)
        else:
            self._media.stopTransmit(listener)

    def _play_notice(self) -> None:
        """Both sides hear it and the recording; while one of them does not, it waits."""
        if self._notice is None:
            return
        both = self._media is not None and not self._aside and not self._deaf
        hearers = (self._media, self._board.rep.sink, self._ears and self._ears.left) if both else ()
        try:
            self._notice.heard_by([one for one in hearers if one is not None])
        except pj.Error as error:
            self._notice_fault = explain(error)

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
                self._board.send(Hint(at=clock.now(), mono=clock.monotonic(), call=self.call, word=word))
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
                    at=clock.now(), mono=clock.monotonic(), call=self.call, path=recorder.path,
                    paused=recorder.paused,
                )
            )  # fmt: skip

    def _tell_recorded(self, path: str, ms: int, fault: str) -> None:
        clock = self._board.clock
        self._board.send(
            Recorded(at=clock.now(), mono=clock.monotonic(), call=self.call, path=path, ms=ms, fault=fault)
        )
