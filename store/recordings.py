"""Recordings: which attempt has one, where its file lies, and everybody who listened to it.

A recording is `open` while its call is up, then `kept` with the SHA-256 of its
file, or `lost` with the reason; `deleted` ones keep their row. Each step, each
access, the notice that was played and an objection are events of the log.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.attempt_rows import read
from store.core import Core
from store.engine import Row
from store.errors import NotFound

OBJECTED = "they objected to it"

_SELECT = """select r.id, r.attempt_id, a.lead_id, a.rep, a.e164, r.host, r.path, r.started_at, r.state, r.ms,
        r.size, r.sha256, r.why, r.settled_at, r.announced_at, r.objected_at
    from recording r join attempt a on a.id = r.attempt_id """


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


class Recordings:
    """`store.recordings`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def begin(self, attempt_id: int, host: str, path: str, at: int) -> None:
        """A recording of the attempt has begun at `at` (ms UTC); told twice, it stands once."""
        core = self._core
        with core.write():
            core.engine.run(
                """insert into recording(attempt_id, host, path, started_at, state)
                    values (:attempt, :host, :path, :at, 'open') on conflict (attempt_id) do nothing""",
                attempt=attempt_id,
                host=host,
                path=path,
                at=at,
            )

    def announced(self, attempt_id: int, at: int) -> None:
        """Both heard the notice of the recording at `at` (ms UTC); the first word stands.

        Raises:
            NotFound: the attempt has no recording.
        """
        core = self._core
        with core.write():
            found = self._of(attempt_id)
            if core.engine.run(
                "update recording set announced_at = :at where id = :id and announced_at is null",
                at=at,
                id=found.id,
            ):
                self._tell("recording.announced", found.rep, found, announced_at=at)

    def objected(self, attempt_id: int, rep: str, at: int) -> None:
        """They object to the recording at `at` (ms UTC): what there is of it counts as deleted from now on.

        Whoever calls this deletes the file afterwards: a crash in between leaves
        a file without a recording, never a recording that nobody may have. Told
        twice, it stands once. An objection before anything was recorded has no
        row to stand in: it is an event of the log, each time it is told.

        Raises:
            NotFound: there is no such attempt.
        """
        core = self._core
        with core.write():
            lead_id = read(core, attempt_id)["lead_id"]
            rows = self._many("where r.attempt_id = :id", id=attempt_id)
            if not rows:
                self._object_before(attempt_id, lead_id, rep, at)
                return
            found = rows[0]
            changed = core.engine.run(
                """update recording set objected_at = :at,
                    state = case when state = 'lost' then state else 'deleted' end,
                    why = case when state = 'lost' then why else :why end,
                    settled_at = coalesce(settled_at, :now)
                    where id = :id and objected_at is null""",
                at=at,
                why=OBJECTED,
                now=core.now(),
                id=found.id,
            )
            if changed:
                self._tell("recording.objected", rep, found, objected_at=at)
            if changed and found.state in ("open", "kept"):
                self._tell("recording.deleted", rep, found, why=OBJECTED, sha256=found.sha256)

    def _object_before(self, attempt_id: int, lead_id: int | None, rep: str, at: int) -> None:
        self._core.log.tell(
            "recording.objected",
            rep,
            lead_id=lead_id,
            attempt_id=attempt_id,
            recording_id=None,
            objected_at=at,
        )

    def keep(self, attempt_id: int, path: str, ms: int, size: int, sha256: str, why: str = "") -> bool:
        """The file is whole and stays at `path`; False where that was settled before.

        Raises:
            NotFound: the attempt has no recording.
        """
        return self._settle(attempt_id, "kept", why, path=path, ms=ms, size=size, sha256=sha256)

    def lose(self, attempt_id: int, why: str) -> bool:
        """There is no file, for the reason `why`; False where that was settled before.

        Raises:
            NotFound: the attempt has no recording.
        """
        return self._settle(attempt_id, "lost", why)

    def delete(self, recording_id: int, why: str) -> None:
        """The file is gone, on purpose.

        Raises:
            NotFound: there is no such recording.
        """
        core = self._core
        with core.write():
            found = self.get(recording_id)
            changed = core.engine.run(
                "update recording set state = 'deleted', why = :why, settled_at = :at"
                " where id = :id and state = 'kept'",
                why=why,
                at=core.now(),
                id=recording_id,
            )
            if changed:
                self._tell("recording.deleted", "", found, why=why, sha256=found.sha256)

    def played(self, recording_id: int, by: str, how: str) -> None:
        """Somebody was given the file: `how` is play or path.

        Raises:
            NotFound: there is no such recording.
        """
        with self._core.write():
            self._tell("recording.played", by, self.get(recording_id), how=how)

    def get(self, recording_id: int) -> CallRecording:
        """One recording.

        Raises:
            NotFound: there is none of that number.
        """
        return self._one("where r.id = :id", recording_id, f"there is no recording {recording_id}")

    def newest(self, limit: int = 50, lead_id: int | None = None) -> list[CallRecording]:
        """The newest, newest first; of one lead where one is named."""
        where = "" if lead_id is None else "where a.lead_id = :lead "
        params = {} if lead_id is None else {"lead": lead_id}
        return self._many(where + "order by r.id desc limit :limit", limit=limit, **params)

    def left_open(self, host: str, before: int) -> list[CallRecording]:
        """Those on `host` nobody will settle: their attempt ended before `before` (ms UTC)."""
        return self._many(
            "where r.host = :host and r.state = 'open' and a.ended_at < :before order by r.id",
            host=host,
            before=before,
        )

    def unwanted(self, host: str, limit: int = 500) -> list[CallRecording]:
        """The newest on `host` that were objected to: a crash may have left a file of theirs."""
        return self._many(
            "where r.host = :host and r.objected_at is not null order by r.objected_at desc limit :limit",
            host=host,
            limit=limit,
        )

    def expired(self, host: str, before: int, limit: int = 500) -> list[CallRecording]:
        """Kept ones on `host` that began before `before` (ms UTC), oldest first."""
        return self._many(
            "where r.host = :host and r.state = 'kept' and r.started_at < :before"
            " order by r.started_at limit :limit",
            host=host,
            before=before,
            limit=limit,
        )

    def _settle(self, attempt_id: int, state: str, why: str, **values: str | int) -> bool:
        core = self._core
        with core.write():
            found = self._of(attempt_id)
            columns = "".join(f", {name} = :{name}" for name in values)
            changed = core.engine.run(
                f"update recording set state = :state, why = :why, settled_at = :at{columns}"  # noqa: S608
                " where id = :id and state = 'open'",
                state=state,
                why=why,
                at=core.now(),
                id=found.id,
                **values,
            )
            if changed:
                self._tell(f"recording.{state}", found.rep, found, **({"why": why} if why else {}), **values)
            return changed > 0

    def _tell(self, kind: str, by: str, found: CallRecording, **body: object) -> None:
        self._core.log.tell(
            kind, by, lead_id=found.lead_id, attempt_id=found.attempt_id, recording_id=found.id, **body
        )

    def _of(self, attempt_id: int) -> CallRecording:
        return self._one("where r.attempt_id = :id", attempt_id, f"attempt {attempt_id} has no recording")

    def _one(self, where: str, number: int, missing: str) -> CallRecording:
        found = self._many(where, id=number)
        if not found:
            raise NotFound(missing)
        return found[0]

    def _many(self, where: str, **params: object) -> list[CallRecording]:
        rows: list[Row] = self._core.engine.rows(_SELECT + where, **params)
        return [CallRecording(**row) for row in rows]
