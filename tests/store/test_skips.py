"""Who passes leads on, and why."""

from __future__ import annotations

from support.factories import called, claimed, new_lead

from cadence.model import Result
from config.clock import DAY, HOUR, HandClock
from store.skips import by_rep
from store.store import Store


def skip(store: Store, clock: HandClock, rep: str, reason: str) -> None:
    store.queue.skip(claimed(store, rep), reason, clock.now() + HOUR)


def test_skips_are_counted_by_rep_and_reason_beside_the_dials(store: Store, clock: HandClock) -> None:
    began = clock.now()
    for n in range(6):
        store.leads.add(new_lead(n))
    for reason in ("prepare", "language", "language"):
        skip(store, clock, "sam", reason)
    skip(store, clock, "anna", "other")
    called(store, clock, Result.NO_ANSWER, "anna")
    sam, anna = by_rep(store.core, began, clock.now() + 1)
    assert (sam.rep, sam.skips, sam.leads, sam.dials, sam.share) == ("sam", 3, 3, 0, 1.0)
    assert sam.reasons == (("language", 2), ("prepare", 1))
    assert (anna.skips, anna.dials, anna.share) == (1, 1, 0.5)


def test_one_lead_skipped_twice_is_one_lead(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    skip(store, clock, "sam", "prepare")
    clock.advance(HOUR)
    skip(store, clock, "sam", "prepare")
    (sam,) = by_rep(store.core, 0, clock.now() + 1)
    assert (sam.skips, sam.leads) == (2, 1)


def test_only_the_period_counts(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead())
    skip(store, clock, "sam", "prepare")
    assert by_rep(store.core, clock.now() + 1, clock.now() + DAY) == []
    assert by_rep(store.core, clock.now() - DAY, clock.now()) == []


def test_skips_are_read_off_their_own_index(store: Store) -> None:
    sql = "select rep from event where kind = 'lead.skipped' and at >= 1 and at < 2"
    if store.core.engine.dialect == "sqlite":
        (row,) = store.core.engine.rows("explain query plan " + sql)
        assert "event_skips" in row["detail"]
    else:
        store.core.engine.run("set enable_seqscan = off")
        rows = store.core.engine.rows("explain (costs off) " + sql)
        assert any("event_skips" in row["QUERY PLAN"] for row in rows)
