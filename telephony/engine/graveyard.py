"""Where ended calls wait until the stack's objects behind them may go.

Two traps of pjsua2 meet here. An object must not go inside a callback of its
own. And its destructor acts on the call *slot* it had: it hangs up, and makes
deaf, whatever call uses that slot now. So an ended call goes only while no
living one sits in its slot.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

REST_MS = 50  # well outside the callbacks of the end


class Graveyard:
    """Ended calls, oldest first."""

    def __init__(self) -> None:
        self._rest: list[tuple[int, Any]] = []

    def __len__(self) -> int:
        return len(self._rest)

    def take(self, call: Any, mono: int) -> None:  # noqa: ANN401 - pjsua2 has no types
        """Keep `call`, which has ended."""
        self._rest.append((mono, call))

    def release(self, living: Iterable[Any], mono: int) -> None:
        """Let go of those whose time has come; `living` are all calls that have not ended."""
        taken = {call.getId() for call in living}
        self._rest = [
            (since, call) for since, call in self._rest if mono - since < REST_MS or call.getId() in taken
        ]
