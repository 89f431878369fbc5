"""The sound of a frame as bytes, in two microseconds in place of two hundred.

The wrapper hands out a C++ vector that Python can only walk number by number:
in the thread that is every call's clock, with the interpreter locked. Every
standard library lays a vector out as three pointers (its begin, its end, the
end of its storage), and the first two are read here. That it is so is tried
once, on a vector of our own; where it is not, the walk remains.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

_PROBE = bytes(range(1, 200))


class _Vector(ctypes.Structure):
    _fields_ = (("begin", ctypes.c_void_p), ("end", ctypes.c_void_p), ("storage", ctypes.c_void_p))


def walk(frame: Any) -> bytes:  # noqa: ANN401 - pjsua2 has no types
    """The sound of a `MediaFrame`, the slow way."""
    return bytes(frame.buf)


def peek(frame: Any) -> bytes:  # noqa: ANN401
    """The same by the vector's pointers."""
    vector = _Vector.from_address(int(frame.buf.this))
    return ctypes.string_at(vector.begin, vector.end - vector.begin) if vector.begin else b""


def _is_so() -> bool:
    """Whether a vector looks as `peek` believes; nothing is read through a pointer before that."""
    try:
        frame = pj.MediaFrame()
        frame.buf = pj.ByteVector(_PROBE)
        vector = _Vector.from_address(int(frame.buf.this))
    except (AttributeError, TypeError, ValueError):  # another wrapper: it shows no address
        return False
    begin, end, storage = vector.begin or 0, vector.end or 0, vector.storage or 0
    return end - begin == len(_PROBE) and 0 < begin < end <= storage and peek(frame) == _PROBE


sound_of: Callable[[Any], bytes] = peek if _is_so() else walk
