"""The rep's own SIP phone as his headset: called at the start of the shift, and again whenever it drops.

Everything happens in the client's event loop. The leg is a call like any
other to the phone process, which joins it to every other call; here it is
kept up, and its state put in words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cadence.model import Result
from telephony.protocol import Answered, Dial, Down, Ended, Event, Ready, Ringing

LEG = "desk-phone"  # its name on the wire
RING_MS = 30_000
BACK_OFF_S = (0.5, 2.0, 5.0, 10.0, 20.0, 30.0)
STEADY_MS = 10_000  # a leg that held so long begins the back-off anew

_WHY = {
    Result.ANSWERED.value: "hung up",
    Result.NO_ANSWER.value: "was not picked up",
    Result.BUSY.value: "is busy",
    Result.DECLINED.value: "declined",
}


class DeskPhone:
    """Keeps one leg up."""

    def __init__(
        self, uri: str, dial: Callable[[Dial], None], tell: Callable[[bool, str, bool], None]
    ) -> None:
        """Nothing is dialed before the phone process is ready.

        Args:
            uri: `sip:anna@10.0.0.5`, or an extension on the account's server.
            dial: Places a call.
            tell: Takes whether the rep can hear, one sentence, and whether he soon may.
        """
        self._uri, self._dial, self._tell = uri, dial, tell
        self._up = False  # from the dial to its end
        self._failures = 0
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, event: Event) -> bool:
        """Take an event of the phone process; True for one of the leg, which concerns nobody else."""
        match event:
            case Ready():
                self._call()
            case Down():
                self.close()
            case _ if getattr(event, "call", "") != LEG:
                return False
            case Ringing():
                self._tell(False, "Your desk phone rings: pick it up.", True)
            case Answered():
                self._tell(True, "Your desk phone is on the line.", False)
            case Ended():
                self._ended(event)
        return getattr(event, "call", "") == LEG

    def close(self) -> None:
        """Call no more, until the next process is ready."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _call(self) -> None:
        self.close()
        if self._up:
            return
        self._up = True
        self._tell(False, "Your desk phone is being called.", True)
        self._dial(Dial(LEG, self._uri, ring_timeout_ms=RING_MS, rep=True))

    def _ended(self, ended: Ended) -> None:
        self._up = False
        if ended.result == Result.INTERRUPTED.value:  # the process is gone; the next one is ready soon
            return
        self._failures = 0 if ended.talk_ms >= STEADY_MS else self._failures
        wait = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        words = f"Your desk phone {_why(ended)}; it is called again in {max(1, round(wait))} s."
        self._tell(False, words, False)
        self._timer = asyncio.get_running_loop().call_later(wait, self._call)


def _why(ended: Ended) -> str:
    if ended.result == Result.ANSWERED.value and ended.ended_by != "lead":
        return "fell silent"
    return _WHY.get(ended.result) or f"cannot be reached ({ended.sip_code or 'no reply'})"
