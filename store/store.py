"""The door to the store."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Unpack

from cadence.rulebook import Rulebook
from config.clock import Clock
from store.attempts import Attempts
from store.connect import connect
from store.core import Core
from store.corrections import Corrections
from store.dnc import Dnc
from store.inbound import Inbound
from store.leads import Leads
from store.migrate import migrate
from store.outbox import Outbox
from store.overrides import Overrides
from store.queue import Queue
from store.recordings import Recordings
from store.registries import Registries
from store.reps import Reps
from store.shifts import Shifts
from store.terms import Terms


class Store:
    """One open database and everything that may be done with it. Used from one thread."""

    def __init__(self, core: Core) -> None:
        """Take an open, migrated core; see `open`."""
        self.core = core
        self.log = core.log
        self.leads = Leads(core)
        self.queue = Queue(core)
        self.attempts = Attempts(core)
        self.inbound = Inbound(core)
        self.outbox = Outbox(core)
        self.recordings = Recordings(core)
        self.dnc = Dnc(core)
        self.shifts = Shifts(core)
        self.overrides = Overrides(core)
        self.reps = Reps(core)
        self.corrections = Corrections(core)
        self.registries = Registries(core)

    @classmethod
    def open(
        cls,
        location: str | Path,
        book: Rulebook,
        clock: Clock,
        *,
        create: bool = True,
        **terms: Unpack[Terms],
    ) -> Store:
        """Open the database at `location`, a path (SQLite) or `postgresql://…` (PostgreSQL), and migrate it.

        Args:
            location: where; with PostgreSQL the server's clock rules in place of a system `clock`.
            book: the rules the floor works by.
            clock: the time.
            create: make a missing file.
            terms: how the floor works.

        Raises:
            StoreError: it cannot be opened; the sentence says why and what to do.
        """
        engine = connect(location, create=create)
        try:
            migrate(engine)
        except BaseException:
            engine.close()
            raise
        return cls(Core(engine, book, clock, **terms))

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self.core.engine.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
