"""A rep out of a script: presses the keys a person would, through the same port as the screen."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from cadence.model import ShiftState
from config.clock import DAY
from floor.view import DeskPort, DeskView
from telephony import protocol as phone

_TALK_S = (1.1, 1.8)
_LOOK_S = 0.3  # at a card before the dial, where people call in meanwhile
_TAKES = 0.8  # of the calls that come in; the others are passed on
_SHORTEST_TALK_MS = 1_000  # below it nobody can have said anything: the shipped dispositions ask for it
# What a conversation comes to.
_CHOICES = ("interested", "callback", "voicemail", "not_interested", "won", "do_not_call")
_WEIGHTS = (8, 4, 3, 3, 2, 1)


@dataclass(slots=True)
class Sample:
    """Milliseconds, to be summed up."""

    values: list[int] = field(default_factory=list)

    def summary(self) -> dict[str, int]:
        """p50 and p99, 0 where nothing was measured."""
        ordered = sorted(self.values)
        if not ordered:
            return {"p50": 0, "p99": 0}
        return {
            "p50": ordered[len(ordered) // 2],
            "p99": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)],
        }


@dataclass(slots=True)
class Stopwatch:
    """The two waits a rep feels."""

    dial: Sample = field(default_factory=Sample)  # key press to INVITE sent
    next_lead: Sample = field(default_factory=Sample)  # the later of hang-up and key to the next lead shown


@dataclass(slots=True)
class Budget:
    """Calls still to make, shared by all reps of a rehearsal."""

    wanted: int
    progress: Callable[[int, int], None] | None = None
    taken: int = 0

    def take(self) -> bool:
        """One more call, if one is left."""
        if self.taken >= self.wanted:
            return False
        self.taken += 1
        if self.progress is not None:
            self.progress(self.taken, self.wanted)
        return True


class ScriptedRep:
    """Works the queue until the budget is used up or nothing is due."""

    def __init__(self, seed: int, budget: Budget, watch: Stopwatch, *, called: bool = False) -> None:
        """The same seed makes the same choices; `called`: people may call in."""
        self._rng = random.Random(seed)  # noqa: S311  (repeatable, not secret)
        self._budget, self._watch, self._called = budget, watch, called
        self._changed = asyncio.Event()
        self._pressed_at: int | None = None
        self._free_at: int | None = None

    def heard(self, event: phone.AnyEvent) -> None:
        """Take the instants of the phone that the stopwatch needs."""
        if isinstance(event, phone.Invited) and self._pressed_at is not None:
            self._watch.dial.values.append(max(0, event.mono - self._pressed_at))
            self._pressed_at = None
        elif isinstance(event, phone.Ended) and not event.call.startswith("in-"):  # nobody waits for those
            self._free_at = event.mono

    async def work(self, desk: DeskPort) -> None:
        """Dial, talk, dispose, until the budget is used up."""
        desk.subscribe(self._changed.set)
        while True:
            view = await self._until(desk, ShiftState.PREVIEW, ShiftState.READY, ShiftState.WRAP_UP)
            if view.state is ShiftState.WRAP_UP:  # a call that an earlier session left without an outcome
                desk.dispose("no_answer")
                await self._next_change()
                continue
            if view.incoming is not None:
                await self._caller(desk)
                continue
            if view.state is ShiftState.READY:
                if view.reason:  # the store has answered: nothing is due
                    return
                await self._next_change()
                continue
            self._next_lead_is_shown(desk)
            if self._called and await self._something_comes_between(desk):
                continue
            if not self._budget.take():
                return
            await self._one_call(desk)

    async def take_calls(self, desk: DeskPort, over: Callable[[], bool]) -> None:
        """Dial no more, and take calls that come in until it is `over`."""
        while desk.view.incoming is not None or not over():
            if desk.view.incoming is not None:
                await self._caller(desk)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._next_change()

    async def _something_comes_between(self, desk: DeskPort) -> bool:
        """Look at the card for a moment; whether it is another moment now."""
        await asyncio.sleep(self._rng.uniform(0, _LOOK_S))
        return desk.view.state is not ShiftState.PREVIEW or desk.view.incoming is not None

    async def _caller(self, desk: DeskPort) -> None:
        """Somebody rings: take the call, or let it go elsewhere."""
        if self._rng.random() < _TAKES:
            desk.press("answer")
            await self._see_through(desk)
        else:
            desk.press("pass_on")

    async def _one_call(self, desk: DeskPort) -> None:
        self._pressed_at = desk.clock.monotonic()
        desk.press("dial")
        await self._see_through(desk)

    async def _see_through(self, desk: DeskPort) -> None:
        """Stay with the call until the desk is free again."""
        view = desk.view
        while view.state not in (ShiftState.PREVIEW, ShiftState.READY):
            if view.state is ShiftState.TALKING:
                await self._talk(desk)
            elif (
                view.state is ShiftState.WRAP_UP and view.call is not None and view.call.result == "answered"
            ):
                self._dispose(desk)
            if desk.view.state is view.state:  # else it has changed while the rep was talking
                await self._next_change()
            view = desk.view

    async def _talk(self, desk: DeskPort) -> None:
        """Speak for a while, or until the lead hangs up; then the key."""
        if self._rng.random() < 0.2:
            return  # let the lead end it; wrap-up asks for the key
        await asyncio.sleep(self._rng.uniform(*_TALK_S))
        if desk.view.state is ShiftState.TALKING:
            self._dispose(desk)

    def _dispose(self, desk: DeskPort) -> None:
        talk_ms = desk.view.call.talk_ms(desk.clock.monotonic()) if desk.view.call is not None else None
        talked = (talk_ms or 0) >= _SHORTEST_TALK_MS
        code = self._rng.choices(_CHOICES, _WEIGHTS)[0] if talked else "no_answer"
        self._free_at = desk.clock.monotonic()
        desk.dispose(code, desk.clock.now() + DAY if code == "callback" else None)

    def _next_lead_is_shown(self, desk: DeskPort) -> None:
        if self._free_at is not None:
            self._watch.next_lead.values.append(max(0, desk.clock.monotonic() - self._free_at))
            self._free_at = None

    async def _until(self, desk: DeskPort, *states: ShiftState) -> DeskView:
        while desk.view.state not in states:
            await self._next_change()
        return desk.view

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
