"""Functions of the stack's library that pjsua2 does not show, by their names in C (pjsip 2.15)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import pjsua2 as pj


@cache
def native(name: str, result: Any, *arguments: Any) -> Callable[..., Any] | None:  # noqa: ANN401 - types of C
    """The function `name`; None where the library hides it (Windows)."""
    try:
        found = getattr(ctypes.CDLL(pj._pjsua2.__file__), name)  # noqa: SLF001 - the library itself
    except (AttributeError, OSError):
        return None
    found.restype, found.argtypes = result, arguments
    return found


class Text(ctypes.Structure):
    """The stack's `pj_str_t`. Whoever makes one keeps the bytes it points to."""

    _fields_ = (("start", ctypes.c_char_p), ("length", ctypes.c_ssize_t))

    @classmethod
    def of(cls, text: str) -> Text:
        """A text, one character a byte."""
        data = text.encode("latin-1", "replace")
        return cls(data, len(data))

    def __str__(self) -> str:
        """One character a byte. Nothing says that its bytes end with a nought."""
        where = ctypes.c_void_p.from_buffer(self).value
        return ctypes.string_at(where, self.length).decode("latin-1") if where else ""
