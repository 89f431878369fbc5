"""The embedded engine: one SQLite file, many processes, one writer at a time."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

from config.clock import Clock
from store.engine import Row
from store.errors import Impossible, Refused, StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x6C52494E  # "lRIN": tells our file from any other SQLite file
BUSY_S = 10.0
_SIDE_FILE = 32_768  # bytes: the least that SQLite makes `-shm` of, without which nobody even reads

_PRAGMAS = (
    "foreign_keys=on",
    "recursive_triggers=on",
    "synchronous=full",
    "journal_size_limit=67108864",
    "cache_size=-32768",  # KiB; grows only as far as it is used
)

_SENTENCES = {
    "SQLITE_BUSY": "is locked by another process for over {busy:.0f} s; close what holds it and try again",
    "SQLITE_LOCKED": "is locked by another connection; close what holds it and try again",
    "SQLITE_READONLY": "cannot be written: the file, its folder or its file system is read-only",
    "SQLITE_FULL": "cannot grow: the disk is full; free some space and try again, nothing written was lost",
    "SQLITE_CORRUPT": "is damaged; stop, keep the file, and restore the newest backup",
    "SQLITE_NOTADB": "is not a Sixring database; check the path in [store] location",
    "SQLITE_CANTOPEN": "cannot be opened; check that its folder exists and may be written",
    "SQLITE_IOERR": "could not be read or written by the operating system; check the disk",
    "SQLITE_PERM": "may not be opened by this user",
    "SQLITE_AUTH": "may not be opened by this user",
}


class SQLite:
    """One connection to one SQLite file. See `store.engine.Engine`."""

    dialect = "sqlite"
    lock_row: LiteralString = ""
    skip_locked: LiteralString = ""

    def __init__(self, path: Path, *, create: bool = True, busy_s: float = BUSY_S) -> None:
        """Open `path`, making it where `create` allows.

        Raises:
            StoreError: missing, empty, damaged, locked, not writable, or not ours.
        """
        self.path = path
        self.busy_s = busy_s
        if _size(path) is None:
            if not create:
                raise StoreError(f"there is no database at {path}; `sixring init` makes one")
            with self._clear():
                _make(path)
        if _size(path) == 0:  # SQLite would silently take it for a new database
            raise StoreError(
                f"the database {path} is an empty file: restore it from a backup, or delete it to begin anew"
            )
        with self._clear():
            self.conn = sqlite3.connect(path, timeout=busy_s, isolation_level=None, cached_statements=256)
        try:
            self._prepare()
        except BaseException:
            self.conn.close()
            raise

    @cached_property
    def db(self) -> Database:
        """This connection as sqlite-utils sees it: for migrations and a supervisor's own questions."""
        from sqlite_utils import Database

        return Database(self.conn, execute_plugins=False)

    def rows(self, sql: LiteralString, **params: object) -> list[Row]:
        """Run one statement; its rows."""
        try:
            cursor = self.conn.execute(sql, params)
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        except sqlite3.Error as error:
            raise self._told(error) from error

    def run(self, sql: LiteralString, **params: object) -> int:
        """Run one statement; how many rows it changed."""
        try:
            return self.conn.execute(sql, params).rowcount
        except sqlite3.Error as error:
            raise self._told(error) from error

    def many(self, sql: LiteralString, params: Iterable[Mapping[str, object]]) -> None:
        """Run one statement for each of `params`."""
        with self._clear():
            self.conn.executemany(sql, params)

    def bulk(
        self, table: LiteralString, columns: Sequence[LiteralString], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        """Append `rows` to `table` with one prepared INSERT.

        Outside of a transaction all of them at once: a temporary table is filled without the write lock.
        """
        marks = ",".join("?" * len(columns))
        sql = f"insert into {table}({','.join(columns)}) values ({marks})"  # noqa: S608 - names of our own
        alone = nullcontext() if self.conn.in_transaction else self._transaction("begin")
        with alone, self._clear():
            self.conn.executemany(sql, rows)

    def script(self, sql: str) -> None:
        """Run a migration's text; unlike `executescript` it does not commit first."""
        with self._clear():
            for statement in _statements(sql):
                self.conn.execute(statement)

    def write(self) -> AbstractContextManager[None]:
        """One write transaction."""
        return self._transaction("begin immediate")

    @contextmanager
    def _transaction(self, begin: LiteralString) -> Iterator[None]:
        self._do(begin)
        try:
            yield
            self._do("commit")
        finally:
            if self.conn.in_transaction:
                self.conn.execute("rollback")

    def alone(self, key: str) -> None:
        """Nothing to wait for: there is one writer at a time."""

    def _do(self, sql: LiteralString) -> None:
        try:
            self.conn.execute(sql)
        except sqlite3.Error as error:
            raise self._told(error) from error

    def clock(self, given: Clock) -> Clock:
        """The given clock: an embedded file lives on the machine of its users."""
        return given

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()

    def _prepare(self) -> None:
        with self._clear():
            for pragma in _PRAGMAS:
                self.conn.execute(f"pragma {pragma}")
            found = self.conn.execute("pragma application_id").fetchone()[0]
        if found != APPLICATION_ID:
            raise StoreError(
                f"{self.path} is a database of another program; check the path in [store] location"
            )

    @contextmanager
    def _clear(self) -> Iterator[None]:
        """Turn the driver's exceptions into sentences."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._told(error) from error

    def _told(self, error: sqlite3.Error) -> StoreError:
        if isinstance(error, sqlite3.IntegrityError):
            return Refused(f"the database refused: {error}")
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith("SQLITE_IOERR") and _is_full(self.path):  # the side file for readers has no room
            name = "SQLITE_FULL"
        for prefix, sentence in _SENTENCES.items():
            if name.startswith(prefix):
                return StoreError(f"the database {self.path} {sentence.format(busy=self.busy_s)}")
        return Impossible(f"the database {self.path} failed: {error}")


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _SIDE_FILE
    except OSError:
        return False


def _size(path: Path) -> int | None:
    """The size of the file, None if there is none.

    Raises:
        StoreError: the way to it is barred.
    """
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"the database {path} cannot be opened: {error.strerror}") from None


def _make(path: Path) -> None:
    """Make a database of ours and put it in place whole, so that nobody ever meets half of one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        # Names and numbers are nobody else's; SQLite gives its side files the same mode.
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(
            f"the database {path} cannot be made ({error.strerror}); "
            "check that its folder exists and may be written"
        ) from None
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as conn:
            conn.execute(f"pragma application_id={APPLICATION_ID}")
            conn.execute("pragma journal_mode=wal")
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first
    except OSError:  # a file system without hard links
        if not path.exists():
            draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _statements(sql: str) -> Iterator[str]:
    """The statements of a script; a trigger's body counts as one."""
    lines: list[str] = []
    for line in sql.splitlines():
        lines.append(line)
        statement = "\n".join(lines)
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            lines.clear()
