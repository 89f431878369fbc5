"""The carrier of two measurements: it answers an INVITE by 486 at once, with nothing of ours in it."""

from __future__ import annotations

import re

_KEPT = re.compile(r"^(?:Via|From|Call-ID|CSeq): .*$", re.MULTILINE)
_TO = re.compile(r"^To: (.*)$", re.MULTILINE)


def busy(invite: bytes) -> bytes:
    """The 486 to an INVITE."""
    text = invite.decode("utf-8", "replace").replace("\r", "")
    to = _TO.search(text)
    lines = [
        "SIP/2.0 486 Busy Here",
        *_KEPT.findall(text),
        f"To: {to[1] if to else ''};tag=bench",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
