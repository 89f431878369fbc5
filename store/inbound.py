"""Calls that come in: whose the number is, what an answer opens, and what becomes of a call nobody took.

One SIP call is one attempt or one missed call, however many desks tell of it
and however often. Whoever answers has the lead: a rep who only looked at the
card loses it, one who is in a call with the lead keeps it. A number of nobody
becomes a lead, if it is a number one can call, and not on the do-not-call list.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cadence import numbers
from cadence.happenings import CalledUs
from cadence.model import Check, Decision, Lane, LeadStatus, Phone
from config.text import for_header
from store import facts, plans, recovery, ringing
from store.arrivals import BY_CALLING, call_ref, insert_lead, new_caller, storable
from store.attempt_rows import read, to_attempt
from store.core import Core
from store.dialing import CALL_LEASE_MS, CameIn, Dial, Dialer, open_attempt
from store.engine import Row
from store.errors import Settled, StoreError
from store.history import MISSED
from store.leads import Leads
from store.leases import claim_of, free, take
from store.plans import Standing
from store.records import Alive, Attempt, Caller, Claim, Missed, NewLead

_LONGEST_NUMBER = 40
_ENDS = (LeadStatus.WON, LeadStatus.REFUSED)

# Another rep is in a call with the lead. A message that plays by itself holds nobody (Attempts.let_go).
_IN_CALL = """select a.id, a.shift_id, a.opened_at from attempt a left join queue q on q.lead_id = a.lead_id
    where a.lead_id = :lead and a.ended_at is null and a.rep <> :rep
        and (q.lead_id is null or q.token = a.token) order by a.id"""

# Somebody speaks with them, or did at that moment or since.
_SPEAKING = """select a.id, a.shift_id, a.opened_at, a.ended_at, a.disposition
    from attempt a left join queue q on q.lead_id = a.lead_id
    where (a.lead_id = :lead or (a.lead_id is null and a.e164 = :number)) and a.answered_at is not null
        and case when a.ended_at is null then q.lead_id is null or q.token = a.token
            else a.ended_at > :at end order by a.id"""

_T = TypeVar("_T")


class _OvertakenError(StoreError):
    """Another transaction made the lead of this number first."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that came in, as one desk tells of it."""

    heard: str  # E.164 where it can be called, else as it came
    name: str
    sip_call_id: str
    at: int  # answered, or given up

    @property
    def callable(self) -> bool:
        """Whether there is a number to call back."""
        return self.heard.startswith("+")


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
            ringing.over(self._core, storable(sip_call_id))

    def recover(self, rep: str | None = None, alive: Alive | None = None) -> list[Missed]:
        """Keep as missed, at the time they rang, those whom dead sessions left ringing; the missed calls.

        `rep` and `alive` as in `Attempts.recover`. Whom anybody answered, kept
        or still has ringing is not among them.
        """
        found = [self._left_ringing(row, alive) for row in ringing.left(self._core, rep, alive)]
        return [missed for missed in found if missed is not None]

    def _left_ringing(self, row: Row, alive: Alive | None) -> Missed | None:
        core = self._core
        call = _Call(row["number"], row["name"], row["sip_call_id"], row["at"])

        def settle() -> Missed | None:
            if ringing.kept(core, call.sip_call_id):
                ringing.over(core, call.sip_call_id)
                return None
            if ringing.rings_on(core, call.sip_call_id, alive):
                return None
            return self._missed(call, row["rep"], ringing.WHY)

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
                return self._missed(call, rep, why)
            ringing.over_at(self._core, call.sip_call_id, rep)
            caller = self.ring(number)
            return Missed(caller.lead_id, caller.name, call.heard, first=False)

        return self._once(call, keep)

    def _heard(self, number: str) -> str:
        e164 = numbers.e164(number, self._core.region)
        return e164 or storable(for_header(number))[:_LONGEST_NUMBER]

    def _call(self, number: str, name: str, sip_call_id: str, at: int) -> _Call:
        return _Call(self._heard(number), name, storable(sip_call_id), at)

    def _once(self, call: _Call, work: Callable[[], _T]) -> _T:
        """Do `work` in a transaction of its own, alone with this call; again where it was overtaken."""
        try:
            return self._alone(call, work)
        except _OvertakenError:
            return self._alone(call, work)

    def _alone(self, call: _Call, work: Callable[[], _T]) -> _T:
        with self._core.write():
            self._core.engine.alone(f"call {call.sip_call_id or call.heard}")
            return work()

    # ---- answered

    def _answer(self, call: _Call, by: Dialer) -> tuple[Attempt, Claim | None]:
        core = self._core
        ringing.over(core, call.sip_call_id)
        before = self._attempt_of(call)
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

    def _attempt_of(self, call: _Call) -> Row | None:
        rows = self._core.engine.rows(
            "select * from attempt where sip_call_id = :sip and direction = 'in' and sip_call_id <> ''",
            sip=call.sip_call_id,
        )
        return rows[0] if rows else None

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

    def _whose(self, call: _Call, rep: str) -> tuple[Standing | None, Phone]:
        """The lead that is spoken with, locked and free for `rep`; None: it is an attempt of no lead."""
        core = self._core
        lead_id = self._lead_of(call, spoken_with=True)
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
        if standing.due_at is not None and standing.due_at > core.now():
            why = f"they called, and {rep} answered"
            core.log.tell("lead.released", standing.rep or "", lead_id=lead_id, why=why)
        else:
            core.log.tell("lead.expired", rep, lead_id=lead_id, held_by=standing.rep)
            recovery.settle_lead(core, lead_id)
        free(core, lead_id)
        return plans.read(core, lead_id)

    def _lead_of(self, call: _Call, *, spoken_with: bool) -> int | None:
        """The lead that has the number; a new one where nobody has it and it may be called."""
        core = self._core
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
            raise _OvertakenError(
                f"the lead of {call.heard} was just made by somebody else; tell of the call again"
            )
        return made

    # ---- missed

    def _missed(self, call: _Call, rep: str, why: str) -> Missed:
        core = self._core
        ringing.over(core, call.sip_call_id)
        before = self._miss_of(call) or self._attempt_of(call)
        if before is not None:
            return self._what_became(before["lead_id"], call)
        lead_id = self._lead_of(call, spoken_with=False)
        outcome = "kept" if lead_id is None else self._plan_return(lead_id, call, rep)
        core.engine.run(
            """insert into missed_call(sip_call_id, number, lead_id, rep, at, why)
                values (:sip, :number, :lead, :rep, :at, :why)""",
            sip=call.sip_call_id,
            number=call.heard,
            lead=lead_id,
            rep=rep,
            at=call.at,
            why=why,
        )
        core.log.tell(
            "call.missed",
            rep,
            lead_id=lead_id,
            number=call.heard,
            sip_call_id=call.sip_call_id,
            missed_at=call.at,
            why=why,
            outcome=outcome,
        )
        return self._what_became(lead_id, call)

    def _miss_of(self, call: _Call) -> Row | None:
        rows = self._core.engine.rows(
            "select lead_id from missed_call where sip_call_id = :sip and sip_call_id <> ''",
            sip=call.sip_call_id,
        )
        return rows[0] if rows else None

    def _what_became(self, lead_id: int | None, call: _Call) -> Missed:
        if lead_id is None:
            return Missed(None, "", call.heard, first=False)
        standing = plans.read(self._core, lead_id)
        planned = standing.plan.call
        first = planned is not None and planned.lane is Lane.RETURNED
        return Missed(lead_id, standing.lead.name, call.heard, first)

    def _plan_return(self, lead_id: int, call: _Call, rep: str) -> str:
        """Plan what the missed call asks for, and say what that was: returned, review, speaking or kept."""
        core = self._core
        standing = plans.read(core, lead_id, lock=True)
        if self._speaking(lead_id, call):
            return "speaking"
        listed = bool(facts.suppressed(core, call.heard, standing.lead.email))
        if listed and standing.plan.status in _ENDS:
            return "kept"
        if standing.plan.status is not LeadStatus.OPEN:
            asked = NewLead(source=BY_CALLING, arrived_at=call.at, ref=call_ref(call.sip_call_id))
            Leads(core).inquire(lead_id, asked)
        self._call_first(lead_id, call)
        standing = plans.read(core, lead_id)
        happened = CalledUs(call.at, listed=listed)
        plan = plans.move(core, standing, happened, rep=rep, why=MISSED, held=True)
        return "returned" if plan.call is not None and plan.call.lane is Lane.RETURNED else "review"

    def _speaking(self, lead_id: int, call: _Call) -> bool:
        """Whether somebody speaks with them; a call that a dead session left open is closed, and is none."""
        core = self._core
        for row in core.engine.rows(_SPEAKING, lead=lead_id, number=call.heard, at=call.at):
            said = core.book.dispositions.by_code.get(row["disposition"] or "")
            if said is not None and not said.human:
                continue  # a machine was spoken to
            if row["ended_at"] is not None or not recovery.bury(core, row):
                return True
        return False

    def _call_first(self, lead_id: int, call: _Call) -> None:
        """They are called back on the number they called from."""
        moved = self._core.engine.run(
            """update phone set position = (select min(p.position) - 1 from phone p where p.lead_id = :lead)
                where e164 = :e164 and exists (select 1 from phone p where p.lead_id = :lead
                    and p.id <> phone.id and p.position <= phone.position)""",
            lead=lead_id,
            e164=call.heard,
        )
        if moved:
            self._core.log.tell("lead.changed", lead_id=lead_id, fields=["number to call first"])


def _number_of(standing: Standing, e164: str) -> Phone:
    """The lead's number that they called from, also one that is marked wrong."""
    return next(phone for phone in standing.lead.phones if phone.e164 == e164)
