"""The order of the queue in SQL against `cadence.ranking`, the pure rule it is made from."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.factories import new_lead

from cadence import ranking
from cadence.model import Lane
from cadence.ranking import Band
from config.clock import HOUR, MINUTE, HandClock
from store.leases import put_off
from store.ranks import OWN, OWNER_KEEPS_MS, claim_sql, front_sql, groups, route_params
from store.records import Claim
from store.store import Store

LEADS = 10
FAR = 400 * 24 * HOUR
LANES = [Lane.RETURNED, Lane.FRESH, Lane.CALLBACK, Lane.SOON, Lane.LONG, Lane.NURTURE]
LATENESS = st.one_of(
    st.sampled_from(
        [
            -1,
            0,
            1,
            ranking.FRESH_MS - 1,
            ranking.FRESH_MS,
            ranking.FRESH_MS + 1,
            OWNER_KEEPS_MS,
            ranking.SOON_WINDOW_MS,
        ]
    ),
    st.integers(-MINUTE, 3 * HOUR),
)


@dataclass(frozen=True)
class Waiter:
    lane: Lane
    late: int
    value: int
    owner: str


WAITERS = st.lists(
    st.builds(
        Waiter, st.sampled_from(LANES), LATENESS, st.integers(0, 2), st.sampled_from(["", "", "me", "you"])
    ),
    min_size=LEADS,
    max_size=LEADS,
)


def expected(waiters: list[Waiter], now: int) -> list[int]:
    """Ids in the order in which `me` must get them, by the pure rule."""
    ranked = []
    for lead_id, one in enumerate(waiters, start=1):
        band = ranking.band(one.lane, now - one.late, now)
        other = one.owner == "you"
        if band is None or (other and one.late < OWNER_KEEPS_MS and band is not Band.RETURNED):
            continue
        whose = 2 if other else 0 if one.owner == "me" else 1
        by_age = one.late if band is Band.NEW else -one.late
        ranked.append((band, whose, by_age, -one.value, lead_id))
    return [row[-1] for row in sorted(ranked)]


def arrange(store: Store, waiters: list[Waiter], now: int) -> None:
    with store.core.engine.write():
        store.core.engine.many(
            """update queue set lane = :lane, due_at = :due, call_at = :due, value = :value, owner = :owner,
                rep = null, token = null, prior = null where lead_id = :id""",
            [
                {
                    "id": n,
                    "lane": int(one.lane),
                    "due": now - one.late,
                    "value": one.value,
                    "owner": one.owner or None,
                }
                for n, one in enumerate(waiters, start=1)
            ],
        )


def claim_all(store: Store, now: int) -> list[int]:
    order = []
    while isinstance(claim := store.queue.claim("me"), Claim):
        order.append(claim.lead.id)
        with store.core.write():
            put_off(store.core, claim.lead.id, now + FAR)
    return order


@pytest.fixture
def full(store: Store) -> Store:
    with store.core.write():
        for n in range(LEADS):
            store.leads.add(new_lead(n))
    return store


@settings(max_examples=25)
@given(waiters=WAITERS)
def test_leads_are_given_and_shown_in_the_order_of_the_rule(
    full: Store, clock: HandClock, waiters: list[Waiter]
) -> None:
    now = clock.now()
    arrange(full, waiters, now)
    order = expected(waiters, now)
    assert [row.lead_id for row in full.queue.peek("me", LEADS)][: len(order)] == order
    assert claim_all(full, now) == order


@pytest.mark.parametrize("routes", [("",), ("", "spain", "italy")])
def test_the_front_of_every_branch_is_read_off_an_index_in_its_order(
    store: Store, routes: tuple[str, ...]
) -> None:
    """Else a file of leads that all came at one moment would be sorted at every claim."""
    engine, given = store.core.engine, {**route_params(routes), "rep": "me", "now": 1, "limit": 1}
    branches = [branch for group in groups(len(routes)) for branch in group]
    if engine.dialect == "sqlite":
        for branch in branches:
            plan = " ".join(
                row["detail"] for row in engine.rows("explain query plan " + front_sql(branch), **given)
            )
            assert "SEARCH queue USING" in plan
            assert "SCAN" not in plan
            own_and_new = branch.where.startswith(OWN) and "desc," in branch.order
            assert own_and_new or "TEMP B-TREE" not in plan, branch
    else:
        engine.run("set enable_seqscan = off")
        for branch in branches:
            rows = engine.rows("explain (costs off) " + front_sql(branch), **given)
            assert any("Index" in row["QUERY PLAN"] for row in rows)


@pytest.mark.parametrize("routes", [("",), ("", "spain", "italy")])
def test_the_whole_claim_scans_no_table(store: Store, routes: tuple[str, ...]) -> None:
    engine = store.core.engine
    sql = claim_sql(engine.skip_locked, len(routes), OWNER_KEEPS_MS)
    given = {**route_params(routes), "rep": "me", "now": 1, "until": 2, "token": 3}
    if engine.dialect == "sqlite":
        rows = engine.rows("explain query plan " + sql, **given)
        assert not [row["detail"] for row in rows if row["detail"].startswith("SCAN queue")]
    else:
        engine.run("set enable_seqscan = off")
        rows = engine.rows("explain (costs off) " + sql, **given)
        assert not [row["QUERY PLAN"] for row in rows if "Seq Scan on queue" in row["QUERY PLAN"]]
