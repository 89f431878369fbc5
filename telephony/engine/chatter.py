"""What the stack says of itself, in the process's log: harmless, cut, and no more than a log can bear.

It writes out whole what it cannot read, and anybody may send that: keys of an encrypted call, sequences
that a terminal obeys, a disk full of them. So of each remark only the first line is kept, and of a flood
the first remarks.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import pjsua2 as pj

from config.text import for_terminal

LINE_LIMIT = 240  # characters
AT_ONCE, A_SECOND = 100, 2.0  # remarks


class Chatter(pj.LogWriter):
    """Takes the stack's remarks, from whichever thread."""

    def __init__(self) -> None:
        super().__init__()
        self._left, self._since = float(AT_ONCE), time.monotonic()

    def write(self, entry: Any) -> None:  # noqa: ANN401 - pjsua2 has no types
        """Called at each remark. No exception may leave it."""
        try:
            if self._may():
                sys.stderr.write(f"{first_line(entry.msg)}\n")
        except Exception:  # noqa: BLE001 - the native caller cannot bear any
            return

    def _may(self) -> bool:
        now = time.monotonic()
        self._left = min(AT_ONCE, self._left + (now - self._since) * A_SECOND)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def first_line(remark: str) -> str:
    """What is kept of a remark."""
    return for_terminal(remark.partition("\n")[0].rstrip("\r"))[:LINE_LIMIT]
