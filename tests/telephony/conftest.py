from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from support import floor_carrier
from support.netns import Network, network, why_not
from support.patience import patient
from support.sip_peer import SipPeer, answer
from support.sip_ringer import Ringer
from support.telephone import Telephone, telephone

from telephony.account import Account
from telephony.carrier import PracticeCarrier


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    patient(monkeypatch)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "phone.log"


@pytest.fixture
async def peer() -> AsyncIterator[SipPeer]:
    """A called side on bare sockets; change its `plan` before dialing."""
    made = await SipPeer.start()
    yield made
    await made.close()


@pytest.fixture
async def desk_phone() -> AsyncIterator[SipPeer]:
    """The rep's own phone: picks up at once, and speaks."""
    made = await SipPeer.start([(0, answer)])
    yield made
    await made.close()


@pytest.fixture
async def line(peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """A phone whose carrier is `peer`."""
    async with telephone(log, Account(server=peer.address)) as made:
        yield made


@pytest.fixture
async def ann() -> AsyncIterator[Ringer]:
    """Somebody who rings through the phone's carrier: same address, another port."""
    made = await Ringer.start()
    yield made
    made.close()


@pytest.fixture
async def carrier(tmp_path: Path) -> AsyncIterator[PracticeCarrier]:
    """The practice carrier, twenty times as quick as life."""
    made = PracticeCarrier(tmp_path / "carrier.log", pace=0.05)
    await made.start()
    yield made
    await made.close()


@pytest.fixture
async def practice(carrier: PracticeCarrier, log: Path) -> AsyncIterator[Telephone]:
    """A phone whose carrier is the practice carrier."""
    async with telephone(log, Account(server=str(carrier.addresses[0]))) as made:
        yield made


@pytest.fixture
async def opened() -> AsyncIterator[Callable[..., object]]:
    """Enter further phones or peers in a test, closed in order at its end."""
    async with AsyncExitStack() as stack:
        yield stack.enter_async_context


@pytest.fixture
def net() -> Iterator[Network]:
    """A desk, a router, a carrier and a lead; the test stands at the desk."""
    why = why_not() or floor_carrier.missing()
    if why:
        pytest.skip(why)
    with network() as made:
        yield made
