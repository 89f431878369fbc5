"""Attempts: one INVITE each, or one that the gate refused; written as they happen, closed once.

The decision of the gate and the attempt are one transaction, so no dial goes
out that is not on disk with the reason why it may. Every step may be repeated
after a crash or a lost acknowledgement without a second effect.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from cadence import gate
from cadence.gate import GateFacts
from cadence.happenings import Blocked
from cadence.model import CallKind, Decision, Phone, Plan, Result
from config.clock import HOUR
from store import callbacks, facts, plans, recovery, wrapup
from store.attempt_rows import close, read, to_attempt
from store.core import Core
from store.errors import NotFound, Settled
from store.leases import held
from store.plans import Standing
from store.records import Alive, Attempt, CallEnd, Claim, Finished

CALL_LEASE_MS = 4 * HOUR  # a lead in a call or its wrap-up is nobody else's; recovery frees it sooner

_OPEN = """insert into attempt(token, lead_id, phone_id, e164, rep, shift_id, campaign, source, cadence,
        cadence_version, call_kind, step, lane, planned_at, caller_id, allowed, rules_version, decision,
        opened_at)
    values (:token, :lead_id, :phone_id, :e164, :rep, :shift_id, :campaign, :source, :cadence,
        :cadence_version, :call_kind, :step, :lane, :planned_at, :caller_id, :allowed, :rules_version,
        :decision, :opened_at)
    returning id"""

_INSTANT = {
    "invited": """update attempt set invited_at = :at, sip_call_id = :sip
        where id = :id and invited_at is null and ended_at is null""",
    "ringing": """update attempt set ringing_at = :at
        where id = :id and ringing_at is null and ended_at is null""",
    "answered": """update attempt set answered_at = :at
        where id = :id and answered_at is null and ended_at is null""",
}


class Attempts:
    """`store.attempts`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def begin(
        self,
        claim: Claim,
        rep: str,
        shift_id: int | None = None,
        caller_id: str = "",
        phone: Phone | None = None,
    ) -> Attempt:
        """Ask the gate, and open an attempt under its decision; then, and only then, dial.

        A refused dial is an attempt as well: closed with result `blocked`, the
        plan moved on, the claim gone, `decision.allowed` False. Repeated for a
        claim whose attempt is open and not yet invited, it gives the same attempt.

        Raises:
            LeaseLost: the lead is no longer this rep's.
            Settled: this claim has been dialed already.
            NotFound: the lead has no such number, or none that may be dialed.
        """
        core = self._core
        with core.write():
            rows = core.engine.rows("select id from attempt where token = :token", token=claim.token)
            if rows:
                return self._repeated(rows[0]["id"])
            standing = held(core, claim)
            number = _number(standing, phone or claim.phone)
            now = core.now()
            decision = gate.decide(facts.gather(core, standing, number, now), core.book.gate, now)
            attempt_id = self._open(standing, claim, number, decision, (rep, shift_id, caller_id))
            if decision.allowed:
                self._hold_for_call(standing, attempt_id, rep, now)
            else:
                self._block(standing, attempt_id, number, decision)
            return to_attempt(read(core, attempt_id))

    def instant(
        self,
        attempt_id: int,
        name: Literal["invited", "ringing", "answered"],
        at: int,
        sip_call_id: str = "",
        *,
        secure: bool = False,
    ) -> None:
        """Write one moment of a call as it happens (ms UTC); the first word stands.

        The event of an answer keeps whether the sound was encrypted (`secure`).
        """
        core = self._core
        with core.write():
            params = {"sip": sip_call_id} if name == "invited" else {}
            changed = core.engine.run(_INSTANT[name], id=attempt_id, at=at, **params)
            if changed and name == "answered":
                row = read(core, attempt_id)
                core.log.tell(
                    "attempt.answered",
                    row["rep"],
                    lead_id=row["lead_id"],
                    attempt_id=attempt_id,
                    answered_at=at,
                    **({"secure": True} if secure else {}),
                )

    def finish(self, attempt_id: int, end: CallEnd, rep: str, *, automatic: bool = True) -> Finished:
        """Close the attempt with what the telephone found.

        With `automatic`, a result that speaks for itself records its own
        disposition, and one that says nothing of the lead (network failure)
        plans the lead anew, in the same transaction; else the attempt waits for
        `dispose`. The first end stands: a later one changes nothing.

        Raises:
            NotFound: there is no such attempt.
        """
        core = self._core
        with core.write():
            row = read(core, attempt_id, lock=True)
            if row["ended_at"] is None:
                close(core, row, end, "attempt.ended")
                row = read(core, attempt_id)
                if automatic:
                    wrapup.settle_automatically(core, row, rep)
                row = read(core, attempt_id)
            if row["plan_before"] is None:
                return Finished(None, None)
            disposition = core.book.dispositions.by_code.get(row["disposition"] or "")
            return Finished(disposition, plans.read(core, row["lead_id"]).plan)

    def dispose(
        self, attempt_id: int, code: str, rep: str, callback_at: int | None = None, note: str = ""
    ) -> Plan:
        """Record what the rep says of the attempt, and plan what comes next.

        Repeated with the same code, it changes nothing. An attempt that a
        recovery closed may still be disposed of while nobody has touched the lead.

        Raises:
            UsageError: no such disposition, or a callback without its time.
            Settled: it has another disposition (see `undo`), has not ended, or the lead has moved on.
            NotFound: there is no such attempt.
        """
        with self._core.write():
            return wrapup.dispose(self._core, attempt_id, code, rep, callback_at, note)

    def undo(self, attempt_id: int, rep: str) -> Claim:
        """Take back the disposition; the plan is as it was before, and the lead in the rep's hands.

        Both the disposition and its reversal stay in the record. A lead the rep
        holds meanwhile is given back.

        Raises:
            Settled: there is no disposition, or the lead has been touched since.
            NotFound: there is no such attempt.
        """
        with self._core.write():
            return wrapup.undo(self._core, attempt_id, rep)

    def recover(self, rep: str | None = None, alive: Alive | None = None) -> list[int]:
        """Close what a dead session left open; the ids of the attempts. See `store.recovery`."""
        return recovery.recover(self._core, rep, alive)

    def get(self, attempt_id: int) -> Attempt:
        """The attempt.

        Raises:
            NotFound: there is no such attempt.
        """
        return to_attempt(read(self._core, attempt_id))

    def since(self, at: int, limit: int = 1_000_000) -> list[Attempt]:
        """Attempts opened at or after `at`, oldest first."""
        rows = self._core.engine.rows(
            "select * from attempt where opened_at >= :at order by id limit :limit", at=at, limit=limit
        )
        return [to_attempt(row) for row in rows]

    def waiting(self, rep: str) -> list[Attempt]:
        """Ended attempts of the rep that want a disposition."""
        rows = self._core.engine.rows(
            "select * from attempt where rep = :rep and plan_before is null and ended_at is not null"
            " order by id",
            rep=rep,
        )
        return [to_attempt(row) for row in rows]

    def facts(self, e164: str, lead_id: int | None, now: int) -> GateFacts:
        """What the gate would be told of a dial at `now`: to explain a decision without making it.

        Raises:
            NotFound: there is no such lead.
        """
        return facts.of_number(self._core, e164, lead_id, now)

    def _repeated(self, attempt_id: int) -> Attempt:
        attempt = to_attempt(read(self._core, attempt_id))
        if attempt.decision.allowed and (attempt.invited_at is not None or attempt.ended_at is not None):
            raise Settled("this lead has been dialed already; claim it again to dial once more")
        return attempt

    def _open(
        self,
        standing: Standing,
        claim: Claim,
        number: Phone,
        decision: Decision,
        who: tuple[str, int | None, str],
    ) -> int:
        core, lead, plan, call = self._core, standing.lead, standing.plan, standing.plan.call
        rep, shift_id, caller_id = who
        kind = call.kind.value if call else ""
        attempt_id = core.engine.rows(
            _OPEN,
            token=claim.token,
            lead_id=lead.id,
            phone_id=number.id,
            e164=number.e164,
            rep=rep,
            shift_id=shift_id,
            campaign=lead.campaign,
            source=lead.source,
            cadence=plan.cadence,
            cadence_version=plan.version,
            call_kind=kind,
            step=call.step if call else 0,
            lane=int(claim.lane),
            planned_at=call.due_at if call else None,
            caller_id=caller_id,
            allowed=int(decision.allowed),
            rules_version=decision.rules_version,
            decision=msgspec.json.encode(decision).decode(),
            opened_at=decision.at,
        )[0]["id"]
        core.log.tell(
            "attempt.opened",
            rep,
            lead_id=lead.id,
            attempt_id=attempt_id,
            e164=number.e164,
            caller_id=caller_id,
            call_kind=kind,
            step=call.step if call else 0,
            rules_version=decision.rules_version,
        )
        return int(attempt_id)

    def _hold_for_call(self, standing: Standing, attempt_id: int, rep: str, now: int) -> None:
        core, lead_id = self._core, standing.lead.id
        core.engine.run(
            "update queue set due_at = :until where lead_id = :lead", until=now + CALL_LEASE_MS, lead=lead_id
        )
        core.engine.run("update lead set attempts = attempts + 1 where id = :lead", lead=lead_id)
        if standing.plan.call is not None and standing.plan.call.kind is CallKind.CALLBACK:
            callbacks.keep(core, lead_id, attempt_id, rep)

    def _block(self, standing: Standing, attempt_id: int, number: Phone, decision: Decision) -> None:
        core = self._core
        row = read(core, attempt_id)
        end = CallEnd(Result.BLOCKED, decision.at, reason=decision.why, ended_by="gate")
        close(core, row, end, "attempt.blocked", plan_before=standing.plan)
        permanent = decision.next_at is None
        blocked = Blocked(
            decision.next_at, number.e164, permanent=permanent, why=decision.why, at=decision.at
        )
        plans.move(core, standing, blocked, rep=row["rep"], why=decision.why)


def _number(standing: Standing, phone: Phone) -> Phone:
    """The lead's own number, as it is now."""
    for known in standing.lead.working:
        if known.e164 == phone.e164:
            return known
    raise NotFound(
        f"{standing.lead.name or 'the lead'} has no number {phone.e164} that may be dialed".replace("  ", " ")
    )
