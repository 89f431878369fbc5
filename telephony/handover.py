"""A call given to somebody else: what became of it, in words. Pure; the stack is `telephony.engine.giving`.

A transfer is a REFER (RFC 3515) and what the other side reports about it:
first its own answer, then NOTIFYs that carry the status of the call it places.
Whatever happens, one request has one `Told`.

Sources: RFC 3515 2.4 (answers and reports), RFC 3891 3 (Replaces), RFC 5589
6-7 (the flows, and who hangs up), RFC 3261 21 (codes).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from config.text import for_terminal
from telephony.protocol import Ended
from telephony.results import BY_CLASS, PHRASE_LIMIT, SIP

ANSWER_MS = 8_000  # a REFER without any answer; sooner where even a taken one may be silent only for less
CHALLENGE_MS = 4_000  # a challenge that the stack could not answer is a refusal

REFUSED: dict[int, str] = {
    400: "The other side did not understand the transfer",
    401: "The carrier refused our login for the transfer; check sip.login and the password",
    403: "The carrier forbids transfers to this account",
    404: "The carrier does not know the call any more",
    405: "The other side knows no transfers",
    406: "The other side does not take this kind of transfer",
    407: "The carrier refused our login for the transfer; check sip.login and the password",
    408: "The other side did not answer the transfer",
    416: "The other side cannot dial this kind of address",
    420: "The other side cannot join two calls; transfer without a word before",
    481: "The carrier does not know the call any more",
    488: "The other side does not take this transfer",
    491: "Two requests crossed each other; try again",
    501: "The other side knows no transfers",
    503: "The carrier takes no transfer at the moment",
    603: "The other side declined the transfer",
}
REFUSED_BY_CLASS = {
    4: "The other side refused the transfer",
    5: "The carrier had an error at the transfer",
    6: "The other side declined the transfer",
}
FAILED: dict[int, str] = {
    408: "It rang there and nobody answered",
    420: "The new phone cannot join two calls; transfer without a word before",
    480: "The phone there cannot be reached at the moment",
    481: "The line to join with had ended",
    487: "The other side gave the new call up",
    603: "The one they were given to declined",
}
NO_ANSWER = "The other side did not answer the transfer"
NO_WORD = "The other side took the transfer and told nothing more; ask whether they are still there"
STOPPED = "The other side stopped reporting before the transfer was settled"
LEFT = "They hung up before they took the transfer"
HUNG_UP = "The rep hung up before the transfer was settled"
BROKEN = "The connection was lost before the transfer was settled"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a transfer; the code is 0 where none came."""

    done: bool
    code: int = 0
    reason: str = ""


def refused(code: int, phrase: str) -> Told:
    """The answer to the REFER, where it is no 2xx."""
    words = REFUSED.get(code) or REFUSED_BY_CLASS.get(code // 100, "The transfer was refused")
    return Told(False, code, _sentence(words, code, phrase))


def settled(code: int, phrase: str) -> Told:
    """The final status the other side reported of the call it placed."""
    if code // 100 == 2:
        return Told(True, code)
    _, words = SIP.get(code) or BY_CLASS.get(code // 100) or (None, "It was refused")
    words = FAILED.get(code, words)
    return Told(False, code, _sentence(words, code, phrase))


@dataclass(slots=True)
class Handover:
    """One transfer from its request to its end. Instants are monotonic ms."""

    to: str  # whom the call is given to, as the rep wrote it
    begun: int
    word_ms: int  # how long the other side may be silent about it
    other: str = ""  # the call it is joined with
    accepted: bool = False
    over: bool = False
    done: bool = False
    then: list[Ended] | None = field(
        default_factory=list
    )  # ends that wait for it; None: nobody waits any more
    _word: int = 0  # when the other side last told anything
    _challenged: int = 0

    def answered(self, code: int, phrase: str, mono: int) -> Told | None:
        """The other side answered the REFER."""
        if self.over or code < 200:
            return None
        self._word = mono
        if code // 100 == 2:
            self.accepted = True
            return None
        if code in {401, 407} and not self._challenged:  # the stack repeats it with our login
            self._challenged = code
            return None
        return self._close(refused(code, phrase))

    def reported(self, code: int, phrase: str, last: bool, mono: int) -> Told | None:
        """A NOTIFY came; `last`: no other will."""
        if self.over:
            return None
        self.accepted, self._word = True, mono
        if code >= 200:
            return self._close(settled(code, phrase))
        return self._close(Told(False, 0, f"{STOPPED}.")) if last else None

    def parted(self, *, theirs: bool, ours: bool) -> Told | None:
        """The call has ended: `theirs` by the other side, `ours` by the rep, else by the network.

        Who takes a transfer and hangs up has left for the new call: many do not
        wait to report (RFC 5589 6.1).
        """
        if self.over:
            return None
        if theirs:
            return self._close(Told(True) if self.accepted else Told(False, 0, f"{LEFT}."))
        return self._close(Told(False, 0, f"{HUNG_UP if ours else BROKEN}."))

    def overdue(self, mono: int) -> Told | None:
        """Whether the other side has been silent for too long."""
        if self.over:
            return None
        if self.accepted:
            return self._close(Told(False, 0, f"{NO_WORD}.")) if mono - self._word >= self.word_ms else None
        if self._challenged:
            late = mono - self._word >= CHALLENGE_MS
            return self._close(refused(self._challenged, "")) if late else None
        late = mono - self.begun >= min(ANSWER_MS, self.word_ms)
        return self._close(Told(False, 0, f"{NO_ANSWER}.")) if late else None

    def _close(self, told: Told) -> Told:
        self.over, self.done = True, told.done
        return told


def _sentence(words: str, code: int, phrase: str) -> str:
    theirs = for_terminal(phrase).strip()[:PHRASE_LIMIT]
    return f"{words} ({f'{code} {theirs}'.strip()})."
