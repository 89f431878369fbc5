"""A store that hangs: a lock held on the SQLite file, or the PostgreSQL processes of the desk stopped."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.connect import is_postgres


@contextmanager
def silent(location: str | Path) -> Iterator[None]:
    """Nothing is written until the block ends; what was asked meanwhile is answered then."""
    with _stopped(str(location)) if is_postgres(location) else _locked(Path(location)):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    holder = sqlite3.connect(path, timeout=20, isolation_level=None)
    try:
        holder.execute("begin immediate")
        yield
    finally:
        holder.close()


@contextmanager
def _stopped(dsn: str) -> Iterator[None]:
    import psycopg

    ours = (
        "select pid from pg_stat_activity"
        " where datname = current_database() and application_name like 'sixring %'"
    )
    with psycopg.connect(dsn, autocommit=True) as watcher:
        pids = [row[0] for row in watcher.execute(ours).fetchall()]
    assert pids, "no desk is connected"
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
