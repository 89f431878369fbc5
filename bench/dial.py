"""From `Phone.dial` to the INVITE on the wire, beside baresip placing the same call in the same run.

A bare UDP socket refuses each INVITE (486); the kernel says when it came. Our
time starts at the call of `dial`, which is what a key press runs; baresip's at
the write of its `dial` command to ctrl_tcp. The two take turns, in an order
drawn anew each time, so both meet the same machine. Without baresip on PATH
only our own figures are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

from _busy import busy
from _wire import open_stamped, receive

from telephony.account import Account
from telephony.client import Phone
from telephony.protocol import AnyEvent, Dial, Ended

HOST = "127.0.0.1"
PAUSE_S = 0.06  # below the rate at which the engine begins to hold calls back
MODULES = Path("/usr/lib/baresip/modules")


class Sink(threading.Thread):
    """Refuses INVITEs and keeps when they came, in a thread that does nothing else."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._socket = open_stamped(HOST)
        self.port = self._socket.getsockname()[1]
        self.seen: dict[str, int] = {}  # user part -> monotonic ns

    def run(self) -> None:
        """Serve for good."""
        while True:
            data, sender, came = receive(self._socket)
            text = data.decode("utf-8", "replace")
            if not text.startswith("INVITE"):
                continue
            self.seen.setdefault(text[len("INVITE sip:") :].partition("@")[0], came)
            self._socket.sendto(busy(data), sender)


class Ours:
    """The phone under measurement."""

    def __init__(self, phone: Phone, ended: asyncio.Queue[str]) -> None:
        self._phone, self._ended = phone, ended

    async def call(self, user: str) -> int:
        """Place one call; the monotonic ns at which it was asked for."""
        begun = time.monotonic_ns()
        self._phone.dial(Dial(user, user))
        while await asyncio.wait_for(self._ended.get(), 10) != user:
            pass
        return begun


@contextlib.asynccontextmanager
async def our_phone(server: str, folder: Path) -> AsyncIterator[Ours]:
    ended: asyncio.Queue[str] = asyncio.Queue()

    def hear(event: AnyEvent) -> None:
        if isinstance(event, Ended):
            ended.put_nowait(event.call)

    phone = Phone(Account(server=server), hear, folder / "phone.log")
    await phone.start()
    try:
        yield Ours(phone, ended)
    finally:
        await phone.close()


class Baresip:
    """baresip, commanded over ctrl_tcp (netstrings of JSON)."""

    def __init__(self, writer: asyncio.StreamWriter, server: str) -> None:
        self._writer, self._server = writer, server

    async def call(self, user: str) -> int:
        """Place one call; the monotonic ns at which it was asked for."""
        text = json.dumps({"command": "dial", "params": f"sip:{user}@{self._server}"})
        begun = time.monotonic_ns()
        self._writer.write(f"{len(text)}:{text},".encode())
        await self._writer.drain()
        return begun


@contextlib.asynccontextmanager
async def baresip(server: str, folder: Path) -> AsyncIterator[Baresip]:
    control = _free_port()
    (folder / "config").write_text(
        f"sip_listen {HOST}:0\nnet_interface {HOST}\nctrl_tcp_listen {HOST}:{control}\n"
        f"module_path {MODULES}\n"
        "module stdio.so\nmodule g711.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\nmodule_tmp account.so\n"
        "audio_source ausine,440\naudio_player aubridge,x\nmodule ausine.so\nmodule aubridge.so\n"
        "audio_alert ausine,440\n"
    )
    (folder / "accounts").write_text(f"<sip:rep@{HOST}>;regint=0\n")
    (folder / "contacts").write_text("")
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(folder), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        reader, writer = await _connected(control)
        drain = asyncio.create_task(reader.read())
        yield Baresip(writer, server)
        writer.close()
        drain.cancel()
    finally:
        process.kill()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(100):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection(HOST, port)
        await asyncio.sleep(0.05)
    raise RuntimeError("baresip did not open its control port")


async def measure(calls: int, folder: Path) -> dict[str, list[float]]:
    """Milliseconds of each call, by phone; the first ten warm up and are left out."""
    sink = Sink()
    sink.start()
    server = f"{HOST}:{sink.port}"
    times: dict[str, list[float]] = {}
    async with contextlib.AsyncExitStack() as stack:
        phones: dict[str, Ours | Baresip] = {
            "sixring": await stack.enter_async_context(our_phone(server, folder))
        }
        if shutil.which("baresip"):
            phones["baresip"] = await stack.enter_async_context(baresip(server, folder))
        for number in range(calls + 10):
            for name, phone in random.sample([*phones.items()], len(phones)):
                user = f"{name}{number}"
                begun = await phone.call(user)
                await asyncio.sleep(PAUSE_S)
                if number >= 10 and user in sink.seen:
                    times.setdefault(name, []).append((sink.seen[user] - begun) / 1e6)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(measure(calls, Path(folder)))
    for name, taken in times.items():
        cuts = statistics.quantiles(taken, n=100)
        print(
            f"dial to INVITE, {name:8} p50 {cuts[49]:6.2f} ms   p99 {cuts[98]:6.2f} ms   "
            f"max {max(taken):6.2f} ms   {len(taken)} calls"
        )
    if "baresip" in times:
        ratio = statistics.median(times["sixring"]) / statistics.median(times["baresip"])
        print(f"ratio of the medians, sixring / baresip: {ratio:.2f}")
    else:
        print("baresip is not on PATH: nothing to compare with")


if __name__ == "__main__":
    main()
