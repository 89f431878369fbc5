"""What every part of the store shares: the engine, the rules, the clock, the log, and the transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cadence.rulebook import Rulebook
from config.clock import MINUTE, Clock
from store.engine import Engine
from store.log import Log


class Core:
    """One open database with the rules it is worked by."""

    def __init__(
        self,
        engine: Engine,
        book: Rulebook,
        clock: Clock,
        *,
        region: str = "US",
        zone: str = "UTC",
        lease_ms: int = 10 * MINUTE,
        owner_ms: int = 30 * MINUTE,
        cadence: str = "inbound-six",
        colleagues: Mapping[str, str] | None = None,
    ) -> None:
        self.engine = engine
        self.region = region  # of numbers dialed by hand
        self.zone = zone  # of the times in reasons
        self.lease_ms = lease_ms
        self.owner_ms = owner_ms  # an owner's lead that lies longer falls to the team
        self.cadence = cadence  # of new leads, where neither their campaign nor who brings them names another
        self.colleagues = colleagues or {}  # names of those a call may be given to, by number
        self.book = book
        self.clock = engine.clock(clock)
        self.log = Log(engine, self.now)
        self._inside = False

    def now(self) -> int:
        """The time that rules here, ms UTC."""
        return self.clock.now()

    @contextmanager
    def write(self) -> Iterator[None]:
        """One fact, one transaction: state and events together, or neither.

        Inside another `write` it joins that one.

        Raises:
            StoreError: the database failed; nothing of the transaction remains.
        """
        if self._inside:
            yield
            return
        self._inside = True
        try:
            with self.engine.write():
                yield
                self.log.flush()
        finally:
            self._inside = False
            self.log.forget()
