"""Wait until a desk shows what a test wants to see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from floor.station import Station
from floor.view import DeskView


async def until(station: Station, met: Callable[[DeskView], bool], within_s: float = 20.0) -> DeskView:
    """The first view that is as wanted."""
    changed = asyncio.Event()
    station.subscribe(changed.set)
    async with asyncio.timeout(within_s):
        while not met(station.view):
            changed.clear()
            await changed.wait()
    return station.view
