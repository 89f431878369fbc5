"""A call for help: dialed before anything is written, and written as far as it is known.

No emergency call waits for a database. So its attempt is not opened by the
dial: whoever dialed tells again and again what there is of the call so far,
and the first telling that arrives opens the attempt. Inside the caller's
transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from cadence import gate, numbers
from cadence.model import Phone
from config.errors import UsageError
from store import facts
from store.core import Core
from store.dialing import Dial, Dialer, open_attempt
from store.records import CallEnd


@dataclass(frozen=True, slots=True)
class HelpCall:
    """What is known of a call to an emergency number. Instants are ms UTC, None until they happen."""

    token: int  # the caller's own word for the call, of 62 bits, by which it is told once
    number: str
    caller_id: str
    dialed_at: int
    invited_at: int | None = None
    sip_call_id: str = ""
    ringing_at: int | None = None
    answered_at: int | None = None
    secure: bool = False
    end: CallEnd | None = None


def opened(core: Core, call: HelpCall, rep: str, shift_id: int | None) -> int:
    """The id of the call's attempt, which is opened if nobody has told of it yet.

    Raises:
        UsageError: the number is no emergency number.
    """
    if not numbers.is_emergency(call.number, core.region):
        raise UsageError(f"{call.number!r} is no emergency number: only those go out before they are written")
    rows = core.engine.rows("select id from attempt where token = :token", token=call.token)
    if rows:
        return int(rows[0]["id"])
    told = facts.of_number(core, call.number, None, call.dialed_at)
    decision = gate.decide(told, core.book.gate, call.dialed_at)
    dialer = Dialer(rep, shift_id, call.caller_id)
    return open_attempt(core, Dial(call.token, Phone(0, call.number), decision, dialer, None, by_hand=True))
