"""What is late on the floor at this moment: who waits, which promises and which steps."""

from __future__ import annotations

from dataclasses import dataclass

from cadence.gate import GateFacts, next_allowed
from cadence.model import Lane, Lead
from cadence.ranking import FRESH_MS, SOON_WINDOW_MS
from config.clock import DAY, MINUTE
from store.core import Core
from store.engine import Row

PROMISE_GRACE_MS = 15 * MINUTE  # a callback is late from then on

# How long after its time a step of each lane counts as on time.
_PATIENCE = {
    Lane.FRESH: FRESH_MS,
    Lane.SOON: SOON_WINDOW_MS,
    Lane.LONG: DAY,
    Lane.NURTURE: DAY,
}

_WAITING = """select l.id, l.name, l.source, l.arrived_at, l.country, l.region, l.zone, q.call_at, p.e164,
        substr(p.e164, 1, 5) as prefix
    from queue q join lead l on l.id = q.lead_id
    join phone p on p.id = (
        select id from phone where lead_id = l.id and bad = 0 order by position, id limit 1)
    where q.lane = 0 and q.due_at <= :now and l.attempts = 0"""
_BY_PLACE = f"""select prefix, country, region, zone, min(e164) as e164, min(arrived_at) as arrived_at
    from ({_WAITING}) waiting group by prefix, country, region, zone order by min(arrived_at)"""  # noqa: S608
_OF_PLACE = f"""select id, name, source, arrived_at, call_at from ({_WAITING}) waiting
    where prefix = :prefix and country = :country and region = :region and zone = :zone
    order by arrived_at, id limit 1"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lead that nobody has called, and that may be called now."""

    lead_id: int
    name: str
    source: str
    arrived_at: int
    call_at: int  # when its call was due


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is late now."""

    oldest_waiting: Waiting | None
    callbacks_open: int  # agreed, and not yet kept
    callbacks_late: int  # of those: their time is past by more than `PROMISE_GRACE_MS`
    steps_late: int  # leads whose planned call is past the time in which it counts as on time


def backlog(core: Core) -> Backlog:
    """Look at the queue and the promises once."""
    now = core.now()
    promises = core.engine.rows(
        """select count(*) as callbacks_open, count(*) filter (where due_at < :late) as callbacks_late
            from callback where settled_at is null""",
        late=now - PROMISE_GRACE_MS,
    )[0]
    late = " or ".join(f"(lane = {int(lane)} and call_at < :now - {ms})" for lane, ms in _PATIENCE.items())
    steps = core.engine.rows(
        f"select count(*) as steps_late from queue where due_at <= :now and ({late})",  # noqa: S608
        now=now,
    )[0]
    return Backlog(oldest_waiting=_oldest(core, now), **promises, **steps)


def _oldest(core: Core, now: int) -> Waiting | None:
    """The longest waiting lead of those that the hours allow now; hours are looked up once a place."""
    for place in core.engine.rows(_BY_PLACE, now=now):
        if _open(core, place, now):
            keys = {name: place[name] for name in ("prefix", "country", "region", "zone")}
            row = core.engine.rows(_OF_PLACE, now=now, **keys)[0]
            return Waiting(row["id"], row["name"], row["source"], row["arrived_at"], row["call_at"])
    return None


def _open(core: Core, place: Row, now: int) -> bool:
    """Whether leads of that place may be called now."""
    lead = Lead(0, "", country=place["country"], region=place["region"], zone=place["zone"])
    return next_allowed(GateFacts(place["e164"], lead), core.book.gate, now) == now
