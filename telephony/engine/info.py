"""INFO requests of the other side, read here and not by the stack.

The stack takes any `application/dtmf-relay` apart as if it had two lines, and
aborts at one that has a single line without its end ("Signal=5"). It asks us
first; once a request is answered it leaves it alone. So each INFO with keys is
answered here, by two functions of the stack's library that pjsua2 does not
show. Where the library hides them (not on Linux) the stack reads on its own.

Bodies: `application/dtmf-relay`, "Signal=5" among its lines, as Cisco's
gateways brought it; `application/dtmf`, the key alone.
"""

from __future__ import annotations

import re
from ctypes import c_int, c_void_p
from typing import Any

from telephony.engine.native import native

OK, BAD_REQUEST = 200, 400
_POINTER = c_void_p
_SIGNAL = re.compile(r"^[ \t]*Signal[ \t]*=[ \t]*([0-9*#A-D])[ \t]*\r?$", re.MULTILINE | re.IGNORECASE).search
_ALONE = re.compile(r"\s*([0-9*#A-D])\s*", re.IGNORECASE).fullmatch


def carries_keys(info: str) -> bool:
    """Whether an INFO says that it carries a key, in whatever spelling the stack would understand."""
    return "dtmf" in info.lower()


def key_of(info: str) -> str:
    """The key an INFO carries; empty for none."""
    body = info.partition("\r\n\r\n")[2]
    found = _SIGNAL(body) or _ALONE(body)
    return found[1].upper() if found else ""


def answer(request: Any, code: int) -> bool:  # noqa: ANN401 - pjsua2 has no types
    """Answer a request within a call before the stack reads it; False where that cannot be done."""
    dialog_of = native("pjsip_rdata_get_dlg", _POINTER, _POINTER)
    respond = native("pjsip_dlg_respond", c_int, _POINTER, _POINTER, c_int, _POINTER, _POINTER, _POINTER)
    if dialog_of is None or respond is None:
        return False
    there = int(request.pjRxData)
    dialog = dialog_of(there)
    return bool(dialog) and respond(dialog, there, code, None, None, None) == 0
