"""What a large file asks of SQLite: indexes built afterwards in one sorted pass, and room for their pages."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import LiteralString

from store.engine import Engine
from store.sqlite import SQLite

_CACHE_KIB = 256 * 1024
_PATIENCE_MS = 120_000  # for the lock: an import waits for a busy floor, and is in nobody's way while it does
_MANY = 5_000  # leads from which on indexes are better built afterwards
_TIMES = 4  # and how many times those that are there already
_LOG_PRAGMAS: tuple[LiteralString, ...] = ("wal_autocheckpoint", "synchronous")
_INDEXES = """select name, sql from sqlite_master
    where type = 'index' and sql is not null and tbl_name in ('lead', 'queue', 'phone', 'inquiry')"""


@contextmanager
def indexes_later(engine: Engine, leads: int) -> Iterator[None]:
    """Inside a transaction that adds so many `leads`: drop the indexes, and build them again at the end.

    Only where that is less work: for many, into a store that has few beside
    them. Does nothing on PostgreSQL. What a unique index would have refused
    meanwhile, its building refuses; the indexes of primary keys and of the
    parents of foreign keys stay.
    """
    few = leads < _MANY or engine.dialect != "sqlite"
    if few or engine.rows("select 1 as x from lead limit 1 offset :some", some=leads // _TIMES):
        yield
        return
    indexes = engine.rows(_INDEXES)
    for index in indexes:
        engine.script(f'drop index "{index["name"]}";')
    yield
    for index in indexes:
        engine.script(index["sql"] + ";")


@contextmanager
def large_cache(engine: Engine) -> Iterator[None]:
    """For many scattered writes: a page cache that holds the indexes, and patience, while it lasts."""
    if engine.dialect != "sqlite":
        yield
        return
    before = engine.rows("pragma cache_size")[0]["cache_size"]
    patience = engine.rows("pragma busy_timeout")[0]["timeout"]
    engine.run("pragma cache_size = -" + str(_CACHE_KIB))
    engine.rows("pragma busy_timeout = " + str(_PATIENCE_MS))
    try:
        yield
    finally:
        engine.run("pragma cache_size = " + str(int(before)))
        engine.rows("pragma busy_timeout = " + str(int(patience)))


@contextmanager
def disk_apart(engine: Engine) -> Iterator[Callable[[], None]]:
    """Commit without waiting for the disk; what is yielded brings the commits so far onto it.

    A commit that syncs keeps others out while the disk is slow, and one that
    folds the log back as well takes longer still. Without either nothing is out
    of order after a power cut, for the log is synced from its beginning, but
    the newest commits may be gone: call what is yielded before relying on them.
    """
    if not isinstance(engine, SQLite):
        yield _nothing
        return
    before = {name: engine.rows("pragma " + name)[0][name] for name in _LOG_PRAGMAS}
    engine.rows("pragma wal_autocheckpoint = 0")
    engine.rows("pragma synchronous = normal")
    try:
        yield lambda: _settle(engine)
    finally:
        for name, value in before.items():
            engine.rows("pragma " + name + " = " + str(int(value)))


def _settle(engine: SQLite) -> None:
    """Sync the log and fold it back, so that nobody else's commit meets a long one.

    A passive checkpoint waits for nobody, and nobody waits for it.
    """
    with suppress(FileNotFoundError), engine.path.with_name(engine.path.name + "-wal").open("r+b") as log:
        os.fsync(log.fileno())
    engine.rows("pragma wal_checkpoint(passive)")


def _nothing() -> None:
    """A server tends its own log."""


@contextmanager
def no_garbage_hunts() -> Iterator[None]:
    """Millions of small tuples and no cycles among them: the collector would look through them in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
