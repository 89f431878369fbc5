"""Every store test runs on both engines: a SQLite file, and a database of a throw-away PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.factories import NOON
from support.postgres import NO_BINARIES, Cluster, cluster, find_binaries

from cadence.rulebook import Rulebook, load
from config.clock import HandClock
from store.connect import connect
from store.migrate import migrate
from store.store import Store

Opener = Callable[..., Store]
MIGRATED = "migrated"


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return load()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One server a session (of each xdist worker), with a migrated database to copy."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(NO_BINARIES)
    with cluster(binaries) as running:
        first = running.new_database(name=MIGRATED)
        engine = connect(first, create=True)
        migrate(engine)
        engine.close()
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def location(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a fresh store may be opened."""
    if engine_name == "sqlite":
        return str(tmp_path / "sixring.db")
    running: Cluster = request.getfixturevalue("postgres")
    return running.new_database(template=MIGRATED)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
def open_store(location: str, book: Rulebook, clock: HandClock) -> Iterator[Opener]:
    """Opens stores on one database; all are closed at the end."""
    opened: list[Store] = []

    def one(**options: object) -> Store:
        opened.append(Store.open(location, book, clock, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Opener) -> Store:
    return open_store()


@pytest.fixture
def apart(location: str, book: Rulebook, clock: HandClock) -> Opener:
    """Opens a store in the thread that asks, which alone may use it."""
    return lambda: Store.open(location, book, clock)
