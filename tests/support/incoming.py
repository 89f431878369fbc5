"""Calls that ring at a phone, in short words for a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from support.sip_ringer import Ring, Ringer
from support.telephone import Telephone

from telephony.protocol import Answer, Incoming, Ready


def where(line: Telephone) -> str:
    """The phone's own SIP address."""
    return line.heard.of(Ready)[-1].door


@asynccontextmanager
async def rung(line: Telephone, ann: Ringer, **more: object) -> AsyncIterator[tuple[Ring, Incoming]]:
    """A call that rings at the desk."""
    count = len(line.heard.of(Incoming)) + 1
    ring = ann.ring(where(line), **more)
    incoming = await line.heard.wait(Incoming, count=count)
    await ring.reply(180)
    yield ring, incoming


@asynccontextmanager
async def spoken_with(line: Telephone, ann: Ringer, **more: object) -> AsyncIterator[tuple[Ring, str]]:
    """A call that was answered; they speak."""
    async with rung(line, ann, **more) as (ring, incoming):
        line.phone.send(Answer(incoming.call))
        await ring.reply(200)
        ring.speak()
        await line.answered(incoming.call)
        yield ring, incoming.call
