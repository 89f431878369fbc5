"""Leads that reps passed on: who, why, how many; beside how often they dialed, so that picking shows."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass

from store.core import Core


@dataclass(frozen=True, slots=True)
class RepSkips:
    """One rep's skips in a period."""

    rep: str
    skips: int
    leads: int  # different ones
    dials: int  # attempts in the same period, those the gate refused aside
    reasons: tuple[tuple[str, int], ...]  # code of the reason and how often, the most frequent first

    @property
    def share(self) -> float:
        """Of all the leads the rep decided on, the part that was skipped: 0 to 1."""
        return self.skips / (self.skips + self.dials)


def by_rep(core: Core, start: int, end: int) -> list[RepSkips]:
    """Who skipped from `start` to before `end` (ms UTC), the largest share first."""
    rows = core.engine.rows(
        "select rep, lead_id, body from event where kind = 'lead.skipped' and at >= :start and at < :end",
        start=start,
        end=end,
    )
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    leads: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        reasons[row["rep"]][json.loads(row["body"])["reason"]] += 1
        leads[row["rep"]].add(row["lead_id"])
    dials = _dials(core, start, end)
    found = [
        RepSkips(
            rep,
            skips=sum(counted.values()),
            leads=len(leads[rep]),
            dials=dials.get(rep, 0),
            reasons=tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0]))),
        )
        for rep, counted in reasons.items()
    ]
    return sorted(found, key=lambda one: (-one.share, one.rep))


def _dials(core: Core, start: int, end: int) -> dict[str, int]:
    rows = core.engine.rows(
        """select rep, count(*) as n from attempt
            where opened_at >= :start and opened_at < :end and allowed = 1
                and direction = 'out' and call_kind <> 'consult' group by rep""",
        start=start,
        end=end,
    )
    return {row["rep"]: row["n"] for row in rows}
