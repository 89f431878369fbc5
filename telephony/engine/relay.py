"""The rep's sound between two phone processes: one has the rep's own phone on the line, the other needs it.

A stack holds four calls, and the rep's phone is one of them. So the calls for
which it has no slot stand in a second process, and their sound goes to and fro
as datagrams on the loopback, one for each 20 ms: a word that both processes
were given by their parent, then the samples. Without that word a datagram is
thrown away. A ring at each end pays for the drift of the two clocks.
"""

from __future__ import annotations

import contextlib
import socket
import time
from typing import Any

import pjsua2 as pj

from telephony.account import Sound
from telephony.engine.audio import RepSound
from telephony.engine.endpoint import CLOCK_RATE
from telephony.engine.frame_bytes import sound_of
from telephony.ring import Ring

HOST = "127.0.0.1"
FRAME = CLOCK_RATE // 50 * 2  # bytes of 20 ms
RING = (2 * FRAME, 5 * FRAME)
QUIET_S = 2.0  # the other end has no call any more
KNOCK_S = 0.2
_BEHIND = 64  # datagrams read at once, at most


class Wire:
    """One end of the way between the processes: frames out, frames in."""

    def __init__(self, word: str, port: int = 0, to: tuple[str, int] | None = None) -> None:
        """Bind to `port`, or to any where that is taken; `to` is the other end, else who first says the word.

        Raises:
            OSError: no socket can be had.
        """
        self._word = word.encode()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind((HOST, port))
        except OSError:
            self._socket.bind((HOST, 0))
        self._to, self._fixed = to, to is not None
        self._ring = Ring(*RING)
        self._heard_at = self._sent_at = 0.0  # monotonic s

    @property
    def address(self) -> str:
        """Where this end is, host:port."""
        return "{}:{}".format(*self._socket.getsockname())

    @property
    def alive(self) -> bool:
        """Whether the other end has sent anything lately."""
        return self._heard_at > 0 and time.monotonic() - self._heard_at < QUIET_S

    def send(self, sound: bytes) -> None:
        """Send a frame; one that cannot go is lost, like any packet of sound."""
        if self._to is not None:
            self._sent_at = time.monotonic()
            with contextlib.suppress(OSError):
                self._socket.sendto(self._word + sound, self._to)

    def knock(self) -> None:
        """Say that there is a call whose sound is wanted, although it is silent itself."""
        if time.monotonic() - self._sent_at >= KNOCK_S:
            self.send(b"")

    def read(self) -> None:
        """Take in what has come."""
        for _ in range(_BEHIND):
            try:
                came, sender = self._socket.recvfrom(2 * FRAME)
            except BlockingIOError:
                return
            except OSError:  # the other end is gone
                continue
            known = not self._fixed or sender == self._to
            sound = came[len(self._word) :]
            if known and came.startswith(self._word) and len(sound) in (0, FRAME):
                self._to, self._heard_at = sender, time.monotonic()
                self._ring.push(sound)

    def pull(self) -> bytes:
        """The next frame, silence where there is none."""
        self.read()
        return self._ring.pull(FRAME)


class RelayPort(pj.AudioMediaPort):
    """The wire as a port of the conference bridge, whose clock calls it every 20 ms in its own thread."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, CLOCK_RATE, 1, 20_000, 16)
        self.createPort("relay", form)

    def onFrameRequested(self, frame: Any) -> None:  # noqa: ANN401, N802
        """Called for what came from the other process, as long as a call here wants it."""
        self._wire.knock()
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(self._wire.pull())

    def onFrameReceived(self, frame: Any) -> None:  # noqa: ANN401, N802
        """Called with what is for the other process."""
        if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO:
            self._wire.send(sound_of(frame))


class RelayedSound(RepSound):
    """The rep, as a second process has them."""

    def __init__(self, lib: Any, sound: Sound) -> None:  # noqa: ANN401
        super().__init__(lib, sound)
        host, _, port = sound.relay.rpartition(":")
        self.source = self.sink = RelayPort(Wire(sound.relay_word, to=(host, int(port))))


class Outlet:
    """Where the process that has the rep's phone on the line lets a second one in.

    Nothing of it is in the sound's path until the second process sends something.
    """

    def __init__(self, sound: Sound) -> None:
        """Listen where `sound` says, or anywhere.

        Raises:
            OSError: no socket can be had.
        """
        self._wire = Wire(sound.relay_word, int(sound.relay.rpartition(":")[2] or 0))
        self._port = RelayPort(self._wire)
        self._phone: Any = None  # the rep's, while it is on the line
        self._open = False

    @property
    def address(self) -> str:
        """Where the second process sends to."""
        return self._wire.address

    def seat(self, phone: Any) -> None:  # noqa: ANN401 - pjsua2 has no types
        """The rep's phone is on the line, or has another sound; None: it is gone."""
        self._phone, self._open = phone, False

    def watch(self) -> None:
        """Let in who knocks; close when nothing has come for a while."""
        if not self._open:
            self._wire.read()
        wanted = self._phone is not None and self._wire.alive
        if wanted == self._open:
            return
        self._open = wanted
        if wanted:
            self._phone.startTransmit(self._port)
            self._port.startTransmit(self._phone)
        elif self._phone is not None:
            self._phone.stopTransmit(self._port)
            self._port.stopTransmit(self._phone)
