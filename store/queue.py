"""The queue: the most urgent lead that may be called, to the rep who asks, and to nobody else.

`queue.due_at` is the due time and, while a rep holds the lead, the end of the
lease: a rep who vanishes needs nobody to clean up, the lead is simply due
again. A claim carries a random token; whoever writes under it must show it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cadence.happenings import Blocked, Postponed
from cadence.model import CallKind, Phone
from config.clock import HOUR
from store import plans, recovery, shifts
from store.choice import choose, number_of
from store.core import Core
from store.leases import claim_of, free, held, lost, put_off, why_lost
from store.plans import Standing
from store.ranks import claim_sql, route_params
from store.records import Claim, QueueRow, Waiting
from store.reps import routes_of
from store.view import Counts, count, due_for, overview, peek, soonest

_SECOND_LOOK_MS = HOUR
_LOOKS = 200  # leads that may not be called now, put off in one transaction before others get their turn


@dataclass(frozen=True, slots=True)
class _Again:
    """Enough for one transaction: look again, after the chore in one of its own.

    A claim holds places in the queue and must not wait for leads behind them (`plans.lock_lead`).
    """

    chore: Callable[[], object] | None = None


class Queue:
    """`store.queue`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def claim(self, rep: str, shift_id: int | None = None) -> Claim | Waiting:
        """Take the most urgent lead that the gate would let `rep` call now.

        One rep holds one lead: who holds one gets the same again, its lease
        renewed. A lead that may not be called now is put off to when it may,
        with no attempt burnt, and the next one is taken in the same transaction.

        Raises:
            NotFound: the shift has ended.
        """
        while True:
            with self._core.write():
                if shift_id is not None:
                    shifts.find_live(self._core, shift_id)
                taken = self._held_by(rep) or self._take(rep)
            if not isinstance(taken, _Again):
                return taken
            if taken.chore is not None:
                with self._core.write():
                    taken.chore()

    def renew(self, claim: Claim) -> int:
        """Hold the lead for another lease; when it ends now (ms UTC).

        Raises:
            LeaseLost: the lead is no longer this rep's.
        """
        until = self._core.now() + self._core.lease_ms
        with self._core.write():
            changed = self._core.engine.run(
                "update queue set due_at = case when due_at > :until then due_at else :until end"
                " where lead_id = :lead and token = :token",
                until=until,
                lead=claim.lead.id,
                token=claim.token,
            )
        if not changed:
            raise lost(claim.lead.name)
        return until

    def why_lost(self, claim: Claim) -> str:
        """Empty while the claim holds its lead; else one sentence: it ran out, or a do-not-call took it."""
        core = self._core
        rows = core.engine.rows("select token from queue where lead_id = :lead", lead=claim.lead.id)
        if rows and rows[0]["token"] == claim.token:
            return ""
        return str(why_lost(core, plans.read(core, claim.lead.id)))

    def release(self, claim: Claim, why: str) -> None:
        """Give the lead back as it was; a lead that is lost already is no error."""
        core = self._core
        with core.write():
            rows = core.engine.rows(
                "select rep from queue where lead_id = :lead and token = :token",
                lead=claim.lead.id,
                token=claim.token,
            )
            if rows and not recovery.settle_lead(core, claim.lead.id):
                free(core, claim.lead.id)
            if rows:
                core.log.tell("lead.released", rows[0]["rep"], lead_id=claim.lead.id, why=why)

    def skip(self, claim: Claim, reason: str, until: int) -> None:
        """Pass the lead on for a reason that is written down; it comes back at `until`.

        Raises:
            LeaseLost: the lead is no longer this rep's.
        """
        core = self._core
        with core.write():
            before = held(core, claim)
            plan = plans.advance_by(core, before, Postponed(until, core.now()))
            core.log.tell(
                "lead.skipped", before.rep or "", lead_id=claim.lead.id, reason=reason, until=plan.next_at
            )

    def peek(self, rep: str, limit: int = 50, offset: int = 0) -> list[QueueRow]:
        """The queue as `rep` would get it: what is due in rank order, then what comes next, soonest first."""
        return peek(self._core, rep, limit, offset)

    def overview(self, limit: int = 50, offset: int = 0) -> list[QueueRow]:
        """The whole floor's queue, callbacks promised by anyone included, in rank order."""
        return overview(self._core, limit, offset)

    def due_for(self, rep: str, cap: int = 1_000) -> tuple[int, int]:
        """How many leads `rep` could be given now, and how many of them are callbacks, up to `cap` a lane."""
        return due_for(self._core, rep, cap)

    def counts(self) -> Counts:
        """How much of everything the queue holds."""
        return count(self._core)

    def _held_by(self, rep: str) -> Claim | None:
        """The lead the rep holds already; a lease of theirs that ran out is closed."""
        core, now = self._core, self._core.now()
        rows = core.engine.rows("select lead_id, token, due_at from queue where rep = :rep", rep=rep)
        if not rows:
            return None
        lead_id = rows[0]["lead_id"]
        if rows[0]["due_at"] <= now:
            free(core, lead_id)
            core.log.tell("lead.expired", lead_id=lead_id, held_by=rep)
            return None
        until = max(rows[0]["due_at"], now + core.lease_ms)
        core.engine.run("update queue set due_at = :until where lead_id = :lead", until=until, lead=lead_id)
        standing = plans.read(core, lead_id)
        return claim_of(core, standing, number_of(core, standing, now), rows[0]["token"], until, now)

    def _take(self, rep: str) -> Claim | Waiting | _Again:
        core = self._core
        routes = routes_of(core, rep)
        sql = claim_sql(core.engine.skip_locked, len(routes), core.owner_ms)
        given = route_params(routes)
        for _ in range(_LOOKS):
            now = core.now()
            token, until = secrets.randbits(62), now + core.lease_ms
            rows = core.engine.rows(sql, **given, rep=rep, token=token, now=now, until=until)
            if not rows:
                return self._waiting(rep, now)
            lead_id, prior = rows[0]["lead_id"], rows[0]["prior"]
            if prior is not None:
                core.log.tell("lead.expired", rep, lead_id=lead_id, held_by=prior)
            if prior is not None and recovery.unsettled(core, lead_id):
                return _Again(partial(self._settle_left, lead_id, token))
            standing = plans.read(core, lead_id)
            phone = self._callable(standing, now)
            if isinstance(phone, _Again):
                return phone
            if phone is not None:
                return claim_of(core, standing, phone, token, until, now)
        return _Again()

    def _settle_left(self, lead_id: int, token: int) -> None:
        """The last holder left a call of the lead without a disposition: it is planned anew."""
        core = self._core
        recovery.settle_lead(core, lead_id)
        if plans.read(core, lead_id).token == token:
            free(core, lead_id)

    def _callable(self, standing: Standing, now: int) -> Phone | _Again | None:
        """The number to dial now; None: the lead was put off."""
        core, call = self._core, standing.plan.call
        if call is not None and call.kind is CallKind.REVIEW:
            return number_of(core, standing, now)
        chosen = choose(core, standing, now)
        if chosen.phone is None and chosen.next_at is None:
            return _Again(partial(self._give_up_numbers, standing.lead.id, standing.token))
        if chosen.phone is None:
            put_off(core, standing.lead.id, max(chosen.next_at or 0, now + 1))
        return chosen.phone

    def _give_up_numbers(self, lead_id: int, token: int | None) -> None:
        """No number of the lead will ever do as it stands: plan without them."""
        core, now = self._core, self._core.now()
        standing = plans.read(core, lead_id, lock=True)
        if standing.token != token:
            return  # somebody else has it by now
        chosen = choose(core, standing, now)
        if chosen.phone is not None or chosen.next_at is not None:
            free(core, lead_id)  # a number was found meanwhile
            return
        why = chosen.why
        plan = plans.move(core, standing, Blocked(None, permanent=True, why=why, at=now), why=why)
        call = plan.call
        if call is not None and call.due_at <= now and call.kind is not CallKind.REVIEW:
            # Rules and plan disagree: do not spin on it.
            put_off(core, lead_id, now + _SECOND_LOOK_MS)

    def _waiting(self, rep: str, now: int) -> Waiting:
        next_at = soonest(self._core, rep)
        if next_at is None:
            return Waiting(None, "No lead has a call planned.")
        return Waiting(max(next_at, now), "No lead may be called right now.")
