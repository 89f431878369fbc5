"""Calls that we hung up, and whose other side has not answered to that: each keeps one of the four slots.

The stack repeats a BYE for 32 s and keeps its call so long. Where another call needs the slot, the call is
taken from the stack and the BYE is not: it is a transaction of its own, and goes on being repeated.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass

from telephony.engine.native import Text, native

BYE_MS = 1_000  # whoever is there has answered by then, or has asked for our login
CANCEL_MS = 5_000  # or has said how the call ended; what crosses a CANCEL is told by nobody else
GONE_MS = 40_000  # the stack has given up long before
TIMED_OUT = 408
_TAG = re.compile(r";\s*tag\s*=\s*([^;>\s]+)", re.IGNORECASE).findall

_POINTER = ctypes.c_void_p
_WORDS = ctypes.POINTER(Text)

Parties = tuple[str, str, str]
"""A call's Call-ID, and its two sides as From and To name them: ours, and theirs."""


@dataclass(frozen=True, slots=True)
class _Gone:
    parties: Parties
    since: int  # monotonic ms
    not_before: int  # its slot is its own until then


class Departed:
    """Oldest first."""

    def __init__(self, tell: Callable[[str], object] = str) -> None:
        """`tell`: called with the Call-ID of a call that was taken from the stack."""
        self._gone: list[_Gone] = []
        self._tell = tell

    def add(self, parties: Parties, answered: bool, mono: int) -> None:
        """A call of ours was hung up."""
        self._gone = [one for one in self._gone if mono - one.since < GONE_MS]
        self._gone.append(_Gone(parties, mono, mono + (BYE_MS if answered else CANCEL_MS)))

    def make_room(self, mono: int) -> bool:
        """Free the slot of the oldest whose other side is silent; False where there is none."""
        for one in self._gone:
            if mono >= one.not_before:
                self._gone = [other for other in self._gone if other is not one]
                if _terminated(one.parties):
                    self._tell(one.parties[0])
                    return True
        return False


def _terminated(parties: Parties) -> bool:
    """Take a call from the stack, if it still has it."""
    find = native("pjsip_ua_find_dialog", _POINTER, _WORDS, _WORDS, _WORDS, ctypes.c_int)
    call_of = native("pjsip_dlg_get_inv_session", _POINTER, _POINTER)
    terminate = native("pjsip_inv_terminate", ctypes.c_int, _POINTER, ctypes.c_int, ctypes.c_int)
    if find is None or call_of is None or terminate is None:
        return False
    call_id, ours, theirs = parties
    there = find(Text.of(call_id), Text.of(_tag(ours)), Text.of(_tag(theirs)), False)
    call = call_of(there) if there else None
    return bool(call) and terminate(call, TIMED_OUT, True) == 0


def _tag(value: str) -> str:
    """The tag of a From or To; empty before there is one."""
    return (_TAG(value) or [""])[-1]
