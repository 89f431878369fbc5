"""This process's connections to SIP servers (TCP and TLS), which the stack keeps to itself."""

from __future__ import annotations

import ctypes

from telephony.engine.native import native

_POINTER = ctypes.c_void_p


class _Which(ctypes.Structure):
    """`pjsip_tpmgr_shutdown_param`."""

    _fields_ = (("at_once", ctypes.c_int), ("datagrams_too", ctypes.c_int))


def drop_connections() -> None:
    """Use none of them any more: what is sent next opens a new one, and what waits there has failed.

    Nothing happens where the library hides how (Windows).
    """
    stack = native("pjsua_get_pjsip_endpt", _POINTER)
    manager_of = native("pjsip_endpt_get_tpmgr", _POINTER, _POINTER)
    drop = native("pjsip_tpmgr_shutdown_all", ctypes.c_int, _POINTER, ctypes.POINTER(_Which))
    if stack is not None and manager_of is not None and drop is not None:
        drop(manager_of(stack()), _Which(True, False))
