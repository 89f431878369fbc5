"""One call's instants and time limits, without the stack: what is known, what is overdue, what it came to.

Durations come from the monotonic clock alone; the wall clock only stamps
events. Talk time begins with the receipt of the 200; ring time never counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.protocol import Ended
from telephony.quality import Mark, mark
from telephony.results import Cut, Ending, Final, ending


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of one call, ms; 0 switches a limit off where that makes sense."""

    no_response_ms: int = 5_000
    ring_timeout_ms: int = 25_000
    silence_ms: int = 10_000
    max_call_ms: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What the streams of a call that are over have counted; each hold begins a new one, from nought."""

    packets: int = 0
    missing: int = 0
    jitter_ms: int = 0  # the mean, weighed by packets


@dataclass(slots=True)
class Progress:
    """The life of one call. `None` for an instant that has not come; instants are monotonic ms."""

    call: str
    limits: Limits
    placed: int | None = None  # the stack has it; with ICE it looks for its own addresses before the INVITE
    invited: int | None = None
    replied: int | None = None  # anything at all came back
    ringing: int | None = None
    answered: int | None = None
    heard: int = 0  # when the count of RTP packets last grew
    packets: int = -1
    missing: int = 0  # RTP packets that did not come
    jitter_ms: int = 0
    before: Counts = Counts()
    over: bool = False
    cut: Cut = Cut.NONE
    code: int = 0
    phrase: str = ""
    q850: int = 0
    reason_text: str = ""
    left_to: str = ""
    given: str = ""  # how the call was passed to somebody else, in words
    lost: bool = field(default=False)

    def overdue(self, mono: int) -> Cut | None:
        """Which limit has passed at `mono`, if any and if the call still stands."""
        if self.over or self.cut is not Cut.NONE:
            return None
        if self.invited is None:
            late = self.placed is not None and mono - self.placed >= self.limits.no_response_ms
            return Cut.NO_RESPONSE if late else None
        if self.answered is not None:
            return self._overdue_in_talk(mono, self.answered)
        if self.ringing is not None:
            return Cut.RING_TIMEOUT if mono - self.ringing >= self.limits.ring_timeout_ms else None
        if self.replied is None:
            return Cut.NO_RESPONSE if mono - self.invited >= self.limits.no_response_ms else None
        patience = self.limits.no_response_ms + self.limits.ring_timeout_ms
        return Cut.NO_RING if mono - self.invited >= patience else None

    def _overdue_in_talk(self, mono: int, answered: int) -> Cut | None:
        if self.limits.silence_ms and mono - max(self.heard, answered) >= self.limits.silence_ms:
            return Cut.SILENCE
        if self.limits.max_call_ms and mono - answered >= self.limits.max_call_ms:
            return Cut.TOO_LONG
        return None

    @property
    def mark(self) -> Mark:
        """How it has sounded so far."""
        return mark(max(self.packets, 0), self.missing, self.jitter_ms)

    def counted(self, stream: Counts, mono: int) -> None:
        """Note what the stream that runs has counted so far; the call's counts are of all its streams."""
        before = self.before
        packets = before.packets + stream.packets
        if packets != self.packets:
            self.packets = packets
            self.heard = mono
        self.missing = before.missing + stream.missing
        weighed = before.jitter_ms * before.packets + stream.jitter_ms * stream.packets
        self.jitter_ms = round(weighed / packets) if packets else stream.jitter_ms

    def stream_over(self) -> None:
        """Begin a new count: the stream is gone, by a hold, a resume or a change of the other side."""
        self.before = Counts(max(self.packets, 0), self.missing, self.jitter_ms)

    def found(self, final: Final) -> Ending:
        """What it came to."""
        return ending(final)

    def end(self, at: int, mono: int) -> Ended | None:
        """Close the call; its last event, or None if it was closed before."""
        if self.over:
            return None
        self.over = True
        answered, ringing = self.answered, self.ringing
        found = self.found(
            Final(
                code=self.code,
                q850=self.q850,
                phrase=self.phrase,
                reason_text=self.reason_text,
                rang=ringing is not None,
                answered=answered is not None,
                cut=self.cut,
                lost=self.lost,
                left_to=self.left_to,
                given=self.given,
            )
        )
        until = answered if answered is not None else mono
        return Ended(
            at=at,
            mono=mono,
            call=self.call,
            result=found.result.value,
            sip_code=200 if answered is not None else self.code,
            reason=found.sentence,
            q850=self.q850,
            ended_by=found.ended_by,
            ring_ms=until - ringing if ringing is not None else 0,
            talk_ms=mono - answered if answered is not None else 0,
            packets=max(self.packets, 0),
            lost=self.missing,
            jitter_ms=self.jitter_ms,
            quality=self.mark,
        )
