"""What is known of the server: registered, silent, refusing; and when it is asked again. Pure.

The stack itself gives an unanswered REGISTER 32 s, and learns of a registrar
that fell silent only at the next refresh. Here silence is told after
`patience_ms`. Nothing more need be sent then: the request in flight is
repeated every few seconds (over UDP), and the first answer ends the silence.
Each try that fails is told again, with the time of the next. Between
refreshes an OPTIONS now and then (`qualify_ms`) finds the silence; a server
that never answered one is not judged by it, for some ignore them.

An answer also says from where our requests come to the server. Where that
changes, a router on the way has begun anew: what we registered leads nowhere,
so we register again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PATIENCE_MS = 4_000
AGAIN_MS = 4_000  # between two tries of a silent server
GIVES_UP_MS = 32_000  # the stack, of an unanswered request (RFC 3261, timer F)
REPEATS_MS = (500, 1_500, 3_500, *range(7_500, GIVES_UP_MS, 4_000))  # after the request (timer E, T2 4 s)
SHORTEST_MS = 1_000  # a try nearer than this is not told, but the one after it
FIRST_RETRY_MS = 2_000  # after a server's first error
RETRY_MS = 5_000
LONGEST_RETRY_MS = 120_000  # whatever its Retry-After says
REFUSALS = frozenset({401, 403, 404, 407})  # trying again cannot help: someone has to mend the account
NO_ANSWER = "no answer"
NO_WAY = "no network"


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

    def __init__(
        self, *, registers: bool, qualify_ms: int, patience_ms: int = PATIENCE_MS, repeats: bool = True
    ) -> None:
        """`qualify_ms` 0: no OPTIONS; `repeats`: what is not answered is sent again, as UDP must."""
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
        self._tell_at: int | None = None  # when it has to be told again, with the time of the next try
        self._instants = (*(REPEATS_MS if repeats else ()), GIVES_UP_MS)
        self._way = True  # this machine has a way to it
        self._refused = False  # for good
        self._seen: dict[str, str] = {}  # by who answered: from where our requests come to it

    # ----------------------------------------------------------- what to do

    def due(self, mono: int) -> tuple[list[Ask], News | None]:
        """What is to be sent at `mono` (it counts as sent), and what has become known by waiting."""
        if not self._way:
            return [], self._again(mono)
        news = self._overdue(mono) or self._again(mono)
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
            if self._told != NO_ANSWER:
                return self._silence(mono)
            return None
        if self._asking is not None and mono - self._asking >= self._patience_ms:
            return self._unanswered(NO_ANSWER, mono, certain=self._answers_options)
        return None

    def _again(self, mono: int) -> News | None:
        """The failure once more: the try it spoke of was of no use."""
        if self._tell_at is None or mono < self._tell_at:
            return None
        return self._silence(mono, self._told)

    # ------------------------------------------------------ what has come back

    def registered(self, expires_s: int, mono: int, by: str = "", seen: str = "") -> News:
        """The registrar took us, for `expires_s`; `by` and `seen` as for `answered`."""
        self._registering, self._errors = None, 0
        self._is_fine()
        lives_ms = expires_s * 1000
        self._register_at = mono + max(lives_ms // 2, lives_ms - 15_000)  # before the stack would by itself
        self._asking, self._ask_at = None, mono
        self._seen = {by: seen} if seen else {}
        return News(True, 200)

    def refused(self, code: int, reason: str, retry_after_s: int, mono: int) -> News:
        """The registrar answered, but not with a 200."""
        self._registering, self.fine = None, False
        self._asking = None
        wait = FIRST_RETRY_MS if self._errors == 0 else RETRY_MS
        wait = min(max(wait, retry_after_s * 1000), LONGEST_RETRY_MS)
        self._errors += 1
        self._told, self._tell_at = f"{code}", None
        self._refused = code in REFUSALS
        self._register_at = None if self._refused else mono + wait
        return News(False, code, reason, 0 if self._refused else wait)

    def unreached(self, reason: str, mono: int) -> News | None:
        """A REGISTER ended without an answer: the stack's patience is over, or no connection came about."""
        begun, self._registering = self._registering, None
        waited = begun is not None and mono - begun >= AGAIN_MS
        self._register_at = mono if waited else mono + AGAIN_MS
        if not self._way:
            return None
        return self._silence(mono, NO_ANSWER if waited else reason)

    def answered(self, mono: int, by: str = "", seen: str = "") -> News | None:
        """Any answer to an OPTIONS came.

        Args:
            mono: When.
            by: The address of who answered. What it saw is compared with what it saw before, and
                with nobody else's: the way to another server may lead through another router.
            seen: The address and port our request came from; empty where the answer does not say.
        """
        self._answers_options = True
        self._asking, self._ask_at = None, mono + self._qualify_ms
        if seen:
            before, self._seen[by] = self._seen.get(by, seen), seen
            if self.registers and self.fine and seen != before:
                self._register_at = mono
        if self.registers or self.fine:
            return None
        self._is_fine()
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
        if not self._way:
            return None
        if self.registers:  # a fresh REGISTER decides, and is the try to come back
            self._register_at = mono
        return self._silence(mono, reason)

    # --------------------------------------------------------- the way there

    def no_way(self, mono: int) -> News | None:
        """No way leads to the server any more: a cable is out. Nothing is asked until there is one."""
        if not self._way or self._refused:
            return None
        self._way = False
        return self._silence(mono, NO_WAY)

    def way_found(self, mono: int) -> News | None:
        """There is a way; whether the server is there is asked at once."""
        if self._way:
            return None
        self._way, self._tell_at = True, None
        self.ask_now(mono)
        if self.registers or self._answers_options:
            return None
        self._is_fine()  # a trunk that is not asked, or does not answer to that, is taken at its word
        return News(True, 200)

    def ask_now(self, mono: int) -> None:
        """Register, or ask a trunk, at `mono`: where we are may have changed."""
        self._asking, self._ask_at = None, mono
        if self.registers and self._register_at is not None:
            self._register_at = mono

    # ---------------------------------------------------------------- telling

    def _is_fine(self) -> None:
        self.fine, self._told, self._tell_at = True, "", None

    def _silence(self, mono: int, reason: str = NO_ANSWER) -> News:
        """Tell it, and when the next try is."""
        self.fine = False
        self._told = reason
        wait = self._next_try(mono) - mono
        self._tell_at = mono + wait
        return News(False, 0, reason, wait)

    def _next_try(self, mono: int) -> int:
        if self._registering is None or not self._way:
            return mono + AGAIN_MS
        tries = (self._registering + after for after in self._instants)
        return next((at for at in tries if at - mono >= SHORTEST_MS), mono + AGAIN_MS)
