"""The audit: no lead is lost. It asks the tables themselves and trusts no constraint.

An open lead has exactly one next action with a date; nobody holds a lead by
a lease that has run out and been forgotten; a promise has its call; a live
number of an open lead is in no dead end. Beside that it names what of the
recordings somebody should know of: that is no lost lead, and mends itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from cadence.model import Lane
from config.text import counted
from store.core import Core
from store.engine import Row
from store.recording_rows import CallRecording, untold
from store.store import Store


@dataclass(frozen=True, slots=True)
class Ghost:
    """A lead, or a row of one, that the audit objects to."""

    lead_id: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit found. `ghosts` must be empty; the counts tell the size of the floor."""

    clean: bool
    summary: str  # one sentence
    leads: int
    open: int
    with_call: int
    with_mail: int
    overdue: int  # calls that could have been made an hour ago
    oldest_due_at: int | None  # when the longest waiting call came due
    unfinished: int  # attempts in progress, or waiting for their disposition
    ghosts: tuple[Ghost, ...]
    untold: tuple[CallRecording, ...] = ()  # kept, and the notice was not heard to its end: they will go
    left_to_rep: int = 0  # kept recordings of which the rep had to tell them
    unerased: tuple[tuple[str, int], ...] = ()  # machines, and how many deleted ones they may still have


# Each finds leads (id, name) that the key says is wrong of.
_GHOSTS = {
    "open, and nothing is planned for it": """
        select l.id, l.name from lead l left join queue q on q.lead_id = l.id
        where l.status = 'open' and q.lead_id is null order by l.id limit 100""",
    "planned without a date": """
        select l.id, l.name from queue q join lead l on l.id = q.lead_id
        where q.call_at is null and q.mail_at is null order by l.id limit 100""",
    "ended, and still in the queue": """
        select l.id, l.name from queue q join lead l on l.id = q.lead_id
        where l.status <> 'open' order by l.id limit 100""",
    "queued for a lead that does not exist": """
        select q.lead_id as id, '' as name from queue q left join lead l on l.id = q.lead_id
        where l.id is null order by q.lead_id limit 100""",
    "promised a callback, and no call of any kind is planned": """
        select l.id, l.name from callback c join lead l on l.id = c.lead_id
        left join queue q on q.lead_id = l.id
        where c.settled_at is null and q.call_at is null order by l.id limit 100""",
}


def audit(store: Store) -> AuditReport:
    """Look at every lead once."""
    core = store.core
    now = core.now()
    ghosts = tuple(
        Ghost(row["id"], row["name"], why) for why, sql in _GHOSTS.items() for row in core.engine.rows(sql)
    )
    counts = _counts(core, now)
    lost = f"{counted(len(ghosts), 'lead')} {'is' if len(ghosts) == 1 else 'are'}"
    return AuditReport(
        clean=not ghosts,
        summary=f"{counted(counts['open'], 'open lead')}, each with its next action"
        if not ghosts
        else f"{lost} lost, the first: {ghosts[0].lead_id} is {ghosts[0].why}",
        ghosts=ghosts,
        untold=tuple(untold(core, "", None, 100)),
        **_of_recordings(core),
        **counts,
    )


def _of_recordings(core: Core) -> Row:
    left = core.engine.rows(
        "select count(*) as left_to_rep from recording where state = 'kept' and told_by = 'rep'"
    )[0]
    waiting = core.engine.rows(
        "select host, count(*) as n from recording where unwanted = 1 group by host order by host"
    )
    return {**left, "unerased": tuple((row["host"], row["n"]) for row in waiting)}


def _counts(core: Core, now: int) -> Row:
    leads = core.engine.rows("select count(*) as leads, count(due_lead) as open from lead")[0]
    queue = core.engine.rows(
        """select count(call_at) as with_call, count(mail_at) as with_mail,
            count(*) filter (where lane <> :no_call and due_at < :late) as overdue,
            min(due_at) filter (where lane <> :no_call and due_at <= :now) as oldest_due_at from queue""",
        no_call=int(Lane.NO_CALL),
        late=now - 3_600_000,
        now=now,
    )[0]
    unfinished = core.engine.rows("select count(*) as unfinished from attempt where plan_before is null")[0]
    return {**leads, **queue, **unfinished}
