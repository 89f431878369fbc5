"""A call that came in, as one desk tells of it: what its answer opened, and whose it is. In a transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from store import facts
from store.arrivals import insert_lead, new_caller, storable
from store.core import Core
from store.engine import Row
from store.errors import StoreError

_LONGEST_CALL_ID = 255  # characters; an index of PostgreSQL takes no key of more than 2.7 kB


class OvertakenError(StoreError):
    """Another transaction made the lead of this number first."""


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call that came in, as one desk tells of it."""

    heard: str  # E.164 where it can be called, else as it came
    name: str
    sip_call_id: str
    at: int  # answered, or given up

    @property
    def callable(self) -> bool:
        """Whether there is a number to call back."""
        return self.heard.startswith("+")


def call_id(told: str) -> str:
    """The Call-ID as the store keeps it and knows the call by; one beyond all measure ends in its digest.

    It is a stranger's text: one that cannot be stored would be a call that is
    told of for ever and never written.
    """
    kept = storable(told)
    if len(kept) <= _LONGEST_CALL_ID:
        return kept
    digest = hashlib.sha256(kept.encode()).hexdigest()
    return f"{kept[: _LONGEST_CALL_ID - len(digest) - 1]}#{digest}"


def attempt_of(core: Core, call: IncomingCall) -> Row | None:
    """The attempt that its answer opened."""
    rows = core.engine.rows(
        "select * from attempt where sip_call_id = :sip and direction = 'in' and sip_call_id <> ''",
        sip=call.sip_call_id,
    )
    return rows[0] if rows else None


def lead_of(core: Core, call: IncomingCall, *, spoken_with: bool) -> int | None:
    """The lead that has the number; a new one where nobody has it and it may be called."""
    if not call.callable:
        return None
    sql = "select lead_id from phone where e164 = :e164"
    rows = core.engine.rows(sql, e164=call.heard)
    if rows:
        return int(rows[0]["lead_id"])
    if facts.suppressed(core, call.heard, ""):
        return None
    new = new_caller(call.heard, call.name, call.at, call.sip_call_id)
    made = insert_lead(core, new, None, spoken_with=spoken_with)
    if core.engine.rows(sql, e164=call.heard)[0]["lead_id"] != made:
        raise OvertakenError(
            f"the lead of {call.heard} was just made by somebody else; tell of the call again"
        )
    return made
