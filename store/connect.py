"""Which engine a location means, and a connection to it."""

from __future__ import annotations

from pathlib import Path

from store.engine import Engine


def is_postgres(location: str | Path) -> bool:
    """Whether `location` names a PostgreSQL database rather than a file."""
    text = str(location)
    return text.startswith(("postgresql://", "postgres://")) or (
        "dbname=" in text or text.startswith("host=")
    )


def connect(location: str | Path, *, create: bool) -> Engine:
    """Open `location`: a path (SQLite), or `postgresql://…` or `host=…` (PostgreSQL).

    With `create`, a missing SQLite file is made; without it, its absence is an error.

    Raises:
        StoreError: it cannot be opened, or it is a database of something else.
    """
    if is_postgres(location):
        from store.postgres import Postgres

        return Postgres(str(location))
    from store.sqlite import SQLite

    return SQLite(Path(location), create=create)
