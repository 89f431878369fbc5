"""The event log: append-only, hash-chained, and the order of everything.

An event gets its `seq` and its hash as the last act of the transaction that
tells it, under the one write lock (on PostgreSQL: the row of `chain`). So
`seq > ?` is a tail that can miss nothing, numbers have no gaps, and a changed,
removed or inserted row breaks every hash behind it (`store.chain`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from store.chain import link
from store.engine import Engine, Row
from store.events import Event, to_json
from store.records import Verdict
from store.verify import verify

_HEAD = "select seq, hash from chain where id = 1 "
_EVENT = "select seq, at, kind, rep, lead_id, attempt_id, body from event "
_COLUMNS = ("seq", "at", "kind", "rep", "lead_id", "attempt_id", "body", "hash")


@dataclass(frozen=True, slots=True)
class Told:
    """An event that has happened and has no number yet."""

    at: int
    kind: str
    rep: str
    lead_id: int | None
    attempt_id: int | None
    body: str


class Log:
    """Tells events, and reads them back."""

    def __init__(self, engine: Engine, now: Callable[[], int]) -> None:
        self._engine = engine
        self._now = now
        self._told: list[Told] = []

    def tell(
        self,
        kind: str,
        rep: str = "",
        /,
        *,
        lead_id: int | None = None,
        attempt_id: int | None = None,
        **body: object,
    ) -> None:
        """Remember an event for the end of the current transaction. Kinds and bodies: `store.events`."""
        self._told.append(Told(self._now(), kind, rep, lead_id, attempt_id, to_json(body)))

    def tell_all(self, told: Iterable[Told]) -> None:
        """Remember events that were put into words before the transaction."""
        self._told.extend(told)

    def flush(self) -> None:
        """Number, hash and write what was told. Called by `Core.write`, last."""
        if self._told:
            told, self._told = self._told, []
            self.extend(told)

    def forget(self) -> None:
        """Drop what was told in a transaction that was rolled back."""
        self._told.clear()

    def extend(self, told: Iterable[Told]) -> None:
        """Number, hash and write many events at once, inside a transaction, as its last act."""
        head = self._engine.rows(_HEAD + self._engine.lock_row)[0]
        seq, digest = head["seq"], head["hash"]
        rows = []
        for one in told:
            seq += 1
            digest = link(digest, seq, one.at, one.kind, one.rep, one.lead_id, one.attempt_id, one.body)
            rows.append((seq, one.at, one.kind, one.rep, one.lead_id, one.attempt_id, one.body, digest))
        self._engine.bulk("event", _COLUMNS, rows)
        self._engine.run("update chain set seq = :seq, hash = :hash where id = 1", seq=seq, hash=digest)

    def after(self, seq: int, limit: int = 500) -> list[Event]:
        """The events behind `seq`, in order, at most `limit`."""
        found = self._engine.rows(
            _EVENT + "where seq > :seq order by seq limit :limit",
            seq=seq,
            limit=limit,
        )
        return [event_of(row) for row in found]

    def of_lead(self, lead_id: int, limit: int = 1000) -> list[Event]:
        """The newest `limit` events of a lead, oldest first."""
        found = self._engine.rows(
            _EVENT + "where lead_id = :lead order by seq desc limit :limit",
            lead=lead_id,
            limit=limit,
        )
        return [event_of(row) for row in reversed(found)]

    def head(self) -> tuple[int, str]:
        """Number and hash (hex) of the last event: the anchor to keep outside of the machine."""
        row = self._engine.rows(_HEAD)[0]
        return row["seq"], bytes(row["hash"]).hex()

    def verify(self) -> Verdict:
        """Recompute the whole chain, and hold attempts and shifts against it. See `store.verify`."""
        return verify(self._engine)


def event_of(row: Row) -> Event:
    """An event from its row."""
    return Event(
        row["seq"],
        row["at"],
        row["kind"],
        row["rep"],
        row["lead_id"],
        row["attempt_id"],
        json.loads(row["body"]),
    )
