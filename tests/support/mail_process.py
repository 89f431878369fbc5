"""A mail room as a process of its own, to be killed: `python -m support.mail_process HOME PORT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from support.mailstore import mail_settings, store_room

from config.clock import SystemClock
from config.home import Home
from floor.mailroom import MailRoom


async def main(folder: Path, port: int) -> None:
    """Work until killed."""
    async with store_room(folder, SystemClock()) as room:
        mail_room = MailRoom(room, mail_settings(port, per_minute=10_000), Home(folder), SystemClock())
        await mail_room.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
