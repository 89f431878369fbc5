"""Hold: at once on our side, and as soon as the other side agrees on the network.

From the command on the call neither hears nor is heard, whatever the other
side says to the re-INVITE: a second line must never leak into this one. What
they do not agree to is offered again a few times, each time later, and no more.
"""

from __future__ import annotations

import pjsua2 as pj

from config.text import for_terminal
from telephony.engine.call_part import CallPart
from telephony.protocol import Held, HoldRefused
from telephony.results import PHRASE_LIMIT

RETRIES = 3
SILENT_MS = 4_000  # an offer without an answer is told of; the stack gives the call up after 32 s
SOON_MS = 50  # outside the callback that says what was agreed
CROSSED = 491


class Holding(CallPart):
    """The hold of one call."""

    _wanted = False  # what the rep asked for last
    _agreed = False  # what the two sides have agreed on
    _told = False
    _refused = False  # the other side does not agree: it is held by our silence alone
    _again_at = 0  # mono ms, when to offer it once more; 0: not
    _tries = 0  # offers since the rep's last word
    _asked_at = 0  # mono ms of an offer that waits for its answer; 0: none does, or that is told

    def hold(self, on: bool) -> None:
        """Put the other side on hold, or take them back; `Held` tells when it is so."""
        if not self.talks:
            return
        self._tries = 0
        if on == self._wanted:
            if self._again_at:  # asked for once more: now, not later
                self._again_at = self.now()[1]
            return
        self._want(on)
        if self._refused or on == self._agreed:  # nothing to agree on
            self._refused = False
            self._again_at = 0
            self._tell_hold(on)
        else:
            self._offer()

    def watch_hold(self, mono: int) -> None:
        """Offer once more what was not agreed on; say when nothing is said to it."""
        if self._asked_at and mono - self._asked_at >= SILENT_MS and self.talks:
            self._asked_at = 0
            if self._wanted != self._agreed:
                self._tell_refused(self._wanted, "")
                self._tell_hold(True)  # our silence is the hold
        if self._again_at and mono >= self._again_at and self.talks:
            self._again_at = 0
            if self._wanted != self._agreed and not self._refused:
                self._offer()

    def _want(self, on: bool) -> None:
        self._wanted = on
        self.voice.set_aside(on)

    def _offer(self) -> None:
        self._tries += 1
        options = pj.CallOpParam(True)
        if not self.has_sound:
            self._not_agreed("")
            return
        try:
            if self._wanted:
                self.setHold(options)
            else:
                options.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.reinvite(options)
            self._asked_at = self.now()[1]
        except pj.Error:  # an offer is under way
            self._not_agreed("")

    def offer_refused(self, code: int, phrase: str) -> None:
        """The other side did not agree to a re-INVITE of ours."""
        if code in {401, 407}:  # the stack repeats it with our login
            return
        self._asked_at = 0
        if self._wanted == self._agreed:
            return
        if code == CROSSED:
            self._not_agreed("")
            return
        theirs = for_terminal(f"{code} {phrase}").strip()[:PHRASE_LIMIT]
        if self._wanted:
            self._hold_alone(theirs)
        else:
            self._not_agreed(theirs)

    def media_held(self, on: bool) -> None:
        """The new media says whether we hold the call."""
        self._agreed, self._asked_at = on, 0
        if self._refused:
            return
        if on == self._wanted:
            self._again_at = 0
            self._tell_hold(on)
        else:
            self._not_agreed("", SOON_MS)

    def _not_agreed(self, theirs: str, soon_ms: int = 0) -> None:
        """Offer it again later, or give it up; `theirs` is what the other side said."""
        if self._tries > RETRIES:
            self._give_up(theirs)
            return
        first = self._tries <= 1
        wait_ms = soon_ms if soon_ms and first else self._board.account.hold_retry_ms
        if not first:
            wait_ms <<= self._tries - 1
        self._again_at = self.now()[1] + wait_ms
        if theirs:
            self._tell_refused(self._wanted, theirs, wait_ms)

    def _give_up(self, theirs: str) -> None:
        """What was asked for never came; the call stays as it is, or held by us alone."""
        self._again_at = 0
        if self._wanted:
            self._hold_alone(theirs)
        else:
            self._want(True)  # as before: who is not back hears nothing
            self._tell_refused(False, theirs)

    def _hold_alone(self, theirs: str) -> None:
        self._refused = True
        self._tell_refused(True, theirs)
        self._tell_hold(True)

    def _tell_refused(self, on: bool, theirs: str, again_in_ms: int = 0) -> None:
        at, mono = self.now()
        self._board.send(
            HoldRefused(at=at, mono=mono, call=self.name, on=on, reason=theirs, again_in_ms=again_in_ms)
        )

    def _tell_hold(self, on: bool) -> None:
        if on != self._told:
            self._told = on
            at, mono = self.now()
            self._board.send(Held(at=at, mono=mono, call=self.name, on=on))
