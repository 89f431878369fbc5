from __future__ import annotations

import pytest

from config.clock import HandClock, SystemClock
from store.errors import Refused, StoreError
from store.store import Store


def test_percent_signs_and_casts_of_portable_sql_mean_the_same_on_both_engines(store: Store) -> None:
    rows = store.core.engine.rows(
        "select '100%' as a, cast(:x as text) as b, 7 % 4 as c", x="it's :not a name"
    )
    assert rows == [{"a": "100%", "b": "it's :not a name", "c": 3}]


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    engine = store.core.engine
    with pytest.raises(ZeroDivisionError), engine.write():  # noqa: PT012
        engine.run("insert into rep(login, created_at) values ('ana', 1)")
        raise ZeroDivisionError
    assert engine.rows("select * from rep") == []


def test_after_a_refused_statement_the_next_transaction_works(store: Store) -> None:
    engine = store.core.engine
    twice = "insert into rep(login, created_at) values ('ana', 1)"
    with engine.write():
        engine.run(twice)
    with pytest.raises(Refused, match="refused"), engine.write():
        engine.run(twice)
    with engine.write():
        engine.run("insert into rep(login, created_at) values ('bo', 1)")
    assert len(engine.rows("select * from rep")) == 2


def test_a_statement_that_is_wrong_is_one_sentence_and_no_traceback_of_a_driver(store: Store) -> None:
    with pytest.raises(StoreError, match="no_such_table") as caught:
        store.core.engine.rows("select * from no_such_table")
    assert "\n" not in str(caught.value)


def test_changed_rows_are_counted(store: Store) -> None:
    engine = store.core.engine
    engine.many("insert into rep(login, created_at) values (:login, 1)", [{"login": "a"}, {"login": "b"}])
    assert engine.run("update rep set name = 'x'") == 2


def test_bulk_appends_rows_as_they_are(store: Store) -> None:
    rows = [("a\tb", 'Ana "A" \\N', 1), ("é", "", 2)]
    engine = store.core.engine
    with engine.write():
        engine.bulk("rep", ("login", "name", "created_at"), rows)
    kept = engine.rows("select login, name, created_at from rep order by created_at")
    assert [tuple(row.values()) for row in kept] == rows


def test_a_clock_held_by_hand_rules_on_both_engines(store: Store, clock: HandClock) -> None:
    assert store.core.now() == clock.now()
    clock.advance(5)
    assert store.core.now() == clock.now()


def test_the_servers_clock_rules_on_postgres_and_the_machines_on_sqlite(store: Store) -> None:
    given = SystemClock()
    ruling = store.core.engine.clock(given)
    assert (ruling is given) == (store.core.engine.dialect == "sqlite")
    assert abs(ruling.now() - given.now()) < 2_000


def test_what_was_written_is_there_after_closing_and_opening(store: Store, open_store: object) -> None:
    with store.core.engine.write():
        store.core.engine.run("insert into rep(login, created_at) values ('ana', 1)")
    store.close()
    store.close()
    again = open_store()  # type: ignore[operator]
    assert again.core.engine.rows("select login from rep") == [{"login": "ana"}]
