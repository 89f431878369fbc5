"""The order of the queue in SQL, from `cadence.ranking.BANDS`.

Each band is read in groups: the rows of the rep who asks, those of the team,
and those of another rep who has let them lie for too long (in a band that is
anybody's: at all). The last two are read once for each route the rep serves
(`cadence.campaigns`). A branch is the front of one index range. The claim
joins the groups by UNION ALL under LIMIT 1, which both engines evaluate
lazily: the first group with a row ends the search, and an empty branch costs
a single probe, whatever the number of leads.
"""
# ruff: noqa: S608  (every piece of the text is a constant of this module or a number)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cadence.ranking import BANDS, BandRule
from config.clock import MINUTE

OWNER_KEEPS_MS = 30 * MINUTE  # as shipped: an owner's lead that lies longer falls to the team; none is lost
FIELDS = "lead_id, lane, due_at, value, call_at, call_kind, call_step, owner, rep"  # what a view of it reads
CALL_LANES = tuple(sorted({int(rule.lane) for rule in BANDS}))
ANYBODYS = frozenset(int(rule.lane) for rule in BANDS if rule.anybodys)

OWN, TEAM, LEFT = "owner = :rep", "owner is null", "owner is not null and owner <> :rep"


@dataclass(frozen=True, slots=True)
class Branch:
    """One index range of the queue, in its order."""

    where: str
    order: str
    newest_first: bool = False


Group = tuple[Branch, ...]  # ranges of one rank: the front of a group is the front of all of them


def in_lane(whose: str, lane: int, route: int | None = None) -> str:
    """The rows of one lane (and route); worded as the partial indexes are, which SQLite takes literally."""
    routed = f" and route = :route{route}" if route is not None else ""
    return f"{whose}{routed} and lane = {int(lane)}" + (" and lane <> 0" if whose == TEAM and lane else "")


def places(lane: int, routes: int) -> Iterator[str]:
    """Where the leads of one lane stand that a rep with so many routes may be given in their turn."""
    yield in_lane(OWN, lane)
    for route in range(routes):
        yield in_lane(TEAM, lane, route)
        if lane in ANYBODYS:
            yield in_lane(LEFT, lane, route)


def route_params(routes: Sequence[str]) -> dict[str, object]:
    """The parameters `:route0` and so on."""
    return {f"route{n}": route for n, route in enumerate(routes)}


@lru_cache(256)
def groups(routes: int, keeps_ms: int = OWNER_KEEPS_MS) -> tuple[Group, ...]:
    """All groups in rank order, for a rep with so many routes."""
    found: list[Group] = []
    for rule in BANDS:
        found.append((_branch(rule, OWN, None, 0),))
        found.append(tuple(_branch(rule, TEAM, route, 0) for route in range(routes)))
        kept = 0 if rule.anybodys else keeps_ms
        if rule.until_ms is None or kept < rule.until_ms:
            found.append(tuple(_branch(rule, LEFT, route, kept) for route in range(routes)))
    return tuple(group for group in found if group)


def _branch(rule: BandRule, whose: str, route: int | None, keeps_ms: int) -> Branch:
    from_ms = max(rule.from_ms, keeps_ms)
    newer = f" and due_at > :now - {rule.until_ms}" if rule.until_ms is not None else ""
    direction = " desc" if rule.newest_first else ""
    return Branch(
        where=f"{in_lane(whose, rule.lane, route)} and due_at <= :now - {from_ms}{newer}",
        order=f"due_at{direction}, value desc, lead_id",
        newest_first=rule.newest_first,
    )


@lru_cache(256)
def claim_sql(skip_locked: str, routes: int, keeps_ms: int) -> str:
    """The claim: one UPDATE … RETURNING over the front of the first group that has a row."""
    parts = " union all ".join(
        f"select lead_id from ({_front_of(group, skip_locked, n)}) g{n}"
        for n, group in enumerate(groups(routes, keeps_ms))
    )
    return f"""update queue set due_at = :until, prior = rep, rep = :rep, token = :token
        where lead_id = (select lead_id from ({parts}) pick limit 1)
        returning lead_id, lane, prior"""


def _front_of(group: Group, skip_locked: str, n: int) -> str:
    """The first row of a group: of one branch as it comes, of several the first of their fronts."""
    fronts = [
        f"select lead_id, due_at, value from queue where {branch.where}"
        f" order by {branch.order} limit 1 {skip_locked}"
        for branch in group
    ]
    if len(fronts) == 1:
        return fronts[0]
    every = " union all ".join(f"select * from ({front}) f{n}_{k}" for k, front in enumerate(fronts))
    return f"select lead_id from ({every}) a{n} order by {group[0].order} limit 1"


def front_sql(branch: Branch) -> str:
    """The first rows of one branch, for a view of the queue."""
    return f"select {FIELDS} from queue where {branch.where} order by {branch.order} limit :limit"
