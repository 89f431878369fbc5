from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.sip_peer import SipPeer


@pytest.fixture
async def peer() -> AsyncIterator[SipPeer]:
    """A SIP server on bare sockets; change its `plan` before dialing."""
    made = await SipPeer.start()
    yield made
    await made.close()
