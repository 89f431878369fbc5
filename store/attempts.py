"""Attempts: one INVITE each, or one that the gate refused; written as they happen, closed once.

The decision of the gate and the attempt are one transaction, so no dial goes
out that is not on disk with the reason why it may. Every step may be repeated
after a crash or a lost acknowledgement without a second effect.
"""

from __future__ import annotations

from typing import Literal

from cadence.gate import GateFacts
from cadence.happenings import Blocked
from cadence.model import Decision, Phone, Plan
from store import by_hand, facts, help_calls, lone, overrides, plans, recovery, second_line, wrapup
from store.attempt_rows import close, read, to_attempt
from store.core import Core
from store.dialing import CALL_LEASE_MS, Dial, Dialer, close_refused, hold_for_call, open_attempt
from store.errors import NotFound, Settled
from store.help_calls import HelpCall
from store.leases import held
from store.plans import Standing
from store.records import Alive, Attempt, CallEnd, Claim, Finished

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
            decision, override = overrides.decide(core, facts.gather(core, standing, number, now), now)
            dialer = Dialer(rep, shift_id, caller_id)
            attempt_id = open_attempt(core, Dial(claim.token, number, decision, dialer, standing))
            if decision.allowed:
                hold_for_call(core, standing, attempt_id, rep, now)
                if override is not None:
                    overrides.use(core, override, attempt_id, rep, standing.lead.id)
            else:
                self._block(standing, attempt_id, number, decision)
            return to_attempt(read(core, attempt_id))

    def begin_by_hand(
        self, typed: str, rep: str, shift_id: int | None = None, caller_id: str = ""
    ) -> tuple[Attempt, Claim | None]:
        """Dial what a person typed, through the same gate. See `store.by_hand`.

        A lead's number is an attempt of that lead, which is then in the rep's
        hands (the claim); what they say of it moves its plan. Any other number
        is an attempt of no lead. An emergency number always goes out.

        Raises:
            UsageError: no telephone number can be read out of `typed`.
            Settled: another rep has the lead of that number in hand.
        """
        with self._core.write():
            return by_hand.begin(self._core, typed, Dialer(rep, shift_id, caller_id))

    def begin_beside(
        self,
        typed: str,
        rep: str,
        shift_id: int | None,
        caller_id: str,
        beside: int,
        *,
        colleague: bool = False,
    ) -> Attempt:
        """Dial the second line while the call of attempt `beside` goes on. See `store.second_line`.

        It is an attempt of no lead that closes by itself, and no contact of
        anybody's. A `colleague` of the settings, and an extension of the
        firm's own exchange, are not asked of the gate; any other number is,
        and a refusal is an attempt as well.

        Raises:
            UsageError: no number can be read out of `typed`.
            Settled: the call of `beside` is not going on, or is not this rep's.
            NotFound: there is no such attempt.
        """
        with self._core.write():
            by = Dialer(rep, shift_id, caller_id)
            return second_line.begin(self._core, typed, by, beside, colleague=colleague)

    def keep_help(self, call: HelpCall, rep: str, shift_id: int | None = None) -> int:
        """Write what is known by now of a call for help; its attempt. See `store.help_calls`.

        Safe to repeat, and each telling is enough: what an earlier one would have written is in it.

        Raises:
            UsageError: the number is no emergency number.
        """
        with self._core.write():
            attempt_id = help_calls.opened(self._core, call, rep, shift_id)
            if call.invited_at is not None:
                self.instant(attempt_id, "invited", call.invited_at, call.sip_call_id)
            if call.ringing_at is not None:
                self.instant(attempt_id, "ringing", call.ringing_at)
            if call.answered_at is not None:
                self.instant(attempt_id, "answered", call.answered_at, secure=call.secure)
            if call.end is not None:
                self.finish(attempt_id, call.end, rep)
            return attempt_id

    def may_be_given_to(self, typed: str) -> tuple[str, Decision]:
        """What would be dialed if a call were given to `typed` at once, and the gate's word on it.

        An extension of the firm's own exchange is not asked of the gate. An
        override is for a dial of ours and is not used here.

        Raises:
            UsageError: no number can be read out of `typed`.
        """
        return second_line.judge(self._core, typed)

    def transferred(
        self, attempt_id: int, target: str, done: bool, attended: bool, at: int, reason: str = ""
    ) -> None:
        """Keep what became of giving the call to `target` at `at` (ms UTC): `done`, or refused with a reason.

        `attended`: after a word on the second line. Told twice, it stands once.

        Raises:
            NotFound: there is no such attempt.
        """
        with self._core.write():
            told = second_line.Transfer(target, done, attended, at, reason)
            second_line.keep_transfer(self._core, attempt_id, told)

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

    def let_go(self, attempt_id: int) -> None:
        """A message plays in the call and its rep goes on: nobody holds the lead, and nobody gets it.

        `finish` and `dispose` follow when the call has ended; should its desk
        die, `recover` settles the attempt like any other.

        Raises:
            NotFound: there is no such attempt.
        """
        core = self._core
        with core.write():
            row = read(core, attempt_id, lock=True)
            if row["ended_at"] is not None or row["lead_id"] is None:
                return
            changed = core.engine.run(
                "update queue set rep = null, token = null, prior = null, due_at = :until"
                " where lead_id = :lead and token = :token",
                until=core.now() + CALL_LEASE_MS,
                lead=row["lead_id"],
                token=row["token"],
            )
            if changed:
                core.log.tell("attempt.message", row["rep"], lead_id=row["lead_id"], attempt_id=attempt_id)

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
                    settle = wrapup.settle_automatically if row["lead_id"] is not None else lone.settle
                    settle(core, row, rep)
                row = read(core, attempt_id)
            if row["plan_before"] is None:
                return Finished(None, None, settled=False)
            disposition = core.book.dispositions.by_code.get(row["disposition"] or "")
            lead_id = row["lead_id"]
            plan = plans.read(core, lead_id).plan if lead_id is not None else None
            return Finished(disposition, plan, settled=True)

    def dispose(
        self, attempt_id: int, code: str, rep: str, callback_at: int | None = None, note: str = ""
    ) -> Plan | None:
        """Record what the rep says of the attempt, and plan what comes next; None after a call of no lead.

        Repeated with the same code, it changes nothing. An attempt that a
        recovery closed may still be disposed of while nobody has touched the lead.

        Raises:
            UsageError: no such disposition, a callback without its time, or one with nobody to call back.
            Settled: it has another disposition (see `undo`), has not ended, or the lead has moved on.
            NotFound: there is no such attempt.
        """
        with self._core.write():
            if read(self._core, attempt_id)["lead_id"] is None:
                lone.dispose(self._core, attempt_id, code, rep, note)
                return None
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

    def _block(self, standing: Standing, attempt_id: int, number: Phone, decision: Decision) -> None:
        """Close a refused attempt out of the queue; the lead is planned past the refusal."""
        core = self._core
        close_refused(core, attempt_id, decision, plans.plan_to_json(standing.plan))
        blocked = Blocked(
            decision.next_at,
            number.e164,
            permanent=decision.next_at is None,
            why=decision.why,
            at=decision.at,
        )
        plans.move(core, standing, blocked, rep=read(core, attempt_id)["rep"], why=decision.why)


def _number(standing: Standing, phone: Phone) -> Phone:
    """The lead's own number, as it is now."""
    for known in standing.lead.working:
        if known.e164 == phone.e164:
            return known
    raise NotFound(
        f"{standing.lead.name or 'the lead'} has no number {phone.e164} that may be dialed".replace("  ", " ")
    )
