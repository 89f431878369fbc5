"""The floor's engine: PostgreSQL through psycopg, for reps on several machines."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from config.clock import MINUTE, Clock, SystemClock
from store.engine import Row
from store.errors import Impossible, Refused, StoreError

_RESYNC_MS = MINUTE
#: A machine that lost its power in mid-transaction holds its locks until the server misses it:
#: soon, or every desk waits for a dead one. `pg_stat_activity` names who works, for the operator.
_SESSION: LiteralString = """
    set client_min_messages = warning;
    set idle_in_transaction_session_timeout = '60s';
    set tcp_keepalives_idle = 10;
    set tcp_keepalives_interval = 5;
    set tcp_keepalives_count = 4;
"""
_NAME = re.compile(r"(?<![:\w]):([a-z_0-9]+)")


class Postgres:
    """One connection to one PostgreSQL database. See `store.engine.Engine`."""

    dialect = "postgres"
    lock_row: LiteralString = "for update"
    skip_locked: LiteralString = "for update skip locked"

    def __init__(self, dsn: str) -> None:
        """Connect to `dsn`.

        Raises:
            StoreError: the server does not answer or does not let us in.
        """
        self._dsn = dsn
        self._connect()

    def _connect(self) -> None:
        try:
            self.conn = psycopg.Connection[Row].connect(
                self._dsn,
                autocommit=True,
                row_factory=dict_row,
                connect_timeout=10,
                fallback_application_name=f"sixring {socket.gethostname()} {os.getpid()}",
            )
            self.conn.execute(_SESSION)
        except psycopg.Error as error:
            raise StoreError(f"the database server cannot be used: {_first_line(error)}") from None

    def rows(self, sql: LiteralString, **params: object) -> list[Row]:
        """Run one statement; its rows. A connection that was lost before is made anew."""
        if self.conn.broken:
            self._connect()
        with self._clear():
            cursor = self.conn.execute(_pyformat(sql), params)
            return cursor.fetchall() if cursor.description else []

    def run(self, sql: LiteralString, **params: object) -> int:
        """Run one statement; how many rows it changed."""
        with self._clear():
            return self.conn.execute(_pyformat(sql), params).rowcount

    def many(self, sql: LiteralString, params: Iterable[Mapping[str, object]]) -> None:
        """Run one statement for each of `params`."""
        with self._clear(), self.conn.cursor() as cursor:
            cursor.executemany(_pyformat(sql), list(params))

    def bulk(
        self, table: LiteralString, columns: Sequence[LiteralString], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        """Append `rows` to `table` by COPY."""
        statement: LiteralString = f"copy {table}({','.join(columns)}) from stdin"
        with self._clear(), self.conn.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def script(self, sql: str) -> None:
        """Run a migration's text; DDL takes no parameters, so it goes as one simple query."""
        with self._clear():
            self.conn.execute(sql.encode())

    @contextmanager
    def write(self) -> Iterator[None]:
        """One write transaction; a connection that was lost before is made anew."""
        if self.conn.broken:
            self._connect()
        with self._clear(), self.conn.transaction():
            yield

    def alone(self, key: str) -> None:
        """Wait until no other transaction that named this `key` is under way; inside a transaction."""
        self.rows("select pg_advisory_xact_lock(hashtextextended(:key, 0))", key=key)

    def clock(self, given: Clock) -> Clock:
        """The server's clock, since the reps' machines disagree; a clock held by hand is kept."""
        return ServerClock(self) if isinstance(given, SystemClock) else given

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()

    @contextmanager
    def _clear(self) -> Iterator[None]:
        """Turn the driver's exceptions into sentences."""
        try:
            yield
        except psycopg.IntegrityError as error:
            raise Refused(f"the database refused: {_first_line(error)}") from error
        except psycopg.errors.DiskFull as error:
            raise StoreError("the database server's disk is full; nothing acknowledged was lost") from error
        except psycopg.errors.ReadOnlySqlTransaction as error:
            raise StoreError(
                "the database server is read-only, perhaps a standby; check [store] location"
            ) from error
        except psycopg.OperationalError as error:
            raise StoreError(f"the database server failed: {_first_line(error)}") from error
        except (psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
            raise Impossible(f"the database failed: {_first_line(error)}") from error
        except psycopg.Error as error:
            raise StoreError(f"the database failed: {_first_line(error)}") from error


class ServerClock:
    """The server's time, asked for once a minute and carried on by the machine's monotonic clock."""

    def __init__(self, engine: Postgres) -> None:
        self._engine = engine
        self._local = SystemClock()
        self._asked_at = 0
        self._offset: int | None = None

    def now(self) -> int:
        """Milliseconds since the epoch, UTC, on the server."""
        monotonic = self._local.monotonic()
        if self._offset is None or monotonic - self._asked_at > _RESYNC_MS:
            rows = self._engine.rows("select (extract(epoch from clock_timestamp()) * 1000)::bigint as now")
            self._asked_at = self._local.monotonic()
            self._offset = int(rows[0]["now"]) - (monotonic + self._asked_at) // 2
        return self._offset + self._local.monotonic()

    def monotonic(self) -> int:
        """Milliseconds on this machine's monotonic clock."""
        return self._local.monotonic()


@lru_cache(None)
def _pyformat(sql: str) -> bytes:
    """`:name` as psycopg's `%(name)s`; `::casts` are left alone."""
    return _NAME.sub(r"%(\1)s", sql.replace("%", "%%")).encode()


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().split("\n", 1)[0]
