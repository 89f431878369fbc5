"""What nearly every command opens: the settings, the rules, the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import SixringError, UsageError
from config.home import Home

if TYPE_CHECKING:
    from cadence.rulebook import Rulebook
    from config.settings import Settings
    from store.store import Store


def settings_of(home: Home) -> Settings:
    """The settings of `home`, or the defaults where it has none yet."""
    from config.settings import load

    return load(home)


def rules_of(home: Home) -> Rulebook:
    """The rules as shipped, with the operator's own files of `home` over them."""
    from cadence.rulebook import load

    return load(home.rules)


@contextmanager
def opened(home: Home, *, create: bool = False) -> Iterator[Store]:
    """The store of `home`, until the block ends; `create` makes a missing one.

    Raises:
        SixringError: there is no store, or it cannot be opened.
    """
    from config.settings import location

    settings = settings_of(home)
    where = location(settings, home)
    if create:
        home.make()
    elif isinstance(where, Path) and not where.exists():
        raise SixringError(
            f"There are no leads in {where.parent} yet: run 'sixring import', or 'sixring practice' to try "
            "it out, or name another folder with --home."
        )
    from config.clock import SystemClock
    from store.store import Store
    from store.terms import terms_of

    terms = terms_of(settings)
    with Store.open(where, rules_of(home), SystemClock(), create=create, **terms) as store:
        yield store


def has_store(home: Home) -> bool:
    """Whether `home` has a store to open."""
    from config.settings import location

    where = location(settings_of(home), home)
    return not isinstance(where, Path) or where.exists()


def moment(text: str, zone: str, option: str) -> int:
    """The time that a person typed as `option`, ISO 8601, in `zone` where it does not say; ms UTC.

    Raises:
        UsageError: it is no such time.
    """
    from datetime import datetime
    from zoneinfo import ZoneInfo

    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is not a time; write 2026-11-21 or 2026-11-21T14:30.") from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(zone))
    return round(when.timestamp() * 1000)
