"""Hold: at once on our side, and as soon as the other side agrees on the network.

From the command on the call neither hears nor is heard, whatever the other
side says to the re-INVITE: a second line must never leak into this one.
"""

from __future__ import annotations

import pjsua2 as pj

from telephony.engine.call_part import CallPart
from telephony.protocol import Held

RETRY_MS = 2_500  # RFC 3261 14.1: 2.1 to 4 s for the side that owns the Call-ID
CROSSED = 491


class Holding(CallPart):
    """The hold of one call."""

    _wanted = False  # what the rep asked for last
    _holding = False  # what was told last
    _refused = False  # the other side does not agree: it is held by our silence alone
    _again_at = 0  # mono ms, when to offer it once more; 0: not

    def hold(self, on: bool) -> None:
        """Put the other side on hold, or take them back; `Held` tells when it is so."""
        if not self.talks or on == self._wanted:
            return
        self._wanted = on
        self.voice.set_aside(on)
        if not on and self._refused:
            self._refused = False
            self._note_hold(False)
            return
        self._offer()

    def watch_hold(self, mono: int) -> None:
        """Offer once more what crossed with an offer of the other side."""
        if self._again_at and mono >= self._again_at and self.talks:
            self._again_at = 0
            if self._wanted != self._holding:
                self._offer()

    def _offer(self) -> None:
        options = pj.CallOpParam(True)
        try:
            if self._wanted:
                self.setHold(options)
            else:
                options.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.reinvite(options)
        except pj.Error:  # an offer is under way
            self._again_at = self.now()[1] + RETRY_MS

    def offer_refused(self, code: int) -> None:
        """The other side did not agree to a re-INVITE of ours."""
        if code in {401, 407} or self._wanted == self._holding:
            return
        if code == CROSSED:
            self._again_at = self.now()[1] + RETRY_MS
        elif self._wanted:
            self._refused = True
            self._note_hold(True)

    def media_held(self, on: bool) -> None:
        """The new media says whether we hold the call."""
        if on == self._wanted and not self._refused:
            self._note_hold(on)

    def _note_hold(self, on: bool) -> None:
        if on != self._holding:
            self._holding = on
            at, mono = self.now()
            self._board.send(Held(at=at, mono=mono, call=self.name, on=on))
