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
    calls: int, reps: int, home: Home | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Work `calls` leads with `reps` scripted reps; what `sixring rehearse --json` prints.

    Without a `home` all of it happens in a throw-away one. `progress` hears
    (calls done, calls wanted).

    Raises:
        SixringError: the home belongs to a real carrier, or a part will not start.
    """
    if home is not None:
        return await _rehearse(home, calls, reps, progress)
    with tempfile.TemporaryDirectory(prefix="sixring-rehearsal-") as folder:
        return await _rehearse(Home(Path(folder)), calls, reps, progress)


async def _rehearse(
    home: Home, calls: int, reps: int, progress: Callable[[int, int], None] | None
) -> dict[str, Any]:
    clock = SystemClock()
    began = clock.now()
    leads = calls + 2 * reps
    async with practice_floor(home, leads, lines=2 * reps, pace=_PACE, only_open=True) as floor:
        budget, watch = Budget(calls, progress), Stopwatch()
        async with AsyncExitStack() as stack:
            room = await stack.enter_async_context(floor.place.store_room())
            await stack.enter_async_context(unattended(floor.place, room))
            await asyncio.gather(
                *(_work(floor.place_of(index), index, budget, watch) for index in range(reps))
            )
            report = await room.run(lambda store: _report(store, began, floor))
        return {**report, "dial_ms": watch.dial.summary(), "next_lead_ms": watch.next_lead.summary()}


async def _work(place: Workplace, index: int, budget: Budget, watch: Stopwatch) -> None:
    """One scripted rep's whole shift."""
    script = ScriptedRep(index, budget, watch)

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
        finally:
            await station.leave()


def _report(store: Store, began: int, floor: PracticeFloor) -> dict[str, Any]:
    """Hold the store's attempts against what the carrier saw."""
    attempts = store.attempts.since(began)
    placed = [attempt for attempt in attempts if attempt.sip_call_id]
    carrier = {call.sip_call_id: call for call in floor.carrier.calls()}
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
        "lost": len(carrier.keys() - ids.keys()) + sum(attempt.result is None for attempt in attempts),
        "duration_error_ms": max(errors, default=0),
        "mails": len(floor.catcher.mails()),
        "audit": "clean" if report.clean else report.summary,
        "verify": "clean" if verdict.clean else verdict.why,
    }


def _doubles(attempts: list[Any]) -> int:
    """Attempts to a number while an earlier attempt to it was still open."""
    doubles = 0
    last_end: dict[str, int] = {}
    for attempt in sorted(attempts, key=lambda one: one.opened_at):
        if attempt.result == Result.BLOCKED and not attempt.sip_call_id:
            continue
        if attempt.opened_at < last_end.get(attempt.e164, 0):
            doubles += 1
        last_end[attempt.e164] = max(last_end.get(attempt.e164, 0), attempt.ended_at or attempt.opened_at)
    return doubles
