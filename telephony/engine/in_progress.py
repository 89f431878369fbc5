"""The instants and limits of a call that came in; otherwise as `telephony.engine.progress`."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from telephony.engine.progress import Progress
from telephony.protocol import Ended
from telephony.results import Cut, Ending, Final, ending_of_incoming

THROUGH_MS = 10_000  # an answer neither acknowledged nor followed by sound, where silence has no limit


@dataclass(slots=True)
class InProgress(Progress):
    """The life of one call that rang here."""

    taken: int | None = None  # when the rep took it; `answered` is when the caller knew
    elsewhere: bool = False  # another phone took it

    def overdue(self, mono: int) -> Cut | None:
        """Which limit has passed at `mono`, if any and if the call still stands."""
        if self.over or self.cut is not Cut.NONE or self.answered is not None or self.taken is None:
            return Progress.overdue(self, mono)
        return Cut.NO_ACK if mono - self.taken >= (self.limits.silence_ms or THROUGH_MS) else None

    def found(self, final: Final) -> Ending:
        """What it came to."""
        return ending_of_incoming(final, taken=self.taken is not None, elsewhere=self.elsewhere)

    def end(self, at: int, mono: int) -> Ended | None:
        """Close the call; its last event, or None if it was closed before."""
        ended = Progress.end(self, at, mono)
        return ended and msgspec.structs.replace(ended, elsewhere=self.elsewhere)
