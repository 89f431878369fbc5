"""Putting a disposition right when it is too late for an undo: a new record; what the rep said stays.

The lead may have moved on since, so its plan is not played again. Only what
must not be missed follows from a correction: a do-not-call is listed at once,
a number found wrong is marked, and a firm end (won, refused) ends a lead that
is still open. An end that was wrong opens nothing: that is for a new inquiry.
"""

from __future__ import annotations

from dataclasses import dataclass

from cadence.dispositions import Disposition
from cadence.happenings import Called, PhoneMarkedBad
from cadence.model import LeadStatus, Result
from config.errors import UsageError
from store import plans
from store.attempt_rows import read
from store.core import Core
from store.dnc import Dnc
from store.engine import Row
from store.errors import Settled
from store.wrapup import named, said_in

# What stands of an attempt `a`: its newest correction, joined as `c`, else the rep's own word.
NEWEST = "left join correction c on c.id = (select max(k.id) from correction k where k.attempt_id = a.id)"
STANDING = "coalesce(c.disposition, a.disposition)"

_COLUMNS = "id, attempt_id, disposition, instead_of, at, by, login, why"


@dataclass(frozen=True, slots=True)
class Correction:
    """One disposition put right."""

    id: int
    attempt_id: int
    disposition: str
    instead_of: str  # what stood before: the rep's word, or an earlier correction; empty: nothing
    at: int
    by: str
    login: str  # of the machine
    why: str


class Corrections:
    """`store.corrections`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def correct(self, attempt_id: int, code: str, by: str, why: str, login: str = "") -> Correction:
        """Say what the attempt's disposition should have been. Whether `by` may, is asked before.

        Raises:
            UsageError: no such disposition, one that wants a time, or no reason.
            Settled: the attempt has not ended, was never dialed, or says so already.
            NotFound: there is no such attempt.
        """
        core = self._core
        if not why.strip():
            raise UsageError("a correction needs a reason: it stands beside what the rep said")
        said = named(core, code, 0)
        if said.callback:
            raise UsageError(f"{said.label} agrees a time with a lead; a correction cannot")
        with core.write():
            row = read(core, attempt_id, lock=True)
            before = self._standing(row)
            if row["ended_at"] is None:
                raise Settled("the call has not ended yet; its rep will say what it was")
            if not row["allowed"]:
                raise Settled("the gate refused this attempt: nothing was said in it")
            if before == code:
                raise Settled(f"attempt {attempt_id} is recorded as {code} already")
            made = self._write(row, code, before, (by, login, why.strip()))
            self._follow_up(row, said, by)
        return made

    def of(self, attempt_id: int) -> list[Correction]:
        """The corrections of an attempt, oldest first."""
        rows = self._core.engine.rows(
            f"select {_COLUMNS} from correction where attempt_id = :id order by id",  # noqa: S608
            id=attempt_id,
        )
        return [Correction(**row) for row in rows]

    def _standing(self, row: Row) -> str:
        earlier = self.of(row["id"])
        return earlier[-1].disposition if earlier else (row["disposition"] or "")

    def _write(self, row: Row, code: str, before: str, who: tuple[str, str, str]) -> Correction:
        core, (by, login, why) = self._core, who
        now = core.now()
        made = core.engine.rows(
            """insert into correction(attempt_id, disposition, instead_of, at, by, login, why)
                values (:attempt, :code, :before, :at, :by, :login, :why) returning id""",
            attempt=row["id"],
            code=code,
            before=before,
            at=now,
            by=by,
            login=login,
            why=why,
        )[0]["id"]
        core.log.tell(
            "attempt.corrected",
            by,
            lead_id=row["lead_id"],
            attempt_id=row["id"],
            disposition=code,
            instead_of=before,
            why=why,
            login=login,
        )
        return Correction(made, row["id"], code, before, now, by, login, why)

    def _follow_up(self, row: Row, said: Disposition, by: str) -> None:
        core = self._core
        if said.dnc:
            Dnc(core).add(row["e164"], by, said_in(row))
        if row["lead_id"] is None:
            return
        if said.unworkable:
            core.engine.run("update phone set bad = :bad where id = :id", bad=plans.BAD, id=row["phone_id"])
        before = plans.read(core, row["lead_id"], lock=True)
        if before.plan.status is not LeadStatus.OPEN:
            return
        if said.unworkable:
            happened = PhoneMarkedBad(row["e164"], core.now())
            plans.move(core, before, happened, rep=by, why="a disposition was corrected", held=True)
        elif said.final:
            told = Called(Result(row["result"]), said, row["ended_at"], e164=row["e164"], rep=row["rep"])
            plans.move(core, before, told, rep=by, why="a disposition was corrected", held=True)
