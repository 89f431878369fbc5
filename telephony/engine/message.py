"""Reading the few headers we need out of a raw SIP message. Pure; trusts nothing in it.

A message is held as text with one character a byte (Latin-1): whatever bytes a
stranger sent, they survive JSON and go back to him unchanged in a BYE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from config.text import for_terminal
from telephony.protocol import Dialog

CALL_ID_LIMIT = 255  # characters of a stranger's that are kept
OWN_CSEQ = 40_000  # above what the stack counts from in a dialog that others began (at most 32,767)

_SHORT = {"from": "f", "to": "t", "via": "v", "contact": "m", "call-id": "i"}
_STATUS = re.compile(r"SIP/2\.0 (\d{3}) ?([^\r\n]*)").match
_URI = re.compile(r"<?(sips?:[^>\s]+)", re.IGNORECASE).search
_CAUSE = re.compile(r"^\s*Q\.850\s*;.*?\bcause\s*=\s*(\d{1,3})\b", re.IGNORECASE).search
_TEXT = re.compile(r'\btext\s*=\s*"([^"]*)"', re.IGNORECASE).search


@dataclass(frozen=True, slots=True)
class Why:
    """A Reason header of protocol Q.850."""

    cause: int = 0
    text: str = ""


def as_bytes_text(message: str) -> str:
    """A message as the stack hands it out (UTF-8, surrogates for what is not) with one character a byte."""
    return message.encode("utf-8", "surrogateescape").decode("latin-1")


def values(message: str, name: str) -> list[str]:
    """The values of header `name` (long or short form), in order, each trimmed."""
    short = _SHORT.get(name.lower())
    names = re.escape(name) + (f"|{short}" if short else "")
    head = message.partition("\r\n\r\n")[0]
    found = re.findall(rf"^(?:{names})\s*:[ \t]*([^\r\n]*)", head, re.MULTILINE | re.IGNORECASE)
    return [value.strip() for value in found]


def status(message: str) -> tuple[int, str]:
    """Code and phrase of a response; (0, '') for anything else."""
    found = _STATUS(message)
    return (int(found[1]), _words(found[2])) if found else (0, "")


def why(message: str) -> Why:
    """The Q.850 cause of a message, if it carries one."""
    for value in values(message, "Reason"):
        cause = _CAUSE(value)
        if cause:
            text = _TEXT(value)
            return Why(int(cause[1]), _words(text[1]) if text else "")
    return Why()


def came_from(response: str) -> str:
    """Where our request came from, as the first hop saw it (RFC 3581); empty where it does not say."""
    via = (values(response, "Via") or [""])[0].partition(",")[0]
    marks = dict(re.findall(r";\s*(received|rport)\s*=\s*([^;,\s]+)", via.lower()))
    place = re.match(r"sip/2\.0/\w+\s+([^:;\s]+)", via.lower())
    if "rport" not in marks or not place:
        return ""
    return f"{marks.get('received', place[1])}:{marks['rport']}"


def retry_after(message: str) -> int:
    """Seconds of a Retry-After header; 0 without one."""
    found = re.match(r"(\d{1,6})\b", (values(message, "Retry-After") or [""])[0])
    return int(found[1]) if found else 0


def encrypts(message: str) -> bool | None:
    """Whether the SDP of a message agrees to encrypted sound (SDES, RFC 4568); None without any SDP."""
    body = message.partition("\r\n\r\n")[2]
    audio = body.partition("\nm=audio ")[2].partition("\nm=")[0]
    return "\na=crypto:" in audio if audio else None


def call_id(message: str) -> str:
    """The Call-ID, harmless and cut to size; empty without one."""
    return for_terminal((values(message, "Call-ID") or [""])[0])[:CALL_ID_LIMIT]


def contact(message: str) -> str:
    """The URI of a message's first Contact; empty without one."""
    found = _URI((values(message, "Contact") or [""])[0])
    return found[1] if found else ""


def dialog(response: str, request_uri: str, transport: str) -> Dialog | None:
    """The dialog a 18x or 2xx to our INVITE made; None if the message lacks what it must have."""
    try:
        cseq = int(values(response, "CSeq")[0].split()[0])
        answered = status(response)[0] >= 200
        contact = _URI((values(response, "Contact") or [""])[0])
        return Dialog(
            call_id=values(response, "Call-ID")[0],
            local=values(response, "From")[0],
            remote=values(response, "To")[0],
            cseq=cseq,
            target=contact[1] if contact and answered else request_uri,
            via=values(response, "Via")[0],
            routes=tuple(reversed(_split(values(response, "Record-Route")))),
            transport=transport,
        )
    except (IndexError, ValueError):
        return None


def dialog_of_incoming(reply: str, invite: str, transport: str) -> Dialog | None:
    """The dialog that our own `reply` to an INVITE makes (RFC 3261, 12.1.1); None if it lacks what it must.

    From and To change places: what is ours stands in the To.
    """
    try:
        return Dialog(
            call_id=values(reply, "Call-ID")[0],
            local=values(reply, "To")[0],
            remote=values(reply, "From")[0],
            cseq=OWN_CSEQ,
            target=contact(invite),
            routes=tuple(_split(values(reply, "Record-Route"))),
            transport=transport,
            reply_vias=tuple(values(reply, "Via")),
            reply_cseq=values(reply, "CSeq")[0],
        )
    except IndexError:
        return None


def parties(request: str) -> tuple[str, str, str]:
    """Call-ID, From and To of a request of ours; empty where it lacks them."""
    call_id, ours, theirs = ((values(request, name) or [""])[0] for name in ("Call-ID", "From", "To"))
    return call_id, ours, theirs


def _words(text: str) -> str:
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def _split(headers: list[str]) -> list[str]:
    return [part.strip() for value in headers for part in re.split(r",(?=\s*<)", value) if part.strip()]
