"""A look at every message before the stack acts on it: what it would abort at is kept from it.

Its library is built with assertions, and some of them stand where a stranger's words get to: one
datagram would end the phone process. So a module of ours is put before all of its own, by functions
that pjsua2 does not show. A message that cannot be borne is dropped; a description of sound that
cannot is marked as unreadable, and the stack refuses it by its own rules. Where the library hides
these functions (Windows) there is no sentry, and the client starts a new process.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from telephony.engine.native import native
from telephony.engine.unfit import Past, kills, offers, refusal, sounds_wrong

FIRST = 12  # PJSIP_MOD_PRIORITY: behind the transports (8), before the transactions (16)
UNREADABLE = 220_020  # PJMEDIA_SDP_EINSDP
_NAME = b"mod-sixring"
_READ = "_ZN2pj9SipRxData6fromPjER13pjsip_rx_data"  # pj::SipRxData::fromPj(pjsip_rx_data&)
_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
_Look = ctypes.CFUNCTYPE(_INT, _POINTER)


class _Module(ctypes.Structure):
    """`pjsip_module`."""

    _fields_ = (
        ("prev", _POINTER), ("next", _POINTER),
        ("name", ctypes.c_char_p), ("name_length", ctypes.c_ssize_t),
        ("id", ctypes.c_int), ("priority", ctypes.c_int),
        ("load", _POINTER), ("start", _POINTER), ("stop", _POINTER), ("unload", _POINTER),
        ("on_rx_request", _Look), ("on_rx_response", _Look),
        ("on_tx_request", _POINTER), ("on_tx_response", _POINTER), ("on_tsx_state", _POINTER),
    )  # fmt: skip


class _Sound(ctypes.Structure):
    """`pjsip_rdata_sdp_info`: what the stack has read of an SDP, and keeps for whoever asks next."""

    _fields_ = (
        ("body", _POINTER), ("length", ctypes.c_ssize_t), ("error", ctypes.c_int), ("session", _POINTER)
    )  # fmt: skip


class Sentry:
    """Stands before the stack as long as the process lives."""

    def __init__(
        self,
        past: Past,
        read: Callable[..., None],
        sound_of: Callable[..., Any],
        respond: Callable[[int, int], None],
        *,
        transfers: bool,
    ) -> None:
        self._read, self._sound_of, self._respond = read, sound_of, respond
        self._message: Any = pj.SipRxData()
        self._there = int(self._message.this)
        self._past, self._transfers = past, transfers
        look = _Look(self._look)
        self.module = _Module(
            name=_NAME, name_length=len(_NAME), id=-1, priority=FIRST, on_rx_request=look, on_rx_response=look
        )

    def _look(self, message: int) -> int:
        """Called at each message; 1 ends its way here. No exception may leave it."""
        try:
            self._read(self._there, message)
            return int(self._ends(str(self._message.wholeMsg), message))
        except Exception:  # noqa: BLE001 - the native caller cannot bear any; the stack looks for itself
            return 0

    def _ends(self, text: str, message: int) -> bool:
        mono = time.monotonic_ns() // 1_000_000
        if kills(text) or self._past.upsets(text, mono):
            return True
        code = refusal(text, transfers=self._transfers)
        if code:
            self._respond(code, message)
            return True
        found = self._sound_of(message) if offers(text) else None
        if found and found.contents.body and not found.contents.error:
            sound = found.contents
            sdp = ctypes.string_at(sound.body, sound.length).decode("latin-1")
            if sounds_wrong(sdp) or self._past.other_media(text, sdp):
                sound.error, sound.session = UNREADABLE, None
        return False


def post(past: Past, *, transfers: bool) -> Sentry | None:
    """Put a sentry before the running stack; None where that cannot be done. `transfers`: REFER may pass."""
    read = native(_READ, None, _POINTER, _POINTER)
    sound_of = native("pjsip_rdata_get_sdp_info", ctypes.POINTER(_Sound), _POINTER)
    stack = native("pjsua_get_pjsip_endpt", _POINTER)
    answer = native(
        "pjsip_endpt_respond_stateless", _INT, _POINTER, _POINTER, _INT, _POINTER, _POINTER, _POINTER
    )
    register = native("pjsip_endpt_register_module", _INT, _POINTER, ctypes.POINTER(_Module))
    if read is None or sound_of is None or stack is None or answer is None or register is None:
        return None
    here, say = stack(), answer
    sentry = Sentry(
        past, read, sound_of, lambda code, message: say(here, message, code, None, None, None),
        transfers=transfers,
    )  # fmt: skip
    register(here, ctypes.byref(sentry.module))
    return sentry
