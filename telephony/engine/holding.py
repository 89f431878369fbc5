"""Hold: at once on our side, and as soon as the other side agrees on the network.

From the command on the call neither hears nor is heard, whatever the other
side says to the re-INVITE: a second line must never leak into this one.
"""

from __future__ import annotations

import pjsua2 as pj

from telephony.engine.call_part import CallPart
from telephony.protocol import Held

RETRY_MS = 2_500  # RFC 3261 14.1: 2.1 to 4 s for the side that owns the Call-ID
SOON_MS = 50  # outside the callback that says what was agreed
CROSSED = 491


class Holding(CallPart):
    """The hold of one call."""

    _wanted = False  # what the rep asked for last
    _agreed = False  # what the two sides have agreed on
    _told = False
    _refused = False  # the other side does not agree: it is held by our silence alone
    _again_at = 0  # mono ms, when to offer it once more; 0: not

    def hold(self, on: bool) -> None:
        """Put the other side on hold, or take them back; `Held` tells when it is so."""
        if not self.talks or on == self._wanted:
            return
        self._wanted = on
        self.voice.set_aside(on)
        if self._refused or on == self._agreed:  # nothing to agree on
            self._refused = False
            self._tell_hold(on)
        else:
            self._offer()

    def watch_hold(self, mono: int) -> None:
        """Offer once more what was not agreed on."""
        if self._again_at and mono >= self._again_at and self.talks:
            self._again_at = 0
            if self._wanted != self._agreed and not self._refused:
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
            self._again_in(RETRY_MS)

    def offer_refused(self, code: int) -> None:
        """The other side did not agree to a re-INVITE of ours."""
        if code in {401, 407} or self._wanted == self._agreed:  # the stack repeats it with our login
            return
        if self._wanted and code != CROSSED:
            self._refused = True
            self._tell_hold(True)
        else:
            self._again_in(RETRY_MS)

    def media_held(self, on: bool) -> None:
        """The new media says whether we hold the call."""
        self._agreed = on
        if self._refused:
            return
        if on == self._wanted:
            self._tell_hold(on)
        else:
            self._again_in(SOON_MS)

    def _again_in(self, wait_ms: int) -> None:
        self._again_at = self.now()[1] + wait_ms

    def _tell_hold(self, on: bool) -> None:
        if on != self._told:
            self._told = on
            at, mono = self.now()
            self._board.send(Held(at=at, mono=mono, call=self.name, on=on))
