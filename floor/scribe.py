"""Carries out a desk's store effects, one after the other, and says what came of them.

What the rep asked for is done once, or refused with a reason. What the world
has done (`desk_effects.Fact`) is written again until it is on disk. While the
store is away, the facts lie in a file beside it (`floor.spill`), and the desk
is told, so that it dials nobody. A statement that can never succeed, by the
database's word or by a bug of ours, is tried a few times; then its fact stays
in that file, the rep is told, and the shift goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import get_args

from config.errors import SixringError, UsageError
from floor import desk_effects as out
from floor import desk_inputs as told
from floor.clerk import Clerk
from floor.spill import Spill, Unwritten
from floor.store_room import StoreRoom
from store.errors import Impossible, LeaseLost, NotFound, Settled

_RETRY_S = 1.0
_TRIES = 3  # of what the database says is impossible: it may have met a change half done
_PATIENCE_S = 3.0  # a store that has not answered for so long is away
_OTHERS_S = 1.5  # a call that is not taken here is missed by then only where it rings at no other desk
_FACTS = get_args(out.Fact)
_log = logging.getLogger("sixring.floor")


class Scribe:
    """Writes for one desk."""

    def __init__(
        self, room: StoreRoom, clerk: Clerk, tell: Callable[[told.Input], None], spill: Spill | None = None
    ) -> None:
        """`tell` feeds the desk; on the event loop. Without `spill`, facts lie in memory only."""
        self._room, self._clerk, self._tell, self._spill = room, clerk, tell, spill
        self._todo: asyncio.Queue[out.StoreEffect] = asyncio.Queue()
        self._aside: set[asyncio.Task[None]] = set()
        self._hurried = asyncio.Event()
        self._unwritten: list[out.Fact] = []  # taken, and not on disk
        self._impossible: list[Unwritten] = []  # that the store will not take; earlier sessions' as well
        self._away = ""  # why
        self._spilled = False  # there is something in the file
        self._watch: asyncio.Task[None] | None = None
        self._spilling = asyncio.Lock()

    def take(self, effect: out.StoreEffect) -> None:
        """Have `effect` carried out after all that were taken before it.

        Who rings is looked up at once. Who was missed is written when the other desks
        that the exchange rings have written so: it may ring them all, or try one after
        the other. They are on disk as ringing here meanwhile.
        """
        if isinstance(effect, _FACTS):
            self._unwritten.append(effect)
            self._spill_if_away()
        if isinstance(effect, out.AskCaller):
            self._set_aside(self._do(effect))
        elif isinstance(effect, out.KeepMissed):
            self._set_aside(self._after_the_others(effect))
        else:
            self._todo.put_nowait(effect)

    def inherit(self, left: list[Unwritten]) -> None:
        """Keep what an earlier session could not write, and the store will not take now."""
        self._impossible += left
        self._spilled = bool(left)

    async def done(self) -> None:
        """Wait until everything taken is on disk, or refused; nothing is put off from now on."""
        self._hurried.set()
        await self._todo.join()
        while self._aside:
            await asyncio.gather(*self._aside)

    async def close(self) -> None:
        """Put into the file what is not on disk by now; nothing is written any more."""
        if self._watch is not None:
            self._watch.cancel()
        for task in self._aside:
            task.cancel()
        await self._write_spill()

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
        if isinstance(effect, _FACTS):
            self._unwritten.remove(effect)
            self._spill_if_away()
        if news is not None:
            self._say(news)

    def _say(self, news: told.Input) -> None:
        try:
            self._tell(news)
        except Exception:  # noqa: BLE001  (a bug, perhaps of a screen's: what follows must be written)
            _log.exception("could not tell of %s", type(news).__name__)

    async def _carry_out(self, effect: out.StoreEffect) -> told.Input | None:
        tries = 0
        while True:
            try:
                return await self._ask(effect)
            except (LeaseLost, Settled) as error:
                return told.Refused(effect, str(error), over=True)
            except (UsageError, NotFound) as error:  # no later try would go better
                return told.Refused(effect, str(error), over=isinstance(effect, _FACTS))
            except Impossible as error:
                tries, why = tries + 1, str(error)
            except SixringError as error:
                why = str(error)
                self._gone(why)
            except Exception as error:  # noqa: BLE001  (a bug: the shift goes on, the fault is on record)
                _log.exception("could not carry out %s", type(effect).__name__)
                tries, why = (
                    tries + 1,
                    f"a fault of Sixring itself ({type(error).__name__}); it is in the log.",
                )
            if not isinstance(effect, _FACTS):
                return told.Refused(effect, why)
            if tries == _TRIES:
                return self._give_up(effect, why)
            await asyncio.sleep(_RETRY_S)

    async def _ask(self, effect: out.StoreEffect) -> told.Input | None:
        """Have the clerk do it; a store that does not answer is away meanwhile."""
        loop = asyncio.get_running_loop()
        watch = loop.call_later(_PATIENCE_S, self._gone, f"it has not answered for {_PATIENCE_S:.0f} s")
        try:
            return await self._room.run(lambda store: self._clerk.carry_out(store, effect))
        finally:
            watch.cancel()

    def _give_up(self, effect: out.Fact, why: str) -> told.Refused:
        self._impossible.append(Unwritten(self._clerk.shift_id, effect))
        self._set_aside(self._write_spill())
        where = f"it is kept in {self._spill.path}" if self._spill is not None else "it is in the log"
        _log.error("never written: %s", effect)
        return told.Refused(effect, f"This can not be written, {where}: {why}", over=True, fault=True)

    # ------------------------------------------------- a store that is away

    def _gone(self, why: str) -> None:
        if why == self._away:
            return
        self._away = why
        self._say(told.StoreState(why))
        self._spill_if_away()
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._until_back())

    async def _until_back(self) -> None:
        """A write that changes nothing, until one goes through: a locked file can be read still."""
        while True:
            try:
                await self._room.run(lambda store: store.shifts.beat(self._clerk.shift_id))
            except NotFound:
                break
            except SixringError:
                await asyncio.sleep(_RETRY_S)
            else:
                break
        self._away = ""
        self._say(told.StoreState())

    def _spill_if_away(self) -> None:
        if self._away or self._spilled:
            self._set_aside(self._write_spill())

    async def _write_spill(self) -> None:
        """Have in the file what is not on disk; off the event loop, for a disk may hang as well."""
        if self._spill is None:
            return
        async with self._spilling:
            mine = [Unwritten(self._clerk.shift_id, one) for one in self._unwritten]
            left = [*self._impossible, *mine]
            self._spilled = bool(left)
            try:
                await asyncio.to_thread(self._spill.keep, left)
            except SixringError as error:
                self._say(told.Told(str(error), alarm=True))
