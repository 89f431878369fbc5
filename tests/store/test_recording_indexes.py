"""Housekeeping asks every minute on every machine of a floor: what it asks is found by index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from store.engine import Row
from store.store import Store

HERE, MANY = "desk-1", 3_000
ASKED: dict[str, tuple[str, Callable[[Store], object]]] = {
    "whose file must go": ("recording_unwanted", lambda store: store.recordings.unwanted(HERE)),
    "whose notice was not heard": ("recording_untold", lambda store: store.recordings.untold(HERE, MANY)),
    "what is too old": ("recording_age", lambda store: store.recordings.expired(HERE, 5)),
    "what a dead desk left": ("recording_open", lambda store: store.recordings.take_left(HERE, MANY)),
    "who objected": ("attempt_objected", lambda store: store.recordings.objections(5)),
    "what rang long ago": ("ringing_call_over", lambda store: store.inbound.forget()),
}


def fill(store: Store) -> None:
    """Years of recordings and of calls that rang, all settled and none in want of anything."""
    engine, ids = store.core.engine, range(1, MANY + 1)
    attempt = ("id", "token", "e164", "rep", "allowed", "rules_version", "decision", "opened_at")
    recording = ("id", "attempt_id", "host", "path", "started_at", "state", "sha256", "settled_at", "told_by",
                 "announced_at")  # fmt: skip
    ringing = ("sip_call_id", "shift_id", "rep", "number", "name", "at")
    shift = store.shifts.clock_in("rep1", "One", "here", 1).id
    with engine.write():
        engine.bulk("attempt", attempt, ((n, n, "+1", "rep1", 1, "r", "{}", n) for n in ids))
        engine.bulk(
            "recording", recording, ((n, n, HERE, "p", 10 + n, "kept", "s", n, "notice", n) for n in ids)
        )
        engine.bulk("ringing_call", ringing, ((f"sip{n}", shift, "rep1", "", "", n) for n in ids))
    engine.run("analyze")


def plans_of(store: Store, ask: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the engine finds the rows of what `ask` asks."""
    engine, asked = store.core.engine, list[tuple[str, dict[str, Any]]]()
    rows: Callable[..., list[Row]] = engine.rows

    def told(sql: str, **params: object) -> list[Row]:
        asked.append((sql, params))
        return rows(sql, **params)

    monkeypatch.setattr(engine, "rows", told)
    ask()
    monkeypatch.undo()
    explain = "explain query plan " if engine.dialect == "sqlite" else "explain "
    return [str(rows(explain + sql, **params)) for sql, params in asked]


@pytest.mark.parametrize(("index", "ask"), ASKED.values(), ids=ASKED.keys())
def test_what_housekeeping_asks_reads_no_table_from_end_to_end(
    store: Store, index: str, ask: Callable[[Store], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    plans = plans_of(store, lambda: ask(store), monkeypatch)
    assert plans
    for plan in plans:
        assert index in plan
        assert "Seq Scan" not in plan.replace("Seq Scan on shift", "")  # of one row
        assert "SCAN r" not in plan
        assert "SCAN a'" not in plan
