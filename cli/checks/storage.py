"""The store: does it open, is it whole, does its chain hold?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from cli.checks.finding import Finding, fails, ok, skipped
from config.clock import SystemClock
from config.errors import SixringError
from config.home import Home
from config.settings import Settings, location

if TYPE_CHECKING:
    from store.store import Store

_BACKUP = "bring back a backup (docs/operators.md)"


def store(home: Home, settings: Settings) -> tuple[list[Finding], int | None]:
    """The findings, and the time of the newest event (ms UTC) where there is one."""
    from cadence.rulebook import load
    from store.store import Store

    try:
        where = location(settings, home)
        if isinstance(where, Path) and not where.exists():
            return [skipped("store", f"there is no {where} yet; the first import makes it")], None
        damage = _damage(where) if isinstance(where, Path) else ""
        if damage:
            return [fails("store", f"{where} is damaged: {damage}", _BACKUP)], None
        with Store.open(where, load(home.rules), SystemClock(), create=False) as opened:
            return _chain(opened, settings.store.location or str(where))
    except SixringError as error:
        return [fails("store", str(error), "do what it says")], None


def _damage(path: Path) -> str:
    """What SQLite's own look at the file finds; empty: nothing."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as file:
            found: str = file.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        # A full disk or a lock is no damage, and nothing to bring a backup back for: opening says which.
        hurt = str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
        return str(error) if hurt else ""
    return "" if found == "ok" else found


def _chain(store: Store, name: str) -> tuple[list[Finding], int | None]:
    seq, head = store.log.head()
    newest = store.log.after(max(0, seq - 1), 1)
    verdict = store.log.verify()
    chain = (
        ok("chain", f"{verdict.rows} events, head {seq} {head[:16]}")
        if verdict.clean
        else fails(
            "chain",
            f"the log was changed behind the program's back: {verdict.why}",
            "keep the file as it is and compare it with a backup (docs/operators.md)",
        )
    )
    return [ok("store", f"{name} opens and is whole"), chain], newest[-1].at if newest else None
