"""Wait until a desk shows what a test wants to see, however short the moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from floor.station import Station
from floor.view import DeskView

PATIENCE_S = 20.0


async def until(station: Station, met: Callable[[DeskView], bool], within_s: float = PATIENCE_S) -> DeskView:
    """The first view that is as wanted, looked for at each change: the next may undo it at once."""
    found: asyncio.Future[DeskView] = asyncio.get_running_loop().create_future()

    def look() -> None:
        if found.done():
            return
        try:
            if met(station.view):
                found.set_result(station.view)
        except Exception as error:  # noqa: BLE001  the test's own: it is told there, not to the desk
            found.set_exception(error)

    station.subscribe(look)
    async with asyncio.timeout(within_s):
        while not found.done():
            look()  # what is wanted may hang on more than the view
            await asyncio.wait({found}, timeout=0.05)
    return found.result()
