"""Rows of `recording`: what is read of a recording and its call, and of who objected to one."""

from __future__ import annotations

from dataclasses import dataclass

from store.core import Core
from store.engine import Row
from store.errors import NotFound

_SELECT = """select r.id, r.attempt_id, a.lead_id, a.rep, a.e164, r.host, r.path, r.started_at, r.state, r.ms,
        r.size, r.sha256, r.why, r.settled_at, r.announced_at, r.objected_at, r.told_by
    from recording r join attempt a on a.id = r.attempt_id """

# They were to be told by the notice, and have not heard it to its end.
_UNTOLD = "where r.state = 'kept' and r.told_by = 'notice' and r.announced_at is null "

_OBJECTIONS = """select a.id as attempt_id, a.lead_id, a.rep, a.e164, a.objected_at, r.id as recording_id,
        coalesce(r.state, '') as state
    from attempt a left join recording r on r.attempt_id = a.id where a.objected_at is not null """


@dataclass(frozen=True, slots=True)
class CallRecording:
    """One recording, with what is known of its call."""

    id: int
    attempt_id: int
    lead_id: int | None
    rep: str
    e164: str
    host: str  # the machine its file is on
    path: str  # below that machine's folder of recordings
    started_at: int
    state: str  # open, kept, lost, deleted
    ms: int
    size: int  # bytes of the file
    sha256: str
    why: str  # of lost and deleted ones; of a kept one: why it ends before its call
    settled_at: int | None
    announced_at: int | None = None  # when both had heard the notice
    objected_at: int | None = None  # when they said that they do not want it
    told_by: str = ""  # how they were to be told of it: notice, rep; empty: they need not be

    @property
    def notice(self) -> str:
        """See `what_of_notice`."""
        return what_of_notice(self.told_by, self.announced_at)


@dataclass(frozen=True, slots=True)
class Objection:
    """That somebody does not want to be recorded, whether or not there was anything of them."""

    attempt_id: int
    lead_id: int | None
    rep: str
    e164: str
    objected_at: int
    recording_id: int | None  # what there was of it; None: nothing
    state: str  # of the recording; empty: none


def what_of_notice(told_by: str, announced_at: int | None) -> str:
    """What became of the notice: heard, not heard, rep (who had to say it); empty: none was asked for."""
    if announced_at is not None:
        return "heard"
    return "not heard" if told_by == "notice" else told_by


def one(core: Core, where: str, number: int, missing: str) -> CallRecording:
    """The recording that `where` finds by `:id`.

    Raises:
        NotFound: there is none; `missing` says so.
    """
    found = many(core, where, id=number)
    if not found:
        raise NotFound(missing)
    return found[0]


def many(core: Core, where: str, **params: object) -> list[CallRecording]:
    """The recordings (r, their attempts a) that `where` finds; it may order and limit them."""
    rows: list[Row] = core.engine.rows(_SELECT + where, **params)
    return [CallRecording(**row) for row in rows]


def left(core: Core, host: str, before: int | None, rep: str) -> list[CallRecording]:
    """See `Recordings.take_left`."""
    past = "and a.ended_at < :before " if before is not None else "and a.ended_at is not null "
    of_rep = "and a.rep = :rep " if rep else ""
    params = {**({} if before is None else {"before": before}), **({"rep": rep} if rep else {})}
    where = "where r.host = :host and r.state = 'open' " + past + of_rep + "order by r.id"
    return many(core, where, host=host, **params)


def untold(core: Core, host: str, before: int | None, limit: int) -> list[CallRecording]:
    """See `Recordings.untold`."""
    here = "and r.host = :host " if host else ""
    past = "and r.settled_at < :before " if before is not None else ""
    params = {**({"host": host} if host else {}), **({} if before is None else {"before": before})}
    return many(
        core, _UNTOLD + here + past + "order by r.settled_at, r.id limit :limit", limit=limit, **params
    )


def objections(core: Core, limit: int, lead_id: int | None) -> list[Objection]:
    """See `Recordings.objections`."""
    of_lead = "" if lead_id is None else "and a.lead_id = :lead "
    params = {} if lead_id is None else {"lead": lead_id}
    sql = _OBJECTIONS + of_lead + "order by a.objected_at desc, a.id desc limit :limit"
    rows: list[Row] = core.engine.rows(sql, limit=limit, **params)
    return [Objection(**row) for row in rows]
