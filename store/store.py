"""The door to the store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from cadence.rulebook import Rulebook
from config.clock import MINUTE, Clock
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
        region: str = "US",
        zone: str = "UTC",
        lease_ms: int = 10 * MINUTE,
        owner_ms: int = 30 * MINUTE,
        cadence: str = "inbound-six",
        colleagues: Mapping[str, str] | None = None,
    ) -> Store:
        """Open the database at `location`, a path (SQLite) or `postgresql://…` (PostgreSQL), and migrate it.

        Args:
            location: where; with PostgreSQL the server's clock rules in place of a system `clock`.
            book: the rules the floor works by.
            clock: the time.
            create: make a missing file.
            region: country of numbers dialed by hand without a country code.
            zone: IANA zone of the times in the reasons of the queue.
            lease_ms: how long a claimed lead is held.
            owner_ms: how long an owner's lead may lie, once it is due, before it falls to the team.
            cadence: of new leads, where neither their campaign nor who brings them names another.
            colleagues: names of those a call may be given to, by number: histories tell them.

        Raises:
            StoreError: it cannot be opened; the sentence says why and what to do.
        """
        engine = connect(location, create=create)
        try:
            migrate(engine)
        except BaseException:
            engine.close()
            raise
        core = Core(
            engine,
            book,
            clock,
            region=region,
            zone=zone,
            lease_ms=lease_ms,
            owner_ms=owner_ms,
            cadence=cadence,
            colleagues=colleagues,
        )
        return cls(core)

    def close(self) -> None:
        """Close the database; a second call does nothing."""
        self.core.engine.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
