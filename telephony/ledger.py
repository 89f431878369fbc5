"""The client's own book of calls: what each has reached, so that none is left open when a process dies."""

from __future__ import annotations

from dataclasses import dataclass

from cadence.model import Result
from telephony.protocol import (
    Answered,
    Dial,
    Dialog,
    DialogKnown,
    Ended,
    EngineEvent,
    Incoming,
    Invited,
    Ringing,
)

DIED = "The phone process died before anything rang."
DIED_TOLD = "The phone process died; a hang-up was sent to them."


@dataclass(slots=True)
class Entry:
    """One call that has not ended. Instants are monotonic ms."""

    call: str
    order: Dial | None  # None: it came in
    invited: bool = False
    ringing: int | None = None
    answered: int | None = None
    dialog: Dialog | None = None


class Ledger:
    """Every call from `dial` to `Ended`."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def __contains__(self, call: str) -> bool:
        return call in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def open(self, order: Dial) -> None:
        """A call is asked for.

        Raises:
            ValueError: a call of that name is open already.
        """
        if order.call in self._entries:
            raise ValueError(f"call {order.call} is open already")
        self._entries[order.call] = Entry(order.call, order)

    def note(self, event: EngineEvent) -> bool:
        """Take in what `event` tells; False for an event of a call that is not open."""
        call = getattr(event, "call", None)
        if call is None:
            return True
        if isinstance(event, Incoming):
            self._entries[event.call] = Entry(event.call, None, invited=True, ringing=event.mono)
            return True
        entry = self._entries.get(call)
        if entry is None:
            return False
        match event:
            case Invited():
                entry.invited = True
            case Ringing(mono=mono):
                entry.ringing = mono
            case Answered(mono=mono):
                entry.answered = mono
            case DialogKnown(dialog=dialog, answered=answered, mono=mono):
                entry.dialog = dialog  # told just before Ringing or Answered, and true if those never come
                entry.answered = mono if answered else None
            case Ended():
                del self._entries[call]
        return True

    def close(self, call: str) -> Entry | None:
        """Strike a call out without an event."""
        return self._entries.pop(call, None)

    def unsent(self) -> list[Dial]:
        """Calls whose INVITE was never reported."""
        return [one.order for one in self._entries.values() if one.order is not None and not one.invited]

    def abandon(self, at: int, mono: int, keep: frozenset[str]) -> list[tuple[Ended, Entry]]:
        """Close every call but `keep` as interrupted, with the times known so far."""
        lost = [entry for call, entry in self._entries.items() if call not in keep]
        for entry in lost:
            del self._entries[entry.call]
        return [(_interrupted(entry, at, mono), entry) for entry in lost]


def _interrupted(entry: Entry, at: int, mono: int) -> Ended:
    until = entry.answered if entry.answered is not None else mono
    return Ended(
        at=at,
        mono=mono,
        call=entry.call,
        result=Result.INTERRUPTED.value,
        sip_code=200 if entry.answered is not None else 0,
        reason=DIED_TOLD if entry.dialog is not None else DIED,
        ended_by="engine",
        ring_ms=until - entry.ringing if entry.ringing is not None else 0,
        talk_ms=mono - entry.answered if entry.answered is not None else 0,
    )
