"""What runs unattended for a whole floor: the mail room and the housekeeping, until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from floor.workplace import Workplace, unattended


async def serve(place: Workplace, ready: Callable[[], None]) -> None:
    """Run the floor of `place` until SIGTERM, SIGINT or SIGHUP; calls `ready` once it runs.

    Raises:
        SixringError: the store cannot be opened.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(name, stop.set)
    async with place.store_room() as room, unattended(place, room):
        ready()
        await stop.wait()
