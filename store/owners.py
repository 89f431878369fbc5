"""Whose a lead is: given to another rep or to the team, one by one or all that a rep has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cadence.happenings import Reassigned
from config.errors import UsageError
from store import plans
from store.core import Core

_SLICE = 100  # leads a transaction: reps at work have their turn between two

# What is of a rep: leads, agreed callbacks, and those that stand behind a returned call.
_OF = """select id from (select id from lead where owner = :rep and owner <> ''
        union select lead_id from queue where owner = :rep and owner is not null
        union select id from lead where promised_to = :rep) theirs
    where id > :after order by id limit :limit"""


@dataclass(frozen=True, slots=True)
class HandOver:
    """To whom, by whose word, and why; `of` leaves alone what is not that rep's."""

    to: str  # login; empty: the team
    by: str
    why: str = ""
    login: str = ""  # of the machine it was said from
    of: str = ""  # empty: whosever it was


def assign(core: Core, lead_ids: Sequence[int], told: HandOver) -> None:
    """Give the leads, and the callbacks agreed with them, to another; all of them or none.

    Raises:
        NotFound: there is no such lead.
    """
    with core.write():
        for lead_id in sorted(set(lead_ids)):  # in one order, as everybody locks them
            _assign(core, lead_id, told)


def _assign(core: Core, lead_id: int, told: HandOver) -> None:
    before = plans.read(core, lead_id, lock=True)
    lead = before.lead
    if told.of in ("", lead.owner):
        core.engine.run("update lead set owner = :owner where id = :id", owner=told.to, id=lead_id)
        lead = replace(lead, owner=told.to)
    plans.advance_by(core, replace(before, lead=lead), Reassigned(told.to, core.now(), told.of), held=True)
    core.log.tell(
        "lead.assigned",
        told.by,
        lead_id=lead_id,
        owner=told.to,
        was=told.of or before.lead.owner,
        why=told.why,
        login=told.login,
    )


def assign_all(core: Core, told: HandOver) -> int:
    """Give everything that is `told.of`'s to another; how many leads. Repeated after a crash, it goes on.

    Raises:
        UsageError: to the same rep.
    """
    if told.of == told.to:
        raise UsageError(f"{told.of} has them already; name another rep, or the team")
    count = after = 0
    while True:
        with core.write():
            found = core.engine.rows(_OF, rep=told.of, after=after, limit=_SLICE)
            assign(core, [row["id"] for row in found], told)
        if not found:
            return count
        count, after = count + len(found), found[-1]["id"]
