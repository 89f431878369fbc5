"""The store: does it open, is it whole, does its chain hold?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.checks.finding import Finding, fails, ok, skipped
from config.clock import SystemClock
from config.errors import SixringError
from config.home import Home
from config.settings import Settings, location

if TYPE_CHECKING:
    from store.store import Store


def store(home: Home, settings: Settings) -> tuple[list[Finding], int | None]:
    """The findings, and the time of the newest event (ms UTC) where there is one."""
    from cadence.rulebook import load
    from store.store import Store

    try:
        where = location(settings, home)
        if isinstance(where, Path) and not where.exists():
            return [skipped("store", f"there is no {where} yet; the first import makes it")], None
        with Store.open(where, load(home.rules), SystemClock(), create=False) as opened:
            return _whole(opened, settings.store.location or str(where))
    except SixringError as error:
        return [
            fails("store", str(error), "mend what it says, or bring back a backup (docs/operators.md)")
        ], None


def _whole(store: Store, name: str) -> tuple[list[Finding], int | None]:
    damage = store.damage()
    if damage:
        return [
            fails("store", f"{name} is damaged: {damage}", "bring back a backup (docs/operators.md)")
        ], None
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
