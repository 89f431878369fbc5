"""Recordings: which attempt has one, where its file lies, and everybody who listened to it.

A recording is `open` while its call is up, then `kept` with the SHA-256 of its
file, or `lost` with the reason; `deleted` ones keep their row. Each step, each
access, the notice that was played and an objection are events of the log.

What the store calls deleted stays `unwanted` until the machine that has the
file says that it is gone: a crash may leave a file without a recording, never
a recording that nobody may have.
"""

from __future__ import annotations

from config.clock import MINUTE
from store import recording_rows
from store.attempt_rows import read
from store.core import Core
from store.recording_rows import CallRecording, Objection

OBJECTED = "they objected to it"
UNTOLD = "the notice was not heard to its end"
SETTLING_MS = 10 * MINUTE  # packing a call of hours takes less than one


class Recordings:
    """`store.recordings`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def begin(self, attempt_id: int, host: str, path: str, at: int, told_by: str = "") -> None:
        """A recording of the attempt has begun at `at` (ms UTC); told twice, it stands once.

        `told_by`: how the called person is told of it, by the `notice` or by the
        `rep`; empty: they need not be. The last word counts, until it is settled:
        a notice that fails is the rep's to say. One of a call in which they have
        objected already is deleted from the start.

        Raises:
            NotFound: there is no such attempt.
        """
        core = self._core
        with core.write():
            objected_at = read(core, attempt_id, lock=True)["objected_at"]
            begun = core.engine.run(
                """insert into recording(attempt_id, host, path, started_at, state, told_by)
                    values (:attempt, :host, :path, :at, 'open', :told_by)
                    on conflict (attempt_id) do update set told_by = excluded.told_by
                        where recording.state = 'open' and excluded.told_by <> ''""",
                attempt=attempt_id,
                host=host,
                path=path,
                at=at,
                told_by=told_by,
            )
            if begun and objected_at is not None:
                self._unwant(self._of(attempt_id), objected_at)

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

        Whoever calls this deletes the file afterwards, and `unwanted` names it
        until that is done. The objection stands with the attempt, also where
        nothing was recorded yet; told twice, it stands once.

        Raises:
            NotFound: there is no such attempt.
        """
        core = self._core
        with core.write():
            lead_id = read(core, attempt_id, lock=True)["lead_id"]
            if not core.engine.run(
                "update attempt set objected_at = :at where id = :id and objected_at is null",
                at=at,
                id=attempt_id,
            ):
                return
            rows = self._many("where r.attempt_id = :id", id=attempt_id)
            core.log.tell(
                "recording.objected",
                rep,
                lead_id=lead_id,
                attempt_id=attempt_id,
                recording_id=rows[0].id if rows else None,
                objected_at=at,
            )
            if rows:
                self._unwant(rows[0], at, rep)

    def _unwant(self, found: CallRecording, at: int, rep: str = "") -> None:
        """They object to it: it counts as deleted, and its file must go. A lost one stays lost."""
        core = self._core
        core.engine.run(
            """update recording set objected_at = :at, unwanted = 1,
                state = case when state = 'lost' then state else 'deleted' end,
                why = case when state = 'lost' then why else :why end,
                settled_at = coalesce(settled_at, :now)
                where id = :id""",
            at=at,
            why=OBJECTED,
            now=core.now(),
            id=found.id,
        )
        if found.state in ("open", "kept"):
            self._tell("recording.deleted", rep or found.rep, found, why=OBJECTED, sha256=found.sha256)

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
        """A kept one counts as deleted from now on; its file is unwanted.

        Raises:
            NotFound: there is no such recording.
        """
        core = self._core
        with core.write():
            found = self.get(recording_id)
            changed = core.engine.run(
                "update recording set state = 'deleted', why = :why, settled_at = :at, unwanted = 1"
                " where id = :id and state = 'kept'",
                why=why,
                at=core.now(),
                id=recording_id,
            )
            if changed:
                self._tell("recording.deleted", "", found, why=why, sha256=found.sha256)

    def erased(self, recording_id: int) -> None:
        """Nothing of an unwanted one is left on its machine, and nobody writes to it any more."""
        with self._core.write():
            self._core.engine.run("update recording set unwanted = 0 where id = :id", id=recording_id)

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
        missing = f"there is no recording {recording_id}"
        return recording_rows.one(self._core, "where r.id = :id", recording_id, missing)

    def of_attempt(self, attempt_id: int) -> CallRecording | None:
        """That of one attempt; None where it has none."""
        return next(iter(self._many("where r.attempt_id = :id", id=attempt_id)), None)

    def newest(self, limit: int = 50, lead_id: int | None = None) -> list[CallRecording]:
        """The newest, newest first; of one lead where one is named."""
        where = "" if lead_id is None else "where a.lead_id = :lead "
        params = {} if lead_id is None else {"lead": lead_id}
        return self._many(where + "order by r.id desc limit :limit", limit=limit, **params)

    def take_left(self, host: str, before: int | None = None, rep: str = "") -> list[CallRecording]:
        """Those on `host` that nobody will settle, for the caller to: their attempt ended before `before`.

        At the start of a rep's session, `before` is left out and `rep` given:
        no other session of theirs lives. Each is given to one caller; one who
        has not settled it within `SETTLING_MS` is taken for dead, and the next
        may have it.
        """
        core = self._core
        left = recording_rows.left(core, host, before, rep)
        if not left:
            return []
        with core.write():
            now = core.now()
            return [
                one
                for one in left
                if core.engine.run(
                    """update recording set settling_at = :now where id = :id and state = 'open'
                        and coalesce(settling_at, 0) <= :dead""",
                    now=now,
                    dead=now - SETTLING_MS,
                    id=one.id,
                )
            ]

    def unwanted(self, host: str, limit: int = 500) -> list[CallRecording]:
        """Those on `host` whose file must go and may still be there."""
        return self._many(
            "where r.host = :host and r.unwanted = 1 order by r.id limit :limit", host=host, limit=limit
        )

    def untold(self, host: str = "", before: int | None = None, limit: int = 500) -> list[CallRecording]:
        """Kept ones whose notice was not heard to its end, oldest first.

        On `host` (empty: on any machine), settled before `before` (ms UTC; None: ever).
        """
        return recording_rows.untold(self._core, host, before, limit)

    def objections(self, limit: int = 50, lead_id: int | None = None) -> list[Objection]:
        """Who did not want to be recorded, newest first; of one lead where one is named."""
        return recording_rows.objections(self._core, limit, lead_id)

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
        missing = f"attempt {attempt_id} has no recording"
        return recording_rows.one(self._core, "where r.attempt_id = :id", attempt_id, missing)

    def _many(self, where: str, **params: object) -> list[CallRecording]:
        return recording_rows.many(self._core, where, **params)
