"""Shifts: clock-in, states, clock-out. A rep has one live shift, and its spans add up to its clock.

Only the beginnings of states are stored (`shift_state`); the view `span` lets
each end where the next begins and the last at clock-out. A moment that lies
before the state it follows (a clock that was set back) is moved up to it.
"""

from __future__ import annotations

import socket

from cadence.model import ShiftState
from config.clock import MINUTE
from store.core import Core
from store.engine import Row
from store.errors import NotFound, Refused, RepBusy
from store.leases import free
from store.processes import process_exists
from store.records import Alive, Shift, Span

_LIVE = "select * from shift where id = :id and out_at is null "

SILENT_MS = 2 * MINUTE  # a shift that has not beaten for so long is dead


class Shifts:
    """`store.shifts`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def clock_in(self, rep: str, name: str, host: str, pid: int, alive: Alive | None = None) -> Shift:
        """Begin a shift, not ready yet. A dead shift of the same rep is closed at its last beat.

        Raises:
            RepBusy: the rep is at work elsewhere.
        """
        core = self._core
        with core.write():
            now = core.now()
            _keep_rep(core, rep, name, now)
            for row in core.engine.rows("select * from shift where rep = :rep and out_at is null", rep=rep):
                shift = _shift(row)
                if (alive or default_alive(core))(shift):
                    raise RepBusy(
                        f"the rep {rep} is at work already on {shift.host} (process {shift.pid}); "
                        "leave there first"
                    )
                _close(core, shift, shift.beat_at, "died")
            try:
                shift_id = core.engine.rows(
                    "insert into shift(rep, host, pid, in_at, beat_at) values (:rep, :host, :pid, :now, :now)"
                    " returning id",
                    rep=rep,
                    host=host,
                    pid=pid,
                    now=now,
                )[0]["id"]
            except Refused:
                raise RepBusy(f"the rep {rep} is clocking in elsewhere at this moment; try again") from None
            core.log.tell("shift.in", rep, shift_id=shift_id, host=host, in_at=now)
            _enter(core, shift_id, rep, 0, now, ShiftState.NOT_READY, "clocked in")
            return find_live(core, shift_id)

    def state(self, shift_id: int, state: ShiftState, reason: str = "", at: int | None = None) -> None:
        """The rep is in `state` from `at` on (ms UTC, default now); the same again is no news.

        Raises:
            NotFound: there is no such live shift.
        """
        core = self._core
        with core.write():
            shift = find_live(core, shift_id)
            last = core.engine.rows(
                "select n, at, state, reason from shift_state where shift_id = :id order by n desc limit 1",
                id=shift_id,
            )[0]
            if (last["state"], last["reason"]) == (state.value, reason):
                return
            begins = max(at if at is not None else core.now(), last["at"])
            _enter(core, shift_id, shift.rep, last["n"] + 1, begins, state, reason)
            core.engine.run(
                "update shift set beat_at = :at where id = :id and beat_at < :at", at=begins, id=shift_id
            )

    def beat(self, shift_id: int) -> None:
        """The session lives.

        Raises:
            NotFound: there is no such live shift.
        """
        core = self._core
        with core.write():
            find_live(core, shift_id)
            core.engine.run(
                "update shift set beat_at = :now where id = :id and beat_at < :now",
                now=core.now(),
                id=shift_id,
            )

    def clock_out(self, shift_id: int) -> None:
        """End the shift now; a lead still in the rep's hands goes back. A second time does nothing."""
        core = self._core
        with core.write():
            shift = find(core, shift_id)
            if shift is None or shift.out_at is not None:
                return
            self._release_all(shift, "clocked out")
            _close(core, shift, core.now(), "clocked out")

    def close_dead(self, alive: Alive | None = None) -> list[int]:
        """End the shifts whose session died, at their last beat, and give their leads back; the shifts' ids.

        Close their attempts first (`Attempts.recover`).
        """
        core = self._core
        with core.write():
            is_alive = alive or default_alive(core)
            dead = [shift for shift in self.live() if not is_alive(shift)]
            for shift in dead:
                self._release_all(shift, "session died")
                _close(core, shift, shift.beat_at, "died")
            return [shift.id for shift in dead]

    def spans(self, shift_id: int) -> list[Span]:
        """The states of a shift, without gap or overlap, in order."""
        rows = self._core.engine.rows(
            "select shift_id, state, reason, from_at, to_at from span where shift_id = :id order by n",
            id=shift_id,
        )
        return [
            Span(row["shift_id"], ShiftState(row["state"]), row["reason"], row["from_at"], row["to_at"])
            for row in rows
        ]

    def live(self) -> list[Shift]:
        """Every shift that has not ended, by rep."""
        rows = self._core.engine.rows("select * from shift where out_at is null order by rep")
        return [_shift(row) for row in rows]

    def _release_all(self, shift: Shift, why: str) -> None:
        core = self._core
        for row in core.engine.rows("select lead_id from queue where rep = :rep", rep=shift.rep):
            free(core, row["lead_id"])
            core.log.tell("lead.released", shift.rep, lead_id=row["lead_id"], why=why)


def default_alive(core: Core) -> Alive:
    """A shift is dead when it has been silent too long, or its process is gone from this machine."""
    now, here = core.now(), socket.gethostname()

    def alive(shift: Shift) -> bool:
        if now - shift.beat_at > SILENT_MS:
            return False
        return shift.host != here or process_exists(shift.pid)

    return alive


def find(core: Core, shift_id: int) -> Shift | None:
    """The shift, ended or not."""
    rows = core.engine.rows("select * from shift where id = :id", id=shift_id)
    return _shift(rows[0]) if rows else None


def find_live(core: Core, shift_id: int) -> Shift:
    """The shift, locked for this transaction.

    Raises:
        NotFound: there is no such shift, or it has ended.
    """
    rows = core.engine.rows(_LIVE + core.engine.lock_row, id=shift_id)
    if not rows:
        raise NotFound(f"shift {shift_id} has ended; clock in again")
    return _shift(rows[0])


def _keep_rep(core: Core, rep: str, name: str, now: int) -> None:
    core.engine.run(
        """insert into rep(login, name, created_at) values (:rep, :name, :now)
            on conflict (login) do update
            set name = case when excluded.name = '' then rep.name else excluded.name end""",
        rep=rep,
        name=name,
        now=now,
    )


def _enter(core: Core, shift_id: int, rep: str, n: int, at: int, state: ShiftState, reason: str) -> None:
    core.engine.run(
        "insert into shift_state(shift_id, n, at, state, reason) values (:id, :n, :at, :state, :reason)",
        id=shift_id,
        n=n,
        at=at,
        state=state.value,
        reason=reason,
    )
    core.log.tell("shift.state", rep, shift_id=shift_id, n=n, state=state.value, reason=reason, began_at=at)


def _close(core: Core, shift: Shift, at: int, how: str) -> None:
    last = core.engine.rows("select max(at) as at from shift_state where shift_id = :id", id=shift.id)[0][
        "at"
    ]
    out_at = max(at, last or shift.in_at, shift.in_at)
    core.engine.run(
        "update shift set out_at = :at, closed = :how where id = :id", at=out_at, how=how, id=shift.id
    )
    core.log.tell("shift.out", shift.rep, shift_id=shift.id, out_at=out_at, closed=how)


def _shift(row: Row) -> Shift:
    return Shift(row["id"], row["rep"], row["host"], row["pid"], row["in_at"], row["beat_at"], row["out_at"])
