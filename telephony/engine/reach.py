"""What is known of the server: registered, silent, refusing; and when it is asked again. Pure.

The stack itself gives an unanswered REGISTER 32 s, and learns of a registrar
that fell silent only at the next refresh. Here silence is told after
`patience_ms`. Nothing more need be sent then: the request in flight is
repeated every few seconds, and the first answer ends the silence. Between
refreshes an OPTIONS now and then (`qualify_ms`) finds the silence; a server
that never answered one is not judged by it, for some ignore them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PATIENCE_MS = 4_000
AGAIN_MS = 4_000  # between two tries of a silent server; also the stack's longest wait for a repetition
FIRST_RETRY_MS = 2_000  # after a server's first error
RETRY_MS = 5_000
LONGEST_RETRY_MS = 120_000  # whatever its Retry-After says
REFUSALS = frozenset({401, 403, 404, 407})  # trying again cannot help: someone has to mend the account
NO_ANSWER = "no answer"


class Ask(Enum):
    """What to send."""

    REGISTER = 1
    OPTIONS = 2


@dataclass(frozen=True, slots=True)
class News:
    """What the client should hear. `retry_in_ms` 0 of a failure: it is not tried again."""

    fine: bool
    code: int = 0  # 0: no answer came
    reason: str = ""
    retry_in_ms: int = 0


class Reach:
    """One server, seen from one process. Instants are monotonic ms."""

    def __init__(self, *, registers: bool, qualify_ms: int, patience_ms: int = PATIENCE_MS) -> None:
        """`qualify_ms` 0: no OPTIONS."""
        self.registers = registers
        self.fine = not registers  # calls may be placed
        self._qualify_ms, self._patience_ms = qualify_ms, patience_ms
        self._registering: int | None = None  # since when a REGISTER is out
        self._register_at: int | None = 0 if registers else None
        self._asking: int | None = None  # since when an OPTIONS is out
        self._ask_at = 0
        self._answers_options = False
        self._errors = 0  # of the server, in a row
        self._told = ""  # the failure last told

    @property
    def silent(self) -> bool:
        """Whether it owes us an answer for too long."""
        return self._told == NO_ANSWER

    # ----------------------------------------------------------- what to do

    def due(self, mono: int) -> tuple[list[Ask], News | None]:
        """What is to be sent at `mono` (it counts as sent), and what has become known by waiting."""
        news = self._overdue(mono)
        asks = []
        if self._register_at is not None and self._registering is None and mono >= self._register_at:
            self._registering, self._register_at = mono, None
            asks.append(Ask.REGISTER)
        if self._qualifies() and self._asking is None and mono >= self._ask_at:
            self._asking = mono
            asks.append(Ask.OPTIONS)
        return asks, news

    def _qualifies(self) -> bool:
        return self._qualify_ms > 0 and (self.fine or not self.registers)

    def _overdue(self, mono: int) -> News | None:
        if self._registering is not None and mono - self._registering >= self._patience_ms:
            return self._silence()
        if self._asking is not None and mono - self._asking >= self._patience_ms:
            return self._unanswered(NO_ANSWER, mono, certain=self._answers_options)
        return None

    # ------------------------------------------------------ what has come back

    def registered(self, expires_s: int, mono: int) -> News:
        """The registrar took us, for `expires_s`."""
        self._registering, self._errors, self._told = None, 0, ""
        self.fine = True
        lives_ms = expires_s * 1000
        self._register_at = mono + max(lives_ms // 2, lives_ms - 15_000)  # before the stack would by itself
        self._asking, self._ask_at = None, mono
        return News(True, 200)

    def refused(self, code: int, reason: str, retry_after_s: int, mono: int) -> News:
        """The registrar answered, but not with a 200."""
        self._registering, self.fine = None, False
        self._asking = None
        wait = FIRST_RETRY_MS if self._errors == 0 else RETRY_MS
        wait = min(max(wait, retry_after_s * 1000), LONGEST_RETRY_MS)
        self._errors += 1
        self._told = f"{code}"
        self._register_at = None if code in REFUSALS else mono + wait
        return News(False, code, reason, 0 if code in REFUSALS else wait)

    def unreached(self, reason: str, mono: int) -> News | None:
        """A REGISTER ended without an answer: the stack's patience is over, or no connection came about."""
        begun, self._registering = self._registering, None
        waited = begun is not None and mono - begun >= AGAIN_MS
        self._register_at = mono if waited else mono + AGAIN_MS
        return self._silence(NO_ANSWER if waited else reason)

    def answered(self, mono: int) -> News | None:
        """Any answer to an OPTIONS came."""
        self._answers_options = True
        self._asking, self._ask_at = None, mono + self._qualify_ms
        if self.registers or self.fine:
            return None
        self.fine, self._told = True, ""
        return News(True, 200)

    def unasked(self, reason: str, mono: int) -> News | None:
        """An OPTIONS could not be delivered: no connection came about."""
        return self._unanswered(reason, mono, certain=True)

    def _unanswered(self, reason: str, mono: int, *, certain: bool) -> News | None:
        self._asking = None
        if not certain:
            self._ask_at = mono + self._qualify_ms
            return None
        self._ask_at = mono if reason == NO_ANSWER else mono + AGAIN_MS
        if self.registers:  # a fresh REGISTER decides, and is the try to come back
            self._register_at = mono
        return self._silence(reason)

    def _silence(self, reason: str = NO_ANSWER) -> News | None:
        """Tell it once."""
        self.fine = False
        if self._told == reason:
            return None
        self._told = reason
        return News(False, 0, reason, AGAIN_MS)
