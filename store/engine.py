"""What the store asks of a database: one portable SQL text, `:named` parameters, plain rows.

An engine is one connection, used from one thread. Everything above writes the
same SQL for both engines; what differs is in `sqlite.py` and in `postgres.py`.
`store.connect` picks one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, LiteralString, Protocol

from config.clock import Clock

Row = dict[str, Any]


class Engine(Protocol):
    """One connection to one database."""

    dialect: str  # 'sqlite' or 'postgres': the name in "--only" blocks of migrations
    lock_row: LiteralString  # appended to a SELECT whose row is about to be changed
    skip_locked: LiteralString  # appended to a SELECT that takes a row nobody else is taking

    def rows(self, sql: LiteralString, **params: object) -> list[Row]:
        """Run one statement; its rows, each a dict, or an empty list.

        Raises:
            StoreError: the database failed; the sentence says how and what to do.
            Refused: a constraint or a trigger refused the statement.
        """
        ...

    def run(self, sql: LiteralString, **params: object) -> int:
        """Run one statement; how many rows it changed. Raises as `rows` does."""
        ...

    def many(self, sql: LiteralString, params: Iterable[Mapping[str, object]]) -> None:
        """Run one statement for each of `params`. Raises as `rows` does."""
        ...

    def bulk(
        self, table: LiteralString, columns: Sequence[LiteralString], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        """Append `rows` to `table` by the engine's quickest way. Raises as `rows` does."""
        ...

    def script(self, sql: str) -> None:
        """Run a migration's text inside the current transaction. Raises as `rows` does."""
        ...

    def write(self) -> AbstractContextManager[None]:
        """One write transaction: committed at the end, rolled back on any exception. Not nested.

        On SQLite the write lock is taken at the beginning, so nothing that was
        read inside can be stale and no statement fails for want of the lock.
        """
        ...

    def alone(self, key: str) -> None:
        """Wait until no other transaction that named this `key` is under way; inside a transaction."""
        ...

    def clock(self, given: Clock) -> Clock:
        """The clock that rules on this database: `given`, or the server's own."""
        ...

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        ...
