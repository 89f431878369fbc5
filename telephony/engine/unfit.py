"""What the stack's library would abort at, stand still for, or do without end. Pure; trusts nothing in it.

Each rule has a message that was seen to do it: the library is built with its assertions.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque

from telephony.engine.message import call_id, values
from telephony.engine.throttle import Throttle

TAKEN = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK", "NOTIFY"})
OFFERING = frozenset({"INVITE", "UPDATE"})
DECLINED, UNKNOWN = 603, 501
MOST_SOUNDS = 2  # with encryption and without
MOST_ROUTES = 8
TOO_BRIEF, TWICE, HALF_A_MINUTE = 423, 2, 30_000
CALLS_KNOWN = 64

_CODE = re.compile(r"\s*SIP/\S*\s+([0-9]{3})\b", re.IGNORECASE).match
_WORD = re.compile(r"[^\s]+").search
_NO_HOST = re.compile(r"\[\s*\]").search
_STAR = re.compile(r"^(?:contact|m)\s*:\s*\*", re.MULTILINE | re.IGNORECASE).search
_TO_INVITE = re.compile(r"^cseq\s*:\s*[0-9]+\s+invite\b", re.MULTILINE | re.IGNORECASE).search
_QUOTED = re.compile(r'"[^"]*"|<[^>]*>')
_TAG = re.compile(r";\s*tag\s*=\s*[^\s;]", re.IGNORECASE).search
_RECEIVED = re.compile(r";\s*received\s*=\s*([^;,\s]*)", re.IGNORECASE).findall
_MEDIA = re.compile(r"^m=", re.MULTILINE).findall
_SOUND = re.compile(r"^m=audio", re.MULTILINE | re.IGNORECASE).findall
_LINE = re.compile(r"\r\n|\r|\n")
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_ADDRESS = rf"(?:{_BYTE}\.){{3}}{_BYTE}"
_IPV4 = re.compile(_ADDRESS).fullmatch
_PLACE = re.compile(rf"IN IP4 {_ADDRESS}(?:/[0-9]{{1,3}}){{0,2}}[ \t]*", re.IGNORECASE).fullmatch


def kills(text: str) -> bool:
    """Whether a message must not be looked at any further.

    - "sip:[]" cannot be written again.
    - "Contact: *" in the answer to a REGISTER is compared with ours, and is no URI. Nobody else may say it.
    - An ACK without a tag may be taken for a request that came twice, and is then answered.
    - What an answer says of our own address becomes our Contact; more than eight routes overflow their list.
    """
    head = text.partition("\r\n\r\n")[0]
    if _NO_HOST(head) or _STAR(head):
        return True
    if not code_of(text):
        return method(text) == "ACK" and not _tagged(text)
    seen = (place for via in values(text, "Via") for place in _RECEIVED(via) if place)
    return not all(map(_IPV4, seen)) or len(values(text, "Service-Route")) > MOST_ROUTES


def code_of(text: str) -> int:
    """The code of an answer; 0 for a request."""
    found = _CODE(text)
    return int(found[1]) if found else 0


def method(text: str) -> str:
    """The first word of a message."""
    found = _WORD(text)
    return found[0].upper() if found else ""


def refusal(text: str, *, transfers: bool = False) -> int:
    """The code for a request of a kind that is not taken; 0 for what is, REFER among it with `transfers`.

    The stack would keep subscriptions of strangers and write to them, and aborts at some a REFER.
    """
    asked = method(text)
    if asked in TAKEN or asked.startswith("SIP/"):
        return 0
    if asked == "REFER":
        return 0 if transfers else DECLINED
    return UNKNOWN


class Past:
    """What cannot be borne after what came before."""

    def __init__(self) -> None:
        self._tagged: deque[str] = deque(maxlen=CALLS_KNOWN)  # Call-IDs
        self._left: deque[str] = deque(maxlen=CALLS_KNOWN)
        self._media: OrderedDict[str, int] = OrderedDict()  # by Call-ID, of calls that came in
        self._brief = Throttle(TWICE, HALF_A_MINUTE)
        self._offers = {each: Throttle() for each in OFFERING}  # a stranger's UPDATEs take no INVITE's turn

    def left(self, call: str) -> None:
        """The call of that Call-ID was taken from the stack, and its BYE was not."""
        self._left.append(call)

    def upsets(self, text: str, mono: int) -> bool:
        """Whether this one must be dropped.

        - One to an INVITE that lacks the tag an earlier one had: a fork without a name aborts.
        - "Interval Too Brief", again and again: the stack registers anew at once, without end.
        - A refusal within a call that is no more: who would act on it is freed.
        - More offers than the library has sockets for: each gives its own back half a second late.
        """
        code = code_of(text)
        if not code:
            turns = self._offers.get(method(text)) if offers(text) else None
            return turns is not None and not turns.allows(mono)
        if code >= 300 and call_id(text) in self._left:
            return True
        if code == TOO_BRIEF:
            return not self._brief.allows(mono)
        if not 100 < code < 300 or not _TO_INVITE(text):
            return False
        call = call_id(text)
        if not _tagged(text):
            return call in self._tagged
        if call not in self._tagged:
            self._tagged.append(call)
        return False

    def other_media(self, text: str, sdp: str) -> bool:
        """Whether an offer within a call, or an answer, has not as many media as the call began with."""
        call, count = call_id(text), len(_MEDIA(sdp))
        if code_of(text):
            return count > self._media.get(call, 1)
        if _tagged(text):
            return count != self._media.get(call, 1)
        self._media[call] = count
        if len(self._media) > CALLS_KNOWN:
            self._media.popitem(last=False)
        return False


def _tagged(text: str) -> bool:
    """Whether every To has a tag; the last one would count."""
    named = [_QUOTED.sub("", value) for value in values(text, "To")]
    return bool(named) and all(map(_TAG, named))


def offers(text: str) -> bool:
    """Whether a message describes sound."""
    return "\nm=" in text or "\rm=" in text


def sounds_wrong(sdp: str) -> bool:
    """Whether an offer or answer is one the stack cannot bear.

    - A medium without an address, its own or the session's: the negotiation aborts, even at port 0.
    - An address that is none of IPv4: another family aborts at the next offer of ours, or at the start of
      the sound; a name is asked for in the loop, and one that nobody knows keeps it deaf for seconds.
    - More sounds than anybody has: each takes two of the library's 64 sockets, and it aborts without one.
    """
    if len(_SOUND(sdp)) > MOST_SOUNDS:
        return True
    addressed = session = False
    media = 0
    for line in _LINE.split(sdp):
        if line.startswith("c="):
            if not _PLACE(line[2:]):
                return True
            addressed = True
            session = session or not media
        elif line.startswith("m="):
            if media and not addressed:
                return True
            media += 1
            addressed = session
    return bool(media) and not addressed
