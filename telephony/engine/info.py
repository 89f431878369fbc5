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

import ctypes
import re
from functools import cache
from typing import Any

import pjsua2 as pj

OK, BAD_REQUEST = 200, 400
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
    stack = _stack()
    if stack is None:
        return False
    there = ctypes.c_void_p(int(request.pjRxData))
    dialog = stack.pjsip_rdata_get_dlg(there)
    return (
        bool(dialog) and stack.pjsip_dlg_respond(ctypes.c_void_p(dialog), there, code, None, None, None) == 0
    )


@cache
def _stack() -> ctypes.CDLL | None:
    try:
        stack = ctypes.CDLL(pj._pjsua2.__file__)  # noqa: SLF001 - the library itself
        stack.pjsip_rdata_get_dlg.argtypes = [ctypes.c_void_p]
        stack.pjsip_rdata_get_dlg.restype = ctypes.c_void_p
        stack.pjsip_dlg_respond.argtypes = [
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int,
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
    except (AttributeError, OSError):
        return None
    return stack
