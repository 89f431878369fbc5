"""The order of the queue in SQL, from `cadence.ranking.BANDS`.

Each band is read in three branches: the rows of the rep who asks, those of the
team, and those of another rep who has let them lie for `OWNER_KEEPS_MS`. A
branch is the front of one index range. The claim joins the branches by UNION
ALL under LIMIT 1, which both engines evaluate lazily: the first branch with a
row ends the search, and an empty one costs a single probe, whatever the number
of leads.
"""
# ruff: noqa: S608  (every piece of the text is a constant of this module or a number)

from __future__ import annotations

from dataclasses import dataclass

from cadence.ranking import BANDS, BandRule
from config.clock import MINUTE

OWNER_KEEPS_MS = 30 * MINUTE  # an owner's lead that lies longer than this falls to the team: no lead is lost
FIELDS = "lead_id, lane, due_at, call_at, call_kind, call_step, owner, rep"  # what a view of the queue reads
CALL_LANES = tuple(sorted({int(rule.lane) for rule in BANDS}))

OWN, TEAM, LEFT = "owner = :rep", "owner is null", "owner is not null and owner <> :rep"
_WHOSE = ((OWN, 0), (TEAM, 0), (LEFT, OWNER_KEEPS_MS))


@dataclass(frozen=True, slots=True)
class Branch:
    """One index range of the queue, in its order."""

    where: str
    order: str


def in_lane(whose: str, lane: int) -> str:
    """The rows of one lane; worded as the partial indexes are, which SQLite takes literally."""
    return f"{whose} and lane = {int(lane)}" + (" and lane <> 0" if whose == TEAM and lane else "")


def _branch(rule: BandRule, whose: str, keeps_ms: int) -> Branch | None:
    from_ms = max(rule.from_ms, keeps_ms)
    if rule.until_ms is not None and from_ms >= rule.until_ms:
        return None
    newer = f" and due_at > :now - {rule.until_ms}" if rule.until_ms is not None else ""
    direction = " desc" if rule.newest_first else ""
    return Branch(
        where=f"{in_lane(whose, rule.lane)} and due_at <= :now - {from_ms}{newer}",
        order=f"due_at{direction}, value desc, lead_id",
    )


BRANCHES: tuple[Branch, ...] = tuple(
    branch for rule in BANDS for whose, keeps in _WHOSE if (branch := _branch(rule, whose, keeps)) is not None
)


def claim_sql(skip_locked: str) -> str:
    """The claim: one UPDATE … RETURNING over the front of the first branch that has a row."""
    parts = " union all ".join(
        f"select * from (select lead_id from queue where {branch.where}"
        f" order by {branch.order} limit 1 {skip_locked}) b{n}"
        for n, branch in enumerate(BRANCHES)
    )
    return f"""update queue set due_at = :until, prior = rep, rep = :rep, token = :token
        where lead_id = (select lead_id from ({parts}) pick limit 1)
        returning lead_id, lane, prior"""


def front_sql(branch: Branch) -> str:
    """The first rows of one branch, for a view of the queue."""
    return f"select {FIELDS} from queue where {branch.where} order by {branch.order} limit :limit"
