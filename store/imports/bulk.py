"""What a large file asks of SQLite: indexes built afterwards in one sorted pass, and room for their pages."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from store.engine import Engine

_CACHE_KIB = 256 * 1024
_PATIENCE_MS = 120_000  # for the lock: an import waits for a busy floor, and is in nobody's way while it does
_MANY = 5_000  # leads from which on indexes are better built afterwards
_TIMES = 4  # and how many times those that are there already
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
def checkpoints_apart(engine: Engine) -> Iterator[Callable[[], None]]:
    """Fold the log back when told to, and not at the end of a commit; what tells it to.

    A commit that folds back as well takes longer than it keeps others out, and
    a slice is cut by how long it did. Somebody else's commit must not meet a
    long log either: it would fold it back in a rep's time.
    """
    if engine.dialect != "sqlite":
        yield _nothing
        return
    before = engine.rows("pragma wal_autocheckpoint")[0]["wal_autocheckpoint"]
    engine.rows("pragma wal_autocheckpoint = 0")
    try:
        yield lambda: _fold_back(engine)
    finally:
        engine.rows("pragma wal_autocheckpoint = " + str(int(before)))


def _fold_back(engine: Engine) -> None:
    """A passive checkpoint waits for nobody, and nobody waits for it."""
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
