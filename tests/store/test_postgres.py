"""What only a server can do to us."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import psycopg
import pytest
from support.postgres import Cluster

from store.connect import connect, is_postgres
from store.errors import StoreError
from store.postgres import Postgres


@pytest.fixture
def engine(postgres: Cluster) -> Iterator[Postgres]:
    opened = connect(postgres.new_database(), create=True)
    assert isinstance(opened, Postgres)
    yield opened
    opened.close()


def test_a_server_that_is_not_there_is_said_in_one_sentence() -> None:
    with pytest.raises(StoreError, match="the database server cannot be used") as caught:
        connect("host=/nowhere dbname=none connect_timeout=1", create=True)
    assert "\n" not in str(caught.value)


def test_a_connection_that_was_cut_fails_once_and_is_made_anew(engine: Postgres, postgres: Cluster) -> None:
    pid = engine.rows("select pg_backend_pid() as pid")[0]["pid"]
    with psycopg.connect(postgres.dsn(), autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    with pytest.raises(StoreError, match="the database server failed"):
        engine.rows("select 1 as x")
    assert engine.rows("select 1 as x") == [{"x": 1}]


def test_a_cut_inside_a_transaction_leaves_nothing_of_it(engine: Postgres, postgres: Cluster) -> None:
    engine.script("create table t(x int)")
    pid = engine.rows("select pg_backend_pid() as pid")[0]["pid"]
    with pytest.raises(StoreError):
        _cut_in_the_middle(engine, postgres, pid)
    with engine.write():
        engine.run("insert into t values (2)")
    assert engine.rows("select x from t") == [{"x": 2}]


def _cut_in_the_middle(engine: Postgres, postgres: Cluster, pid: int) -> None:
    with engine.write():
        engine.run("insert into t values (1)")
        with psycopg.connect(postgres.dsn(), autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
        engine.run("insert into t values (3)")


def test_a_dead_machine_keeps_no_lock_for_hours_and_the_operator_sees_who_works(engine: Postgres) -> None:
    held = "current_setting('idle_in_transaction_session_timeout')"
    name = "current_setting('application_name')"
    shown = engine.rows(f"select {held} as held, {name} as name")[0]
    assert shown == {"held": "1min", "name": f"sixring {socket.gethostname()} {os.getpid()}"}


def test_a_server_that_only_reads_is_said(engine: Postgres) -> None:
    engine.script("create table t(x int)")
    engine.script("set default_transaction_read_only = on")
    with pytest.raises(StoreError, match="read-only"):
        engine.run("insert into t values (1)")


@pytest.mark.parametrize(
    ("location", "server"),
    [
        ("postgresql://h/d", True),
        ("postgres://h/d", True),
        ("host=/run dbname=x", True),
        ("/home/a/host=b.db", False),
    ],
)
def test_a_location_is_a_server_or_a_path(location: str, server: bool) -> None:
    assert is_postgres(location) is server
