"""Not more calls at once than the stack's sockets bear.

Each call takes two sockets of the 64 that the wheel of pjsua2 can watch and
gives them back half a second late; the process aborts when they run out.
"""

from __future__ import annotations

from collections import deque

WINDOW_MS = 600
CALLS_A_WINDOW = 12


class Throttle:
    """Lets so many calls begin in any window."""

    def __init__(self, calls: int = CALLS_A_WINDOW, window_ms: int = WINDOW_MS) -> None:
        self._calls, self._window_ms = calls, window_ms
        self._begun: deque[int] = deque()

    def allows(self, mono: int) -> bool:
        """Whether a call may begin now; if so it is counted."""
        while self._begun and mono - self._begun[0] >= self._window_ms:
            self._begun.popleft()
        if len(self._begun) >= self._calls:
            return False
        self._begun.append(mono)
        return True
