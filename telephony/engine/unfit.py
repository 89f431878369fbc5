"""What the stack's library would abort at, or stand still for. Pure; trusts nothing in it.

Each rule has a message that was seen to do it: the library is built with its assertions.
"""

from __future__ import annotations

import re

TAKEN = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE", "PRACK", "NOTIFY"})
DECLINED, UNKNOWN = 603, 501
MOST_SOUNDS = 2  # with encryption and without

_WORD = re.compile(r"[^\s]+").search
_NO_HOST = re.compile(r"\[\s*\]").search
_SOUND = re.compile(r"^m=audio", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"\r\n|\r|\n")
_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_IPV4 = re.compile(
    rf"IN IP4 (?:{_BYTE}\.){{3}}{_BYTE}(?:/[0-9]{{1,3}}){{0,2}}[ \t]*", re.IGNORECASE
).fullmatch


def kills(text: str) -> bool:
    """Whether a message must not be looked at any further: "sip:[]" cannot be written again."""
    return _NO_HOST(text.partition("\r\n\r\n")[0]) is not None


def refusal(text: str) -> int:
    """The code for a request of a kind that no phone of ours takes; 0 for what it does take.

    The stack would keep subscriptions of strangers and write to them, and aborts at some a REFER.
    """
    method = _WORD(text)
    if text.startswith("SIP/") or method is None or method[0].upper() in TAKEN:
        return 0
    return DECLINED if method[0].upper() == "REFER" else UNKNOWN


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
    if len(_SOUND.findall(sdp)) > MOST_SOUNDS:
        return True
    addressed = session = False
    media = 0
    for line in _LINE.split(sdp):
        if line.startswith("c="):
            if not _IPV4(line[2:]):
                return True
            addressed = True
            session = session or not media
        elif line.startswith("m="):
            if media and not addressed:
                return True
            media += 1
            addressed = session
    return bool(media) and not addressed
