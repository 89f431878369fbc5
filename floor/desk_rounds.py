"""What is done beside a desk again and again: it lives, its lead is still its own, the queue has news."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any

from cadence.model import ShiftState
from config.clock import SECOND, Clock
from config.errors import SixringError
from floor import desk_inputs as told
from floor.actions import IN_CALL
from floor.clerk import Clerk, Glance
from floor.desk import Desk
from floor.store_room import StoreRoom
from store.records import Claim
from store.store import Store

_log = logging.getLogger("sixring.floor")

QUEUE_ROWS = 60
_BEAT_S = 5.0
_BEAT_IN_CALL_S = 1.0  # a call cut off by a death is known to have lasted until the last beat
_LOOK_S = 2.0


class DeskRounds:
    """The rounds of one desk; `glance` is the queue as last seen."""

    def __init__(
        self,
        room: StoreRoom,
        desk: Desk,
        clock: Clock,
        tell: Callable[[told.Input], None],
        seen: Callable[[], None],
    ) -> None:
        """`tell` feeds the desk; `seen` is called when `glance` has changed."""
        self._room, self._desk, self._clock = room, desk, clock
        self._tell, self._seen = tell, seen
        self._wanted = asyncio.Event()
        self.glance = Glance((), 0, 0)

    def work(self, clerk: Clerk) -> tuple[Coroutine[Any, Any, None], ...]:
        """Each runs until cancelled."""
        return self._beat(clerk), self._look(), self._glance(clerk)

    def glance_soon(self) -> None:
        """The queue has moved."""
        self._wanted.set()

    async def _beat(self, clerk: Clerk) -> None:
        """Say that this desk lives, and keep the lead's lease."""
        while True:
            await asyncio.sleep(_BEAT_IN_CALL_S if self._desk.state in IN_CALL else _BEAT_S)
            claim = self._desk.claim
            with _survived():
                await self._room.run(lambda store: store.shifts.beat(clerk.shift_id))
                if claim is not None:
                    await self._room.run(partial(_renew, claim=claim))

    async def _look(self) -> None:
        """While nothing is due, ask again: at the moment known, and every two seconds for news."""
        while True:
            due = self._desk.next_due_at
            wait = _LOOK_S if due is None else min(_LOOK_S, max(0.05, (due - self._clock.now()) / SECOND))
            await asyncio.sleep(wait)
            self._wanted.set()
            if self._desk.state is ShiftState.READY:
                self._tell(told.LookAgain())

    async def _glance(self, clerk: Clerk) -> None:
        """Keep queue and card fresh, never twice at once; notice a lead that was taken off the card."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            claim = self._desk.claim if self._desk.state is ShiftState.PREVIEW else None
            with _survived():
                glance, of_lead = await self._room.run(partial(self._look_around, clerk=clerk, claim=claim))
                if of_lead is not None:
                    self._tell(of_lead)
                if glance != self.glance:
                    self.glance = glance
                    self._seen()

    def _look_around(
        self, store: Store, clerk: Clerk, claim: Claim | None
    ) -> tuple[Glance, told.LeadTaken | told.Forecast | None]:
        """On the store's thread: the queue, and how the lead in preview stands."""
        of_lead = clerk.look_at(store, claim) if claim is not None else None
        return clerk.glance(store, QUEUE_ROWS, self.glance), of_lead


@contextlib.contextmanager
def _survived() -> Iterator[None]:
    """What fails here is done again at the next round; a bug of ours is on record."""
    try:
        yield
    except SixringError:
        pass
    except Exception:  # noqa: BLE001  (the round after it may do better)
        _log.exception("a round of the desk failed")


def _renew(store: Store, claim: Claim) -> None:
    store.queue.renew(claim)
