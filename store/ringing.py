"""Who rings at a desk at this moment, on disk before the rep has moved.

A row stands for one call at one desk. It is over when somebody keeps what
became of the call: an answer, a miss, or that another phone took it. What a
dead session leaves open is a caller nobody has kept, and becomes a missed call
(`Inbound.recover`), unless the same call still rings at a desk that lives.

What is over stays as long as an order of its desk may be delivered again:
without the row, a late `rings` of a call that another phone took would ring
anew and end as missed. So a row goes a day after its call was over, and not
before its session has ended: a machine that was taken for dead may still have
orders on its way. Answers and misses need no row: `kept` knows them for ever.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.clock import DAY
from store import recovery
from store.core import Core
from store.engine import Row
from store.records import Alive

WHY = "the session ended while it rang"
FORGOTTEN_MS = DAY

_OPEN = "select * from ringing_call where over_at is null "

# "<> ''" because the indexes leave out calls without a name: without it both tables are read whole.
_KEPT = """select 1 as x from attempt where sip_call_id = :sip and direction = 'in' and sip_call_id <> ''
    union all select 1 from missed_call where sip_call_id = :sip and sip_call_id <> ''"""

_FORGET = """delete from ringing_call where over_at < :before and exists (
    select 1 from shift s where s.id = ringing_call.shift_id and s.out_at is not null)"""
_FORGETTABLE = _FORGET.replace("delete", "select 1 as x", 1) + " limit 1"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where it rings."""

    rep: str
    shift_id: int


def begin(core: Core, number: str, name: str, sip_call_id: str, desk: Desk, at: int) -> None:
    """It rings there since `at` (ms UTC); told again, or after the call was kept, it changes nothing."""
    if kept(core, sip_call_id):
        return
    core.engine.run(
        """insert into ringing_call(sip_call_id, shift_id, rep, number, name, at)
            values (:sip, :shift, :rep, :number, :name, :at)
            on conflict (sip_call_id, shift_id) do nothing""",
        sip=sip_call_id,
        shift=desk.shift_id,
        rep=desk.rep,
        number=number,
        name=name,
        at=at,
    )


def over(core: Core, sip_call_id: str) -> None:
    """It rings no more, at any desk."""
    core.engine.run(
        "update ringing_call set over_at = :now where sip_call_id = :sip and over_at is null",
        sip=sip_call_id,
        now=core.now(),
    )


def over_at(core: Core, sip_call_id: str, rep: str) -> None:
    """It rings no more at the desk of `rep`."""
    core.engine.run(
        """update ringing_call set over_at = :now
            where sip_call_id = :sip and rep = :rep and over_at is null""",
        sip=sip_call_id,
        rep=rep,
        now=core.now(),
    )


def kept(core: Core, sip_call_id: str) -> bool:
    """Whether somebody has kept what became of the call."""
    return bool(core.engine.rows(_KEPT, sip=sip_call_id))


def forget(core: Core) -> int:
    """Remove the rows that no order can ask for any more; how many."""
    before = core.now() - FORGOTTEN_MS
    if not core.engine.rows(_FORGETTABLE, before=before):
        return 0
    with core.write():
        return core.engine.run(_FORGET, before=before)


def left(core: Core, rep: str | None, alive: Alive | None) -> list[Row]:
    """What rang at desks that are dead, the oldest first; `rep` and `alive` as in `recovery.recover`."""
    if rep is None:
        rows = core.engine.rows(_OPEN + "order by at")
    else:
        rows = core.engine.rows(_OPEN + "and rep = :rep order by at", rep=rep)
    return [row for row in rows if _is_dead(core, row, rep, alive)]


def rings_on(core: Core, sip_call_id: str, alive: Alive | None, *, besides: str = "") -> bool:
    """Whether the call rings at a desk that lives, other than that of the rep `besides`."""
    rows = core.engine.rows(_OPEN + "and sip_call_id = :sip and rep <> :rep", sip=sip_call_id, rep=besides)
    return not all(_is_dead(core, row, None, alive) for row in rows)


def _is_dead(core: Core, row: Row, rep: str | None, alive: Alive | None) -> bool:
    return recovery.is_dead(core, row["shift_id"], row["at"], rep, alive)
