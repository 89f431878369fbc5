"""The queue to look at: its front in rank order, what comes next, and how much there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cadence import ranking
from cadence.model import CallKind, Lane
from store.core import Core
from store.engine import Row
from store.leases import asked_for
from store.ranks import CALL_LANES, FIELDS, Group, front_sql, groups, places, route_params
from store.records import QueueRow
from store.reps import routes_of

_AT_ONCE = 200  # leads a statement
_LEADS = "select id, name, company, source, arrived_at, attempts, plan_reason, called_us_at from lead"


@dataclass(frozen=True, slots=True)
class Counts:
    """The queue in numbers: leads with a call are `due`, `held` or `later`."""

    due: int
    held: int
    later: int
    mail_only: int  # leads whose next action is a mail
    callbacks_due: int


def count(core: Core) -> Counts:
    """Count the queue."""
    now = core.now()
    rows = core.engine.rows(
        "select lane, count(*) as n, count(*) filter (where rep is not null and due_at > :now) as held,"
        " count(*) filter (where due_at <= :now) as due from queue group by lane",
        now=now,
    )
    calls = [row for row in rows if row["lane"] != Lane.NO_CALL]
    due, held = sum(row["due"] for row in calls), sum(row["held"] for row in calls)
    return Counts(
        due=due,
        held=held,
        later=sum(row["n"] for row in calls) - due - held,
        mail_only=sum(row["n"] for row in rows if row["lane"] == Lane.NO_CALL),
        callbacks_due=sum(row["due"] for row in calls if row["lane"] == Lane.CALLBACK),
    )


def due_for(core: Core, rep: str, cap: int) -> tuple[int, int]:
    """How many leads `rep` could be given now, and how many of them are callbacks, up to `cap` a lane.

    A screen asks this every few seconds: bounded, it costs the same with a
    thousand leads and with a million.
    """
    routes = routes_of(core, rep)
    parts = " union all ".join(
        f"select {lane} as lane, count(*) as n from (select 1 from queue where {where}"  # noqa: S608
        f" and due_at <= :now and rep is null limit :cap) l{lane}_{n}"
        for lane in CALL_LANES
        for n, where in enumerate(places(lane, len(routes)))
    )
    rows = core.engine.rows(parts, **route_params(routes), rep=rep, now=core.now(), cap=cap)
    return sum(row["n"] for row in rows), sum(row["n"] for row in rows if row["lane"] == Lane.CALLBACK)


def soonest(core: Core, rep: str) -> int | None:
    """When the next lead that `rep` may get comes due; one in other hands, when its lease ends."""
    routes = routes_of(core, rep)
    parts = " union all ".join(
        f"select min(due_at) as due_at from queue where {where}"  # noqa: S608
        for lane in CALL_LANES
        for where in places(lane, len(routes))
    )
    rows = core.engine.rows(
        f"select min(due_at) as due_at from ({parts}) every_lane",  # noqa: S608
        **route_params(routes),
        rep=rep,
    )
    due_at: int | None = rows[0]["due_at"]
    return due_at


def peek(core: Core, rep: str, limit: int, offset: int) -> list[QueueRow]:
    """The queue as `rep` would get it; leads in other hands stand where their lease ends."""
    now, wanted = core.now(), limit + offset
    routes = routes_of(core, rep)
    ranked: list[Row] = []
    for group in groups(len(routes), core.owner_ms):
        if len(ranked) >= wanted:
            break
        ranked += _front(core, group, wanted - len(ranked), {**route_params(routes), "rep": rep, "now": now})
    if len(ranked) < wanted:
        ranked += _upcoming(core, rep, routes, now, wanted - len(ranked))
    return _lines(core, ranked[offset:wanted], now)


def overview(core: Core, limit: int, offset: int) -> list[QueueRow]:
    """The whole floor's queue, whoever a lead is for: what is due band by band, then what comes next.

    No index leads through all owners and routes at once, so this reads the
    whole queue: for a supervisor's command, not for a screen that asks again
    and again.
    """
    now, wanted = core.now(), limit + offset
    ranked: list[Row] = []
    for rule in ranking.BANDS:
        newer = f" and due_at > :now - {rule.until_ms}" if rule.until_ms is not None else ""
        way = "desc" if rule.newest_first else "asc"
        ranked += core.engine.rows(
            f"select {FIELDS} from queue where lane = {int(rule.lane)}"  # noqa: S608
            f" and due_at <= :now - {rule.from_ms}{newer}"
            f" order by due_at {way}, value desc, lead_id limit :limit",
            now=now,
            limit=wanted - len(ranked),
        )
    lanes = ", ".join(str(lane) for lane in CALL_LANES)
    ranked += core.engine.rows(
        f"select {FIELDS} from queue where lane in ({lanes}) and due_at > :now"  # noqa: S608
        " order by due_at, lead_id limit :limit",
        now=now,
        limit=wanted - len(ranked),
    )
    return _lines(core, ranked[offset:wanted], now)


def _front(core: Core, group: Group, limit: int, given: dict[str, object]) -> list[Row]:
    """The first rows of a group, in its order."""
    rows = [row for branch in group for row in core.engine.rows(front_sql(branch), **given, limit=limit)]
    if len(group) > 1:
        way = -1 if group[0].newest_first else 1
        rows.sort(key=lambda row: (way * row["due_at"], -row["value"], row["lead_id"]))
    return rows[:limit]


def _upcoming(core: Core, rep: str, routes: Sequence[str], now: int, limit: int) -> list[Row]:
    everywhere = (where for lane in CALL_LANES for where in places(lane, len(routes)))
    parts = " union all ".join(
        f"select * from (select {FIELDS} from queue where {where} and due_at > :now"  # noqa: S608
        f" order by due_at, value desc, lead_id limit :limit) l{n}"
        for n, where in enumerate(everywhere)
    )
    return core.engine.rows(
        f"select * from ({parts}) later order by due_at, lead_id limit :limit",  # noqa: S608
        **route_params(routes),
        rep=rep,
        now=now,
        limit=limit,
    )


def _lines(core: Core, rows: Sequence[Row], now: int) -> list[QueueRow]:
    """The rows with what they say of their leads, which are read many at a time."""
    leads: dict[int, Row] = {}
    for start in range(0, len(rows), _AT_ONCE):
        ids = {f"i{n}": row["lead_id"] for n, row in enumerate(rows[start : start + _AT_ONCE])}
        marks = ", ".join(f":{mark}" for mark in ids)
        found = core.engine.rows(f"{_LEADS} where id in ({marks})", **ids)
        leads |= {lead["id"]: lead for lead in found}
    return [_line(core, row, leads[row["lead_id"]], now) for row in rows]


def _line(core: Core, row: Row, lead: Row, now: int) -> QueueRow:
    lane = Lane(row["lane"])
    planned = row["call_at"]
    own_words = lead["plan_reason"] if asked_for(CallKind(row["call_kind"]), lane) else ""
    reason = own_words or ranking.reason(
        lane,
        planned,
        lead["arrived_at"],
        lead["attempts"],
        lead["source"],
        row["call_step"],
        now,
        zone=core.zone,
        called_us_at=lead["called_us_at"],
    )
    return QueueRow(
        lead_id=row["lead_id"],
        name=lead["name"],
        company=lead["company"],
        lane=lane,
        due_at=planned if row["rep"] else row["due_at"],
        reason=reason,
        owner=row["owner"] or "",
        held_by=row["rep"] or "",
    )
