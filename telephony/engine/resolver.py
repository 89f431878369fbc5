"""What the stack asks of a name server, answered from what is known (`telephony.engine.names`).

It asks in its loop, for every request, and is deaf until it has an answer. A route to the address
(`telephony.engine.first_hop`) would do as well, but TLS holds the certificate against the name it was
sent to. So the stack keeps the name, and its own way to have names looked up by somebody else is used.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from telephony.engine.native import Text, native

_POINTER = ctypes.c_void_p


class _Target(ctypes.Structure):
    """`pjsip_host_info`."""

    _fields_ = (("flag", ctypes.c_uint), ("transport", ctypes.c_int), ("host", Text), ("port", ctypes.c_int))


_Resolve = ctypes.CFUNCTYPE(None, _POINTER, _POINTER, ctypes.POINTER(_Target), _POINTER, _POINTER)


class _Own(ctypes.Structure):
    """`pjsip_ext_resolver`."""

    _fields_ = (("resolve", _Resolve),)


class Resolver:
    """The names of one process. To be kept as long as the stack."""

    def __init__(self, address_of: Callable[[str], str]) -> None:
        """`address_of` tells what a name stands for; empty: the stack has to ask for itself.

        So it does for every name where its library hides how to stop it (Windows).
        """
        self._address_of = address_of
        self._own = _Own(_Resolve(self._resolve))
        stack = native("pjsua_get_pjsip_endpt", _POINTER)
        set_own = native("pjsip_endpt_set_ext_resolver", ctypes.c_int, _POINTER, ctypes.POINTER(_Own))
        resolve = native(
            "pjsip_endpt_resolve", None, _POINTER, _POINTER, ctypes.POINTER(_Target), _POINTER, _POINTER
        )
        if stack is None or set_own is None or resolve is None:
            return
        self._stack, self._set_own, self._ask = stack(), set_own, resolve
        self._set_own(self._stack, self._own)

    def _resolve(self, _: Any, pool: Any, target: Any, token: Any, answer: Any) -> None:  # noqa: ANN401
        """Called for each request: put the address in the place of the name, and let the stack go on."""
        wanted = target.contents
        address = self._address_of(str(wanted.host))
        host = Text.of(address) if address else wanted.host
        self._set_own(self._stack, None)  # else it would ask us again
        self._ask(self._stack, pool, _Target(wanted.flag, wanted.transport, host, wanted.port), token, answer)
        self._set_own(self._stack, self._own)
