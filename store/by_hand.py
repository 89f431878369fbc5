"""Dialing a number that a person typed: through the same gate, and of its lead where it is a lead's.

A refusal is stored like any other, but moves no plan: it was not the planned
call that was refused. An emergency number goes out past every other check and
is nobody's lead. All of it inside the caller's transaction.
"""

from __future__ import annotations

import secrets

from cadence import numbers
from cadence.model import Phone
from config.errors import UsageError
from store import facts, overrides, plans, recovery
from store.attempt_rows import NO_PLAN, read, to_attempt
from store.core import Core
from store.dialing import CALL_LEASE_MS, Dial, Dialer, close_refused, hold_for_call, open_attempt
from store.errors import Settled
from store.leases import take
from store.plans import Standing
from store.records import Attempt, Claim


def begin(core: Core, typed: str, by: Dialer) -> tuple[Attempt, Claim | None]:
    """See `Attempts.begin_by_hand`."""
    dialed = number_typed(typed, core.region)
    standing, phone = _whose(core, dialed, by.rep)
    now = core.now()
    told = (
        facts.of_number(core, dialed, None, now)
        if standing is None
        else facts.gather(core, standing, phone, now, by_hand=True)
    )
    decision, override = overrides.decide(core, told, now)
    token = secrets.randbits(62)
    attempt_id = open_attempt(core, Dial(token, phone, decision, by, standing, by_hand=True))
    if not decision.allowed:
        before = plans.plan_to_json(standing.plan) if standing else NO_PLAN
        close_refused(core, attempt_id, decision, before)
        return to_attempt(read(core, attempt_id)), None
    if override is not None:
        overrides.use(core, override, attempt_id, by.rep, standing.lead.id if standing else None)
    claim = None
    if standing is not None:
        claim = take(core, standing, phone, token, by.rep, now + CALL_LEASE_MS, "another number is dialed")
        hold_for_call(core, standing, attempt_id, by.rep, now)
    return to_attempt(read(core, attempt_id)), claim


def number_typed(typed: str, region: str) -> str:
    """What would be dialed: E.164, or an emergency number as it is.

    Raises:
        UsageError: no telephone number can be read out of it.
    """
    digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
    if numbers.is_emergency(typed.strip(), region):
        return digits
    dialed = numbers.e164(typed, region)
    if dialed is None:
        raise UsageError(f"{typed.strip()[:40]!r} is no telephone number; type it like +1 415 555 0123")
    return dialed


def _whose(core: Core, dialed: str, rep: str) -> tuple[Standing | None, Phone]:
    """Where the number's lead stands, locked; None where it is no lead's."""
    rows = core.engine.rows("select id, lead_id from phone where e164 = :e164", e164=dialed)
    if not rows:
        return None, Phone(0, dialed)
    lead_id = rows[0]["lead_id"]
    standing = plans.read(core, lead_id, lock=True)
    if standing.rep not in (None, rep):
        if standing.due_at is not None and standing.due_at > core.now():
            raise Settled(f"{standing.rep} has {standing.lead.name or 'the lead'} of that number in hand")
        standing = recovery.take_expired(core, standing, rep)
    return standing, Phone(rows[0]["id"], dialed)
