"""The order of the queue, as data, and the one line that says why a lead stands where it does.

Whoever called us and was not answered comes first of all, and is anybody's:
they hold a telephone in their hand. The order behind them has a source: the
contact-strategy study (Leads360/Velocify, 2012) puts the first call within a
minute above everything; promises follow; then steps inside their window; then
the leads that were missed, above late steps, because those are the ones that
are forgotten. Age, source or mail domain
never lower a rank on their own; `Lead.value` breaks ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from cadence.model import Lane
from config.clock import DAY, HOUR, MINUTE, SECOND

FRESH_MS = 5 * MINUTE  # a new lead is worth most in its first minutes: newest first while that young
SOON_WINDOW_MS = 60 * MINUTE  # a step counted in minutes or hours is on time for so long


class Band(IntEnum):
    """A rank band; smaller is called sooner."""

    RETURNED = 0
    NEW = 1
    CALLBACK = 2
    SOON = 3
    MISSED = 4
    LATE = 5
    LONG = 6
    NURTURE = 7


@dataclass(frozen=True, slots=True)
class BandRule:
    """Which due rows of the queue are in a band, and their order inside it.

    A row is in the band when it is in `lane` and has been due for at least
    `from_ms` and less than `until_ms` (None: without end). Ties go to the
    larger `Lead.value`. Of a band that is `anybodys`, a lead with an owner is
    given to whoever asks, if the owner does not ask first.
    """

    band: Band
    lane: Lane
    from_ms: int = 0
    until_ms: int | None = None
    newest_first: bool = False
    anybodys: bool = False


BANDS: tuple[BandRule, ...] = (
    BandRule(Band.RETURNED, Lane.RETURNED, anybodys=True),
    BandRule(Band.NEW, Lane.FRESH, until_ms=FRESH_MS, newest_first=True),
    BandRule(Band.CALLBACK, Lane.CALLBACK),
    BandRule(Band.SOON, Lane.SOON, until_ms=SOON_WINDOW_MS),
    BandRule(Band.MISSED, Lane.FRESH, from_ms=FRESH_MS),
    BandRule(Band.LATE, Lane.SOON, from_ms=SOON_WINDOW_MS),
    BandRule(Band.LONG, Lane.LONG),
    BandRule(Band.NURTURE, Lane.NURTURE),
)


def band(lane: Lane, due_at: int, now: int) -> Band | None:
    """The band of a row of the queue; None while it is not due or has nothing to dial."""
    late = now - due_at
    for rule in BANDS:
        if rule.lane == lane and rule.from_ms <= late and (rule.until_ms is None or late < rule.until_ms):
            return rule.band
    return None


def reason(
    lane: Lane,
    due_at: int,
    lead_arrived_at: int,
    attempts: int,
    source: str,
    step: int,
    now: int,
    *,
    steps: int = 6,
    zone: str = "UTC",
    called_us_at: int = 0,
) -> str:
    """One line for the rep: why this lead is here now.

    `step` of `steps` counts calls; `zone` is the rep's own, for the time of a
    callback, which names it; `called_us_at` is when they called and nobody answered, and where
    they have asked in another way since, both are told. `source` is outside
    text: clean it where it is shown.
    """
    if lane is Lane.RETURNED:
        called = f"called you {age(now - (called_us_at or due_at))} ago, nobody answered"
        since = called_us_at and lead_arrived_at > called_us_at
        return f"{called}; {_asked(lead_arrived_at, source, now)}" if since else called
    if lane is Lane.FRESH:
        return _fresh(lead_arrived_at, attempts, source, now)
    if lane is Lane.CALLBACK:
        return f"callback agreed for {_wall(due_at, now, zone)}{_late(due_at, now)}"
    if lane is Lane.NURTURE:
        return f"still in touch: nurture call {step}, {age(now - lead_arrived_at)} after asking"
    if lane is Lane.NO_CALL:
        return "nothing to dial: the next action is a mail"
    return f"call {step} of {max(step, steps)}, {_due(due_at, now)}"


def _fresh(arrived_at: int, attempts: int, source: str, now: int) -> str:
    asked = _asked(arrived_at, source, now)
    if attempts:
        return f"{asked}, {attempts} {'try' if attempts == 1 else 'tries'}, nobody reached"
    return f"never called: {asked}" if now - arrived_at >= FRESH_MS else f"{asked}, never called"


def _asked(arrived_at: int, source: str, now: int) -> str:
    return f"{source or 'new lead'} {age(now - arrived_at)} ago"


def _due(due_at: int, now: int) -> str:
    if now < due_at:
        return f"due in {age(due_at - now)}"
    return f"due {age(now - due_at)} ago" if now - due_at >= MINUTE else "due now"


def _late(due_at: int, now: int) -> str:
    return f", {age(now - due_at)} late" if now - due_at >= MINUTE else ""


def _wall(at: int, now: int, zone: str) -> str:
    there = ZoneInfo(zone)
    moment, today = (datetime.fromtimestamp(ms / 1000, there) for ms in (at, now))
    return moment.strftime("%H:%M %Z" if moment.date() == today.date() else "%a %d %b %H:%M %Z")


def age(ms: int) -> str:
    """A duration in the one unit a person would say: `40 s`, `12 min`, `3 h`, `5 days`."""
    if ms < 100 * SECOND:
        return f"{max(ms, 0) // SECOND} s"
    if ms < 100 * MINUTE:
        return f"{ms // MINUTE} min"
    if ms < 2 * DAY:
        return f"{ms // HOUR} h"
    return f"{ms // DAY} days"
