"""Carries out a desk's store effects, one after the other, and says what came of them.

What the world has done (an instant, a result, a change of state) is written
again until it is on disk; what the rep asked for is done once, or refused with
a reason. A bug of ours is written to the log and shown; it stops neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine

from config.errors import SixringError, UsageError
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.clerk import Clerk
from floor.store_room import StoreRoom
from store.errors import LeaseLost, NotFound, Settled

_RETRY_S = 1.0
_OTHERS_S = 1.5  # a call that is not taken here is missed by then only where it rings at no other desk
_FACTS = (
    out.Instant, out.Finish, out.LetGo, out.SettleMessage, out.Enter, out.BeginInbound, out.KeepMissed,
    out.TakenElsewhere, out.KeepTransfer, out.Announced, out.Objected,
)  # fmt: skip
_log = logging.getLogger("sixring.floor")


class Scribe:
    """Writes for one desk."""

    def __init__(self, room: StoreRoom, clerk: Clerk, tell: Callable[[told.Input], None]) -> None:
        """`tell` feeds the desk; it is called on the event loop."""
        self._room, self._clerk, self._tell = room, clerk, tell
        self._todo: asyncio.Queue[out.StoreEffect] = asyncio.Queue()
        self._aside: set[asyncio.Task[None]] = set()
        self._hurried = asyncio.Event()

    def take(self, effect: out.StoreEffect) -> None:
        """Have `effect` carried out after all that were taken before it.

        Who rings is looked up at once. Who was missed is written when the other desks
        that the exchange rings have written so: it may ring them all, or try one after
        the other. They are on disk as ringing here meanwhile.
        """
        if isinstance(effect, out.AskCaller):
            self._set_aside(self._do(effect))
        elif isinstance(effect, out.KeepMissed):
            self._set_aside(self._after_the_others(effect))
        else:
            self._todo.put_nowait(effect)

    async def done(self) -> None:
        """Wait until everything taken is on disk, or refused; nothing is put off from now on."""
        self._hurried.set()
        await asyncio.gather(*self._aside)
        await self._todo.join()

    def _set_aside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _after_the_others(self, effect: out.KeepMissed) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), _OTHERS_S)
        await self._do(effect)

    async def write(self) -> None:
        """Work until cancelled."""
        while True:
            effect = await self._todo.get()
            try:
                await self._do(effect)
            finally:
                self._todo.task_done()

    async def _do(self, effect: out.StoreEffect) -> None:
        news = await self._carry_out(effect)
        if news is not None:
            self._say(news)

    def _say(self, news: told.Input) -> None:
        try:
            self._tell(news)
        except Exception:  # noqa: BLE001  (a bug, perhaps of a screen's: what follows must be written)
            _log.exception("could not tell of %s", type(news).__name__)

    async def _carry_out(self, effect: out.StoreEffect) -> told.Input | None:
        while True:
            try:
                return await self._room.run(lambda store: self._clerk.carry_out(store, effect))
            except (LeaseLost, Settled) as error:
                return told.Refused(effect, str(error), over=True)
            except (UsageError, NotFound) as error:  # no later try would go better
                return told.Refused(effect, str(error), over=isinstance(effect, _FACTS))
            except SixringError as error:
                why = str(error)
            except Exception as error:  # noqa: BLE001  (a bug: the shift goes on, the fault is on record)
                _log.exception("could not carry out %s", type(effect).__name__)
                why = f"a fault of Sixring itself ({type(error).__name__}); it is in the log."
            if not isinstance(effect, _FACTS):
                return told.Refused(effect, why)
            self._say(told.Refused(effect, f"Not on disk yet, trying again: {why}"))
            await asyncio.sleep(_RETRY_S)
