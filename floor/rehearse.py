"""Scripted reps work real calls against the practice carrier: the soak test, and the engine of the bench.

Every rep is a whole station (own store connection, own phone process) driven
through the same `DeskPort` as the screen. At the end the store's record is
held against the carrier's own.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from cadence.model import Result
from config.clock import SystemClock
from config.home import Home
from floor.account import callers_of
from floor.practice import PracticeFloor, practice_floor
from floor.rehearse_callers import Crowd
from floor.scripted_rep import Budget, ScriptedRep, Stopwatch
from floor.station import Rep, Station
from floor.workplace import Workplace, unattended
from store.audit import audit
from store.store import Store
from telephony import protocol as phone
from telephony.client import Phone

_RING_TIMEOUT_MS = 1_200
_PACE = 0.15


async def rehearse(
    calls: int,
    reps: int,
    home: Home | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    callers: int = 0,
) -> dict[str, Any]:
    """Work `calls` leads with `reps` scripted reps; what `sixring rehearse --json` prints.

    Up to `callers` people call in meanwhile. Without a `home` all of it happens
    in a throw-away one. `progress` hears (calls done, calls wanted).

    Raises:
        SixringError: the home belongs to a real carrier, or a part will not start.
    """
    if home is not None:
        return await _rehearse(home, calls, reps, callers, progress)
    with tempfile.TemporaryDirectory(prefix="sixring-rehearsal-") as folder:
        return await _rehearse(Home(Path(folder)), calls, reps, callers, progress)


async def _rehearse(
    home: Home, calls: int, reps: int, callers: int, progress: Callable[[int, int], None] | None
) -> dict[str, Any]:
    clock = SystemClock()
    began = clock.now()
    leads = calls + 2 * reps
    lines = 2 * reps + (reps if callers else 0)
    async with practice_floor(home, leads, lines=lines, pace=_PACE, only_open=True) as floor:
        budget, watch, crowd = Budget(calls, progress), Stopwatch(), Crowd(floor.carrier, callers, reps)
        async with AsyncExitStack() as stack:
            room = await stack.enter_async_context(floor.place.store_room())
            await stack.enter_async_context(unattended(floor.place, room))
            crowd.gather()
            scripts = [ScriptedRep(index, budget, watch, called=bool(callers)) for index in range(reps)]

            await asyncio.gather(
                *(_work(floor.place_of(index), index, script, crowd) for index, script in enumerate(scripts))
            )
            report = await room.run(lambda store: _report(store, began, floor))
        return {**report, "dial_ms": watch.dial.summary(), "next_lead_ms": watch.next_lead.summary()}


async def _work(place: Workplace, index: int, script: ScriptedRep, crowd: Crowd) -> None:
    """One scripted rep's whole shift; nobody leaves while the `crowd` calls."""

    def make_phone(on_event: Callable[[phone.AnyEvent], None]) -> Phone:
        def heard(event: phone.AnyEvent) -> None:
            script.heard(event)
            on_event(event)

        return place.make_phone(heard)

    async with place.store_room() as room:
        station = Station(
            room, make_phone, place.book, place.clock, Rep(f"rep{index + 1}", f"Rep {index + 1}"),
            callers=callers_of(place.settings), ring_timeout_ms=_RING_TIMEOUT_MS,
            phone_name=place.phone_name,
        )  # fmt: skip
        await station.start()
        try:
            await script.work(station)
            crowd.rep_is_done()
            await script.take_calls(station, lambda: crowd.over)
        finally:
            await station.leave()


def _report(store: Store, began: int, floor: PracticeFloor) -> dict[str, Any]:
    """Hold the store's attempts against what the carrier saw."""
    attempts = store.attempts.since(began)
    placed = [attempt for attempt in attempts if attempt.sip_call_id]
    carrier = {call.sip_call_id: call for call in floor.carrier.calls()}
    missed = _missed(store)
    errors = [
        abs(attempt.talk_ms - carrier[attempt.sip_call_id].talk_ms)
        for attempt in placed
        if attempt.result == Result.ANSWERED and attempt.sip_call_id in carrier
    ]
    ids = Counter(attempt.sip_call_id for attempt in placed)
    report, verdict = audit(store), store.log.verify()
    return {
        "attempts": len(attempts),
        "results": dict(sorted(Counter(str(attempt.result or "open") for attempt in attempts).items())),
        "doubles": _doubles(attempts) + sum(count - 1 for count in ids.values()),
        "lost": len(carrier.keys() - ids.keys() - missed)
        + sum(attempt.result is None for attempt in attempts),
        "came_in": {
            "answered": sum(attempt.direction == "in" for attempt in attempts),
            "missed": len(missed),
        },
        "duration_error_ms": max(errors, default=0),
        "mails": len(floor.catcher.mails()),
        "audit": "clean" if report.clean else report.summary,
        "verify": "clean" if verdict.clean else verdict.why,
    }


def _missed(store: Store) -> set[str]:
    """SIP Call-IDs of those who called and were not spoken to."""
    found: set[str] = set()
    seen = 0
    while events := store.log.after(seen, 10_000):
        seen = events[-1].seq
        found |= {str(event.body["sip_call_id"]) for event in events if event.kind == "call.missed"}
    return found


def _doubles(attempts: list[Any]) -> int:
    """Dials of a number while an earlier dial of it was still open; whoever calls in is not dialed."""
    doubles = 0
    last_end: dict[str, int] = {}
    for attempt in sorted(attempts, key=lambda one: one.opened_at):
        if attempt.direction == "in" or (attempt.result == Result.BLOCKED and not attempt.sip_call_id):
            continue
        if attempt.opened_at < last_end.get(attempt.e164, 0):
            doubles += 1
        last_end[attempt.e164] = max(last_end.get(attempt.e164, 0), attempt.ended_at or attempt.opened_at)
    return doubles
