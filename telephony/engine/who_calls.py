"""Who rings, by the headers of an INVITE. Pure; every word in it is a stranger's.

Sources: RFC 3261 20.10 and 25.1 (addresses), RFC 3966 (tel), RFC 3325 9 (P-Asserted-Identity is worth
what its sender is), RFC 3323 (privacy), RFC 3326 (Reason).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote

from config.text import for_terminal
from telephony.engine.message import values

NAME_LIMIT = 80  # characters
LONGEST = 1_000  # of a header value that is read at all

_NAMED = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^<"]*))\s*<([^>]*)>').match
_URI = re.compile(r"(sips?|tel):(?:([^@>]*)@)?([^>]*)", re.IGNORECASE).match
_SEPARATORS = re.compile(r"[ \t().\-]")
_NUMBER = re.compile(r"\+?[0-9]{1,32}").fullmatch
_ELSEWHERE = re.compile(r"^\s*SIP\s*;.*\bcause\s*=\s*200\b", re.IGNORECASE).search
_NOBODY = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private", "withheld"})
_WITHHELD = frozenset({"id", "user", "header"})


@dataclass(frozen=True, slots=True)
class WhoCalls:
    """A caller as the INVITE names them."""

    number: str = ""  # "+" and digits, or digits; empty: withheld, or none
    name: str = ""  # safe for a terminal


def who_calls(invite: str, *, trusted: bool) -> WhoCalls:
    """The caller of an INVITE (one character a byte).

    Args:
        invite: The whole message.
        trusted: It comes from our own server, whose P-Asserted-Identity counts for more than the From.
    """
    if _private(invite):
        return WhoCalls()
    asserted = values(invite, "P-Asserted-Identity") if trusted else []
    stated = [_address(one) for value in (*asserted, *values(invite, "From")[:1]) for one in _split(value)]
    number = next((one.number for one in stated if one.number), "")
    name = next((one.name for one in reversed(stated) if one.name), "")  # the From's own, if it has one
    return WhoCalls(number, "" if number and _digits(name) == number else name)


def call_name(sip_call_id: str) -> str:
    """Our word for a call that comes in with this Call-ID."""
    return f"in-{hashlib.sha256(sip_call_id.encode('utf-8', 'replace')).hexdigest()[:16]}"


def answered_elsewhere(cancel: str) -> bool:
    """Whether a CANCEL says that another phone took the call."""
    return any(_ELSEWHERE(value[:LONGEST]) for value in values(cancel, "Reason"))


def _private(invite: str) -> bool:
    asked = {word.strip().lower() for value in values(invite, "Privacy") for word in re.split("[;,]", value)}
    return bool(asked & _WITHHELD)


def _split(value: str) -> list[str]:
    """A sip and a tel address may stand in one P-Asserted-Identity."""
    return re.split(r",(?=[^\"]*<)", value[:LONGEST])[:4]


def _address(value: str) -> WhoCalls:
    named = _NAMED(value.strip())
    uri = _URI((named[3] if named else value).strip())
    if uri is None:
        return WhoCalls()
    scheme, user, rest = uri[1].lower(), uri[2] or "", uri[3]
    if scheme == "tel":
        user = rest
    user = unquote(re.split("[;:]", user)[0], encoding="latin-1")
    if user.lower() in _NOBODY or rest.lower().startswith("anonymous.invalid"):
        return WhoCalls()
    number = _digits(user)
    name = _clean(re.sub(r"\\(.)", r"\1", named[1] or named[2] or "") if named else "")
    if name.lower() in _NOBODY:
        name = ""
    return WhoCalls(number, name or ("" if number else _clean(user)))


def _digits(text: str) -> str:
    """The number that `text` is, else empty."""
    plain = _SEPARATORS.sub("", text)
    return plain if _NUMBER(plain) else ""


def _clean(text: str) -> str:
    words = text.encode("latin-1", "replace").decode("utf-8", "replace")
    return " ".join(for_terminal(words).split())[:NAME_LIMIT]
