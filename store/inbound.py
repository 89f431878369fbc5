"""Calls that come in: whose the number is, what an answer opens, and what becomes of a call nobody took.

One SIP call is one attempt or one missed call, however many desks tell of it
and however often. Whoever answers has the lead: a rep who only looked at the
card loses it, one who is in a call with the lead keeps it. A number of nobody
becomes a lead, if it is a number one can call, and not on the do-not-call list.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

from cadence import numbers
from cadence.model import Check, Decision, Phone
from config.text import for_header
from store import facts, missed, plans, recovery, ringing
from store.arrivals import storable
from store.attempt_rows import read, to_attempt
from store.core import Core
from store.dialing import CALL_LEASE_MS, CameIn, Dial, Dialer, open_attempt
from store.engine import Row
from store.errors import Settled
from store.incoming import IncomingCall, OvertakenError, attempt_of, call_id, lead_of
from store.leases import claim_of, free, take
from store.plans import Standing
from store.records import Alive, Attempt, Caller, Claim, Missed

_LONGEST_NUMBER = 40

# Another rep is in a call with the lead. A message that plays by itself holds nobody (Attempts.let_go).
_IN_CALL = """select a.id, a.shift_id, a.opened_at from attempt a left join queue q on q.lead_id = a.lead_id
    where a.lead_id = :lead and a.ended_at is null and a.rep <> :rep
        and (q.lead_id is null or q.token = a.token) order by a.id"""

_T = TypeVar("_T")


class Inbound:
    """`store.inbound`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def ring(self, number: str) -> Caller:
        """Whose `number` is; reads only, and knows a number however it is written."""
        core = self._core
        heard = self._heard(number)
        rows = core.engine.rows("select lead_id from phone where e164 = :e164", e164=heard)
        if not rows:
            return Caller(heard, suppressed=facts.suppressed(core, heard, "") if heard else "")
        standing = plans.read(core, rows[0]["lead_id"])
        lead = standing.lead
        held = standing.rep is not None and standing.due_at is not None and standing.due_at > core.now()
        return Caller(
            heard,
            lead.id,
            lead.name,
            lead.company,
            standing.plan.status,
            lead.owner,
            standing.rep or "" if held else "",
            facts.suppressed(core, heard, lead.email),
        )

    def rings(self, number: str, name: str, sip_call_id: str, rep: str, shift_id: int, at: int) -> Caller:
        """Keep that somebody rings at the desk of `rep` since `at` (ms UTC); whose number it is.

        If that desk dies with nobody having kept what became of the call, `recover`
        makes it a missed one. Told twice, it is one.
        """
        call = self._call(number, name, sip_call_id, at)

        def begin() -> Caller:
            if call.sip_call_id:
                desk = ringing.Desk(rep, shift_id)
                ringing.begin(self._core, call.heard, storable(name), call.sip_call_id, desk, at)
            return self.ring(number)

        return self._alone(call, begin)

    def taken_elsewhere(self, sip_call_id: str) -> None:
        """A call that rang here was answered on another phone: nobody has missed it."""
        with self._core.write():
            ringing.over(self._core, call_id(sip_call_id))

    def recover(self, rep: str | None = None, alive: Alive | None = None) -> list[Missed]:
        """Keep as missed, at the time they rang, those whom dead sessions left ringing; the missed calls.

        `rep` and `alive` as in `Attempts.recover`. Whom anybody answered, kept
        or still has ringing is not among them.
        """
        found = [self._left_ringing(row, alive) for row in ringing.left(self._core, rep, alive)]
        return [one for one in found if one is not None]

    def forget(self) -> int:
        """Remove what rang a day ago or more, at desks that have closed since (`store.ringing`); how many."""
        return ringing.forget(self._core)

    def _left_ringing(self, row: Row, alive: Alive | None) -> Missed | None:
        core = self._core
        call = IncomingCall(row["number"], row["name"], row["sip_call_id"], row["at"])

        def settle() -> Missed | None:
            if ringing.kept(core, call.sip_call_id):
                ringing.over(core, call.sip_call_id)
                return None
            if ringing.rings_on(core, call.sip_call_id, alive):
                return None
            return missed.keep(core, call, row["rep"], ringing.WHY)

        return self._once(call, settle)

    def answer(
        self, number: str, name: str, sip_call_id: str, rep: str, shift_id: int | None, at: int
    ) -> tuple[Attempt, Claim | None]:
        """Open the attempt of a call that `rep` answered at `at` (ms UTC), with its lead in their hands.

        No claim: the number is withheld or no telephone number, the lead is in
        another rep's call, or the caller is a stranger on the do-not-call list.
        Told twice by the same rep, it is one attempt.

        Raises:
            Settled: another rep has answered this call.
        """
        call = self._call(number, name, sip_call_id, at)
        return self._once(call, lambda: self._answer(call, Dialer(rep, shift_id, "")))

    def missed(self, number: str, name: str, sip_call_id: str, rep: str, at: int, why: str) -> Missed:
        """Keep a call that nobody answered; `why` says what this desk did (busy, not ready, no answer).

        Its lead is called before all others; one that was won or refused asks
        again by it, and one that wants no contact goes to a person. Where
        somebody speaks with them at that moment, nothing is planned. While it
        rings at another desk it is that desk's to keep, and nobody has missed
        it yet. Told twice, or by several desks, it is one missed call.
        """
        call = self._call(number, name, sip_call_id, at)

        def keep() -> Missed:
            if not ringing.rings_on(self._core, call.sip_call_id, None, besides=rep):
                return missed.keep(self._core, call, rep, why)
            ringing.over_at(self._core, call.sip_call_id, rep)
            caller = self.ring(number)
            return Missed(caller.lead_id, caller.name, call.heard, first=False)

        return self._once(call, keep)

    def _heard(self, number: str) -> str:
        e164 = numbers.e164(number, self._core.region)
        return e164 or storable(for_header(number))[:_LONGEST_NUMBER]

    def _call(self, number: str, name: str, sip_call_id: str, at: int) -> IncomingCall:
        return IncomingCall(self._heard(number), name, call_id(sip_call_id), at)

    def _once(self, call: IncomingCall, work: Callable[[], _T]) -> _T:
        """Do `work` in a transaction of its own, alone with this call; again where it was overtaken."""
        try:
            return self._alone(call, work)
        except OvertakenError:
            return self._alone(call, work)

    def _alone(self, call: IncomingCall, work: Callable[[], _T]) -> _T:
        with self._core.write():
            self._core.engine.alone(f"call {call.sip_call_id or call.heard}")
            return work()

    # ---- answered

    def _answer(self, call: IncomingCall, by: Dialer) -> tuple[Attempt, Claim | None]:
        core = self._core
        ringing.over(core, call.sip_call_id)
        before = attempt_of(core, call)
        if before is not None:
            return self._repeated(before, by.rep)
        standing, phone = self._whose(call, by.rep)
        now, token = core.now(), secrets.randbits(62)
        check = Check("inbound", call.heard or "withheld", True, "They called us; the gate is not asked.")
        decision = Decision(True, now, core.book.gate.version, (check,))
        dial = Dial(token, phone, decision, by, standing, by_hand=True)
        attempt_id = open_attempt(core, dial, CameIn(call.sip_call_id, call.at))
        lead_id = standing.lead.id if standing else None
        core.log.tell("attempt.answered", by.rep, lead_id=lead_id, attempt_id=attempt_id, answered_at=call.at)
        claim = None
        if standing is not None:
            claim = take(core, standing, phone, token, by.rep, now + CALL_LEASE_MS, "another lead called")
        return to_attempt(read(core, attempt_id)), claim

    def _repeated(self, row: Row, rep: str) -> tuple[Attempt, Claim | None]:
        core = self._core
        if row["rep"] != rep:
            raise Settled(f"{row['rep']} has answered this call")
        if row["lead_id"] is None or row["ended_at"] is not None:
            return to_attempt(row), None
        standing = plans.read(core, row["lead_id"])
        now = core.now()
        until = standing.due_at or now + CALL_LEASE_MS
        phone = _number_of(standing, row["e164"])
        return to_attempt(row), claim_of(core, standing, phone, row["token"], until, now)

    def _whose(self, call: IncomingCall, rep: str) -> tuple[Standing | None, Phone]:
        """The lead that is spoken with, locked and free for `rep`; None: it is an attempt of no lead."""
        core = self._core
        lead_id = lead_of(core, call, spoken_with=True)
        if lead_id is None:
            return None, Phone(0, call.heard)
        standing = plans.read(core, lead_id, lock=True)
        others = core.engine.rows(_IN_CALL, lead=lead_id, rep=rep)
        if any(not recovery.bury(core, row) for row in others):
            return None, Phone(0, call.heard)
        if others:
            standing = plans.read(core, lead_id)
        if standing.rep not in (None, rep):
            standing = self._taken_from(standing, rep)
        return standing, _number_of(standing, call.heard)

    def _taken_from(self, standing: Standing, rep: str) -> Standing:
        """Whoever has the lead on the card has it no more."""
        core, lead_id = self._core, standing.lead.id
        if standing.due_at is None or standing.due_at <= core.now():
            return recovery.take_expired(core, standing, rep)
        why = f"they called, and {rep} answered"
        core.log.tell("lead.released", standing.rep or "", lead_id=lead_id, why=why)
        free(core, lead_id)
        return plans.read(core, lead_id)


def _number_of(standing: Standing, e164: str) -> Phone:
    """The lead's number that they called from, also one that is marked wrong."""
    return next(phone for phone in standing.lead.phones if phone.e164 == e164)
