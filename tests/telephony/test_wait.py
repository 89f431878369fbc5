"""What ends the phone process's wait: a command, or a message at its SIP socket, whichever comes first."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.sip_peer import SipPeer
from support.telephone import telephone

from telephony.account import Account
from telephony.engine import wait
from telephony.engine.own_sockets import own_sockets
from telephony.engine.wait import ForBoth, InTheStack, waiting
from telephony.protocol import Ready

FOR_GOOD_MS = 600_000  # longer than any test may take
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sockets are found in /proc")


class Stack:
    """Keeps how long it was let wait, and says that it had so much work."""

    def __init__(self, work: int = 0) -> None:
        self.waits: list[int] = []
        self.events = work

    def libHandleEvents(self, ms: int) -> int:  # noqa: N802
        self.waits.append(ms)
        return self.events


class World:
    """A pipe, and a socket that the process has opened somewhere."""

    def __init__(self) -> None:
        self.stack = Stack()
        self.reader, self.writer = os.pipe()
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(("127.0.0.1", 0))
        self.port = self.sip.getsockname()[1]
        self.door = f"127.0.0.1:{self.port}"

    def knock(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"INVITE", ("127.0.0.1", self.port))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(wait, "POLL_MS", FOR_GOOD_MS)
    made = World()
    with closing(made.sip):
        yield made
    os.close(made.reader)
    os.close(made.writer)


@linux
def test_a_command_ends_the_wait(world: World) -> None:
    waits = waiting(world.stack, world.reader, world.door)
    os.write(world.writer, b"dial")
    waits.wait()
    assert not world.stack.waits


@linux
def test_a_message_ends_the_wait_and_is_read_by_the_stack_before_any_command(world: World) -> None:
    waits = waiting(world.stack, world.reader, world.door)
    world.knock()
    waits.wait()
    assert world.stack.waits == [0]
    assert world.sip.recv(100) == b"INVITE"


@linux
def test_a_client_that_is_gone_ends_the_wait(world: World) -> None:
    reader, writer = os.pipe()
    waits = waiting(world.stack, reader, world.door)
    os.close(writer)
    waits.wait()
    os.close(reader)


@linux
def test_a_stack_that_had_work_is_looked_at_again_at_once(world: World) -> None:
    waits = waiting(world.stack, world.reader, world.door)
    world.stack.events = 1
    waits.work()
    waits.wait()


@linux
def test_no_bell_is_asked_for_where_both_are_waited_for(world: World) -> None:
    waits = waiting(world.stack, world.reader, world.door)
    assert isinstance(waits, ForBoth)
    assert (waits.door, waits.bell) == (world.door, False)


def test_a_socket_that_is_not_found_leaves_the_wait_to_the_stack_and_asks_for_a_bell(world: World) -> None:
    world.sip.close()
    waits = waiting(world.stack, world.reader, world.door)
    assert isinstance(waits, InTheStack)
    assert (waits.door, waits.bell) == (world.door, True)
    waits.wait()
    waits.work()
    assert world.stack.waits == [FOR_GOOD_MS]


def test_over_tcp_nobody_can_ring_so_the_stack_waits_briefly(world: World) -> None:
    waits = waiting(world.stack, world.reader, "")
    assert (waits.door, waits.bell) == ("", False)
    waits.wait()
    assert world.stack.waits == [wait.POLL_WITHOUT_BELL_MS]


@linux
def test_only_sockets_at_that_port_are_found(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        found = next(own_sockets(world.port))
        with found:
            assert found.getsockname() == world.sip.getsockname()


async def test_where_no_socket_is_found_the_client_rings_and_calls_go_out(
    peer: SipPeer, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.client.ENGINE", "tests.support.engine_elsewhere")
    async with telephone(log, Account(server=peer.address)) as line:
        assert line.heard.of(Ready)[0].bell
        await line.answered(line.dial("+14155550100"))


@linux
async def test_where_it_is_found_nobody_need_ring(peer: SipPeer, log: Path) -> None:
    async with telephone(log, Account(server=peer.address)) as line:
        told = line.heard.of(Ready)[0]
        assert (bool(told.door), told.bell) == (True, False)
        await line.answered(line.dial("+14155550100"))
