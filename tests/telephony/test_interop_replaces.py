"""Two lines joined by telephones that honour Replaces: two current baresips. Run by .ci/run."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import support.baresip_process
from support.kamailio import modules, routing_kamailio
from support.ports import HOST, free_port, listens
from support.telephone import telephone

from telephony.account import Account
from telephony.protocol import Dial, Held, Hold, Transfer, Transferred

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(importlib.util.find_spec("baresip") is None, reason="baresip-python is not installed"),
    pytest.mark.skipif(modules() is None, reason="kamailio is not installed"),
]


class Phone:
    """One of the two."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        self._lines = process.stdout
        self._told: list[str] = []

    async def said(self, event: str, words: str) -> None:
        """Wait until it has told that event, with `words` in its text."""
        async with asyncio.timeout(20):
            while not any(line.startswith(event) and words in line for line in self._told):
                self._told.append((await self._lines.readline()).decode())
                assert self._told[-1], "it has left"


@asynccontextmanager
async def baresip_of_today(user: str, port: int) -> AsyncIterator[Phone]:
    # -P: else its `import baresip` finds our own support/baresip.py beside it
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        support.baresip_process.__file__,
        user,
        str(port),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await listens(port, process)
        yield Phone(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_leads_telephone_takes_our_place_in_the_colleagues_call(tmp_path: Path, log: Path) -> None:
    ports = {"lead": free_port(), "colleague": free_port()}
    telephones = {user: f"{HOST}:{port}" for user, port in ports.items()}
    async with (
        baresip_of_today("lead", ports["lead"]) as lead,
        baresip_of_today("colleague", ports["colleague"]) as colleague,
        routing_kamailio(tmp_path, telephones) as proxy,
        telephone(log, Account(server=proxy)) as line,
    ):
        call = line.dial("lead")
        await line.answered(call)
        line.phone.send(Hold(call, True))
        await line.heard.wait(Held, call)
        line.phone.dial(Dial("second", "colleague", beside=call))
        await line.answered("second")
        line.phone.send(Transfer(call, to="second"))
        told = await line.heard.wait(Transferred, call)
        assert (told.done, told.code) == (True, 200)
        assert (await line.ended(call)).reason == "Transferred to colleague."
        assert (await line.ended("second")).reason == "Joined with the other line."
        await colleague.said("CALL_CLOSED", "replaced")
        await colleague.said("CALL_ESTABLISHED", "sip:lead@")
        await lead.said("CALL_ESTABLISHED", "sip:colleague@")
