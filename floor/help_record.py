"""What is known of a call for help from the shell, written beside the call: it waits for no store."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import Literal

import msgspec

from config.errors import SixringError
from floor.clerk import help_call
from floor.desk_effects import KeepHelp
from floor.workplace import Workplace
from store.help_calls import HelpCall
from store.store import Store
from telephony.protocol import Ended

_WRITE_S = 10.0  # for the store to take it, once the call is over


class HelpRecord:
    """One call's record, in no shift: whoever calls for help need not clock in first."""

    def __init__(self, place: Workplace, rep: str, known: KeepHelp) -> None:
        """Begins to write; the call is on its way already."""
        self._place, self._rep, self._known = place, rep, known
        self._learned = asyncio.Event()
        self._writing = asyncio.create_task(self._write())

    async def note(
        self,
        name: Literal["invited", "ringing", "answered"],
        at: int,
        sip_call_id: str = "",
        *,
        secure: bool = False,
    ) -> None:
        """One of its instants (ms UTC)."""
        self._learn(self._known.having(name, at, sip_call_id, secure=secure))

    def ended(self, how: Ended) -> None:
        """It is over."""
        self._learn(msgspec.structs.replace(self._known, ended=how))

    def _learn(self, known: KeepHelp) -> None:
        self._known = known
        self._learned.set()

    async def done(self) -> str:
        """Wait until all of it is on disk, and not for long; why it is not, empty where it is.

        To be called once the end is known.
        """
        try:
            async with asyncio.timeout(_WRITE_S):
                try:
                    await self._writing
                except SixringError:  # when the call began; perhaps the store is back
                    await self._write()
        except TimeoutError:
            return "the store does not answer"
        except SixringError as error:
            return str(error)
        return ""

    async def _write(self) -> None:
        async with self._place.store_room() as room:
            while True:
                self._learned.clear()
                call, over = help_call(self._rep, self._known), self._known.ended is not None
                with contextlib.nullcontext() if over else contextlib.suppress(SixringError):
                    await room.run(partial(_keep, call, self._rep))
                if over:
                    return
                await self._learned.wait()


def _keep(call: HelpCall, rep: str, store: Store) -> None:
    store.attempts.keep_help(call, rep)
