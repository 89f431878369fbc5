"""A name server of the test's own for what it starts: one name, one address, until it falls silent.

It is the only one in a mount namespace's /etc/resolv.conf (Linux, root). The test's own thread stands in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import ipaddress
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

_MOUNTS = 0x00020000  # CLONE_NEWNS
_FOLDERS = 0x00000200  # CLONE_FS
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_A = b"\x00\x01"
# How the C library looks names up. A machine may have others asked first, who know nothing of this one.
_SETTINGS = {"resolv.conf": "nameserver 127.0.0.1\n", "nsswitch.conf": "hosts: files dns\n"}


class NameServer(asyncio.DatagramProtocol):
    """Says `address` for every name; nothing while `silent`."""

    def __init__(self, address: str) -> None:
        self._address = ipaddress.IPv4Address(address).packed
        self.silent = False
        self.asked = 0

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        if self.silent:
            return
        question = data[12 : data.index(0, 12) + 5]
        count = question[-4:-2] == _A
        answer = b"\xc0\x0c" + _A + b"\x00\x01\x00\x00\x00\x3c\x00\x04" + self._address
        head = data[:2] + b"\x81\x80\x00\x01\x00" + bytes([count]) + b"\x00\x00\x00\x00"
        self._transport.sendto(head + question + answer * count, addr)


@contextlib.asynccontextmanager
async def name_server(folder: Path, address: str) -> AsyncIterator[NameServer]:
    """A name server on this host's loopback, known to nobody but who is started meanwhile."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: NameServer(address), local_addr=("127.0.0.1", 53)
    )
    try:
        with _asking_here(folder):
            yield server
    finally:
        transport.close()


@cache
def why_not() -> str:
    """What keeps a test from having one here; empty where it can."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as aside:
        try:
            aside.submit(_try, Path(folder)).result()
        except OSError as error:
            return f"names cannot be asked elsewhere here ({error})"
    return ""


def _try(folder: Path) -> None:
    with _asking_here(folder):
        pass


@contextlib.contextmanager
def _asking_here(folder: Path) -> Iterator[None]:
    """Let what is started ask 127.0.0.1 for names, and nobody else."""
    with _other_mounts():
        for name, words in _SETTINGS.items():
            if Path("/etc", name).exists():  # else the library does as is said here
                (folder / name).write_text(words)
                _mount(str(folder / name), str(Path("/etc", name).resolve()), _BIND)
        yield


@contextlib.contextmanager
def _other_mounts() -> Iterator[None]:
    library, folder = ctypes.CDLL(None, use_errno=True), Path.cwd()
    here = os.open("/proc/thread-self/ns/mnt", os.O_RDONLY)
    try:
        _checked(library.unshare(_MOUNTS))
        _mount("none", "/", _RECURSIVE | _PRIVATE)
        yield
    finally:
        # A thread begun meanwhile shares this one's folders, and who shares them may not change mounts.
        _checked(library.unshare(_FOLDERS))
        _checked(library.setns(here, _MOUNTS))
        os.close(here)
        os.chdir(folder)


def _mount(source: str, target: str, flags: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    _checked(library.mount(source.encode(), target.encode(), None, flags, None))


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
