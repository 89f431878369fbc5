"""After a crash: what a dead session left open is closed honestly, and no lead stays stuck in dead hands.

An attempt nobody finished ends as `interrupted`, at the last moment its
session was known to be alive (its shift's last beat) or the last instant of
the call, whichever is later; ring and talk time reach to there and no
further. If the call had been answered, `answered_at` stays, and so does the
talk time up to that beat: the conversation took place, and its rep is paid
for it.

An attempt that ended and whose rep died before a disposition keeps its result.
In both cases the lead is planned at once by `Called(result, None)`, so it is
neither lost nor dialed again before the gap that the cadence and the gate ask
for. What was spoken only the rep knows: `Attempts.waiting` is empty then, but
`Attempts.dispose` still takes the rep's word while nobody has touched the lead.
"""

from __future__ import annotations

from cadence.model import Result
from config.clock import HOUR
from store import lone, plans, shifts, wrapup
from store.attempt_rows import close, read
from store.core import Core
from store.engine import Row
from store.leases import free
from store.plans import Standing
from store.records import Alive, CallEnd

FORGOTTEN_MS = 4 * HOUR  # an attempt of no shift is dead when it has been open for so long

_OPEN = """select id, shift_id, opened_at from attempt where plan_before is null and allowed = 1 """


def recover(core: Core, rep: str | None, alive: Alive | None) -> list[int]:
    """Close what dead sessions left open; the ids of the attempts.

    With `rep`: everything of that rep that does not belong to their live
    shift. Without: everything whose shift `alive` says is dead (by default:
    clocked out, silent for too long, or its process gone from this machine).
    """
    dead = [
        row["id"] for row in _open(core, rep) if is_dead(core, row["shift_id"], row["opened_at"], rep, alive)
    ]
    return [attempt_id for attempt_id in dead if settle(core, attempt_id)]


def bury(core: Core, row: Row) -> bool:
    """Settle the attempt of `row` if its session is dead; whether it was."""
    return is_dead(core, row["shift_id"], row["opened_at"], None, None) and settle(core, row["id"])


def settle(core: Core, attempt_id: int) -> bool:
    """Close and plan one left attempt; False if that has been done meanwhile."""
    with core.write():
        row = read(core, attempt_id, lock=True)
        if row["plan_before"] is not None:
            return False
        if row["ended_at"] is None:
            close(core, row, _end_of(core, row), "attempt.interrupted")
            row = read(core, attempt_id)
        if row["lead_id"] is None:
            lone.settle_without_words(core, row)
        else:
            wrapup.plan_without_words(core, row)
        return True


def settle_lead(core: Core, lead_id: int) -> bool:
    """Plan a lead by an attempt that its rep left without a disposition; whether there was one."""
    return sum(settle(core, attempt_id) for attempt_id in unsettled(core, lead_id)) > 0


def unsettled(core: Core, lead_id: int) -> list[int]:
    """The lead's attempts that ended, and that its plan does not know of yet."""
    rows = core.engine.rows(
        "select id from attempt where lead_id = :lead and plan_before is null and ended_at is not null",
        lead=lead_id,
    )
    return [row["id"] for row in rows]


def take_expired(core: Core, standing: Standing, rep: str) -> Standing:
    """Free, for `rep`, a lead whose holder let the lease run out; where it stands then."""
    lead_id = standing.lead.id
    core.log.tell("lead.expired", rep, lead_id=lead_id, held_by=standing.rep)
    settle_lead(core, lead_id)
    free(core, lead_id)
    return plans.read(core, lead_id)


def _open(core: Core, rep: str | None) -> list[Row]:
    if rep is None:
        return core.engine.rows(_OPEN + "order by id")
    return core.engine.rows(_OPEN + "and rep = :rep order by id", rep=rep)


def is_dead(core: Core, shift_id: int | None, begun_at: int, rep: str | None, alive: Alive | None) -> bool:
    """Whether what the session of a shift began at `begun_at` (ms UTC) is in dead hands; see `recover`."""
    shift = shifts.find(core, shift_id) if shift_id is not None else None
    if shift is None:
        return rep is not None or core.now() - begun_at > FORGOTTEN_MS
    if shift.out_at is not None:
        return True
    if rep is not None and alive is None:
        return False  # the rep's live shift: a rep has one, and it is the asker's own
    return not (alive or shifts.default_alive(core))(shift)


def _end_of(core: Core, row: Row) -> CallEnd:
    known = [
        row[column] for column in ("opened_at", "invited_at", "ringing_at", "answered_at") if row[column]
    ]
    shift = shifts.find(core, row["shift_id"]) if row["shift_id"] is not None else None
    if shift is not None:
        known.append(shift.beat_at)
    at = max(known)
    rang_until = row["answered_at"] or at
    return CallEnd(
        Result.INTERRUPTED,
        at,
        ring_ms=max(0, rang_until - row["ringing_at"]) if row["ringing_at"] else 0,
        talk_ms=max(0, at - row["answered_at"]) if row["answered_at"] else 0,
        reason="the session ended before the call did; times are those known",
        ended_by="engine",
    )
