"""Keypad tones: RFC 4733 in the sound, or INFO to a side that takes no other; and the keys we hear.

INFO bodies are `application/dtmf-relay`, as Cisco's gateways brought them and
everybody reads them; there is no RFC. One INFO waits for the answer to the one
before, so that the keys arrive in the order they were pressed.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import pjsua2 as pj

from telephony.engine.call_part import CallPart
from telephony.engine.guard import explain, guarded
from telephony.engine.info import BAD_REQUEST, OK, answer, carries_keys, key_of
from telephony.protocol import Dtmf

KEYPAD = frozenset("0123456789*#ABCD")
TONE_MS = 160
_NOT_TAKEN = 220107  # PJMEDIA_RTP_EREMNORFC2833: their SDP has no telephone-event
_NO_TONES = 'they take none in the sound; [sip] dtmf = "auto" may do'
_ON_HOLD = {
    "them": "{what} not sent: they have put you on hold. Press again when they are back.",
    "us": "{what} not sent: they are on hold.",
}


class Keypad(CallPart):
    """The keys of one call."""

    def __init__(self, *words: Any) -> None:  # noqa: ANN401 - of the stack
        super().__init__(*words)
        self._keys: deque[str] = deque()  # still to be sent by INFO
        self._asking = False  # an INFO of ours waits for its answer

    def press(self, digits: str) -> None:
        """Send keys in the way the account says and the other side takes, or say why not."""
        keys = "".join(key for key in digits.upper() if key in KEYPAD)
        if not keys or not self.talks:
            return
        if self._board.account.dtmf == "info" or not self._sound(keys):
            self._keys.extend(keys)
            self._inform()

    def _sound(self, keys: str) -> bool:
        """Send keys in the sound, or say why not; False for those that are to go by INFO.

        A held side takes no sound: the stack would throw a key away without a word, or send
        it into a menu that somebody hears minutes later.
        """
        if self.held_by:
            self.report(_ON_HOLD[self.held_by].format(what=_named(keys)))
            return True
        try:
            self.dialDtmf(keys)
        except pj.Error as error:
            if error.status == _NOT_TAKEN and self._board.account.dtmf == "auto":
                return False
            why = _NO_TONES if error.status == _NOT_TAKEN else explain(error)
            self.report(f"{_named(keys)} not sent: {why}.")
        return True

    def _inform(self) -> None:
        if self._asking or not self._keys or not self.talks:
            return
        order = pj.CallSendDtmfParam()
        order.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
        order.duration = TONE_MS
        order.digits = self._keys.popleft()
        self._asking = True
        try:
            self.sendDtmf(order)
        except pj.Error as error:
            self._asking = False
            self._keys.clear()
            self.report(f"{_named(order.digits)} not sent: {explain(error)}.")

    def info_answered(self, code: int) -> None:
        """The other side answered an INFO of ours."""
        if not self._asking or code < 200 or code in {401, 407}:  # the stack repeats it with our login
            return
        self._asking = False
        if code >= 300:
            self._keys.clear()
            self.report(f"Tones are not taken by the other side, neither in the sound nor by INFO ({code}).")
            return
        self._inform()

    def informed(self, info: str, request: Any) -> None:  # noqa: ANN401
        """An INFO came: hear its key, and answer it before the stack stumbles over it."""
        if not carries_keys(info):
            return
        key = key_of(info)
        if answer(request, OK if key else BAD_REQUEST) and key:
            self._heard(key)

    @guarded("a key of the other side could not be read", None)
    def onDtmfDigit(self, prm: Any) -> None:  # noqa: ANN401, N802
        """Called when the other side pressed a key, in the sound (or by an INFO that the stack has read)."""
        if prm.digit in KEYPAD:
            self._heard(prm.digit)

    def _heard(self, key: str) -> None:
        at, mono = self.now()
        self._board.send(Dtmf(at=at, mono=mono, call=self.name, digit=key))


def _named(keys: str) -> str:
    return f"Tone {keys} was" if len(keys) == 1 else f"Tones {keys} were"
