"""The ringing tone the rep hears while nothing comes from the called side.

RFC 3960 3.2: a tone of our own is played once a 180 came, and only while no
sound arrives, for some carriers announce sound and send none. It goes to the
rep's ear alone: neither to the called person nor into a recording.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pjsua2 as pj

from telephony.engine.endpoint import CLOCK_RATE
from telephony.ringing_tones import Burst

LEVEL = 0.35  # of the stack's own: as loud as speech


class Ringback:
    """One tone for the process, heard while any call rings."""

    def __init__(self, tone: tuple[Burst, ...]) -> None:
        self._tone = tone
        self._port: Any = None  # made at the first ringing
        self._ringing: set[str] = set()
        self._sink: Any = None

    def ring(self, call: str, sink: Any) -> None:  # noqa: ANN401 - pjsua2 has no types
        """`call` rings: let the tone be heard at `sink`, if anybody listens there."""
        if not self._ringing and self._port is not None:
            self._play()  # from its first burst on
        self._ringing.add(call)
        self._route(sink)

    def quiet(self, call: str) -> None:
        """`call` rings no more, or is heard by itself."""
        self._ringing.discard(call)
        if not self._ringing:
            self._route(None)

    def rejoin(self, sink: Any) -> None:  # noqa: ANN401
        """The rep's ear is another one, or none; of the old one the bridge holds nothing any more."""
        self._sink = None
        self._route(sink if self._ringing else None)

    def _route(self, sink: Any) -> None:  # noqa: ANN401
        if sink is self._sink:
            return
        if self._port is None:
            self._port = pj.ToneGenerator()
            self._port.createToneGenerator(CLOCK_RATE, 1)
            self._port.adjustRxLevel(LEVEL)
            self._play()
        if self._sink is not None:
            with suppress(pj.Error):  # the bridge has let go of it already
                self._port.stopTransmit(self._sink)
        self._sink = sink
        if sink is not None:
            self._port.startTransmit(sink)

    def _play(self) -> None:
        self._port.stop()
        tones = pj.ToneDescVector()
        for burst in self._tone:
            one = pj.ToneDesc()
            one.freq1, one.freq2 = burst.hz
            one.on_msec, one.off_msec = burst.on_ms, burst.off_ms
            tones.append(one)
        self._port.play(tones, True)
