"""Changing a store behind its own back, as somebody with the file or the server's password could."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from store.chain import link


@contextmanager
def past_the_triggers(location: str) -> Iterator[Any]:
    """A connection on which no trigger and no foreign key stands in the way; what was done stays."""
    if location.startswith("host="):
        import psycopg

        with psycopg.connect(location, autocommit=True) as conn:
            conn.execute("set session_replication_role = replica")
            yield conn
        return
    with closing(sqlite3.connect(location, isolation_level=None)) as conn:
        conn.execute("pragma foreign_keys=off")
        kept = conn.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in kept:
            conn.execute(f"drop trigger {name}")
        yield conn
        for _, sql in kept:
            conn.execute(sql)


def blunt(location: str, sql: str) -> None:
    """Run one statement past the triggers."""
    with past_the_triggers(location) as conn:
        conn.execute(sql)


def rewrite(location: str, *statements: str) -> None:
    """Run `statements` past the triggers and compute every hash anew: the forger's whole work."""
    mark = "%s" if location.startswith("host=") else "?"
    with past_the_triggers(location) as conn:
        for sql in statements:
            conn.execute(sql)
        seq, digest = 0, b""
        events = conn.execute("select at, kind, rep, lead_id, attempt_id, body, seq from event order by seq")
        for *fields, old in events.fetchall():
            seq += 1
            digest = link(digest, seq, *fields)
            conn.execute(
                f"update event set seq = {mark}, hash = {mark} where seq = {mark}", (seq, digest, old)
            )
        conn.execute(f"update chain set seq = {mark}, hash = {mark}", (seq, digest))
