"""baresip, as a person with a telephone: answers by itself and speaks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.carrier import script

HOST = "127.0.0.1"
SPEECH = Path(script.__file__).parent / "sounds" / "person.wav"
needs_baresip = pytest.mark.skipif(shutil.which("baresip") is None, reason="baresip is not installed")

_CONFIG = """sip_listen {host}:{port}
net_interface {host}
module_path {modules}
module stdio.so
module g711.so
module aufile.so
module aubridge.so
module uuid.so
module_tmp account.so
module_app menu.so
audio_source aufile,{speech}
audio_player aubridge,x
audio_alert aufile,{speech}
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
"""


@contextlib.asynccontextmanager
async def baresip(
    folder: Path,
    port: int,
    user: str,
    *,
    account: str = "",
    more: str = "",
    speech: Path = SPEECH,
    host: str = HOST,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A telephone at `sip:user@host:port`, listening; killed at the end.

    `account` is its line of `accounts` where it is another; `more` goes into its `config`;
    `speech` is what it says, round and round.
    """
    folder.mkdir(exist_ok=True)
    modules = next(iter(sorted(Path("/usr/lib").glob("**/baresip/modules"))))
    config = _CONFIG.format(host=host, port=port, modules=modules, speech=speech)
    (folder / "config").write_text(config + more, encoding="utf-8")
    account = account or f"<sip:{user}@{host}>;regint=0;answermode=auto"
    (folder / "accounts").write_text(account + "\n", encoding="utf-8")
    (folder / "contacts").write_text("", encoding="utf-8")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(folder), stdin=quiet, stdout=quiet, stderr=quiet
    )
    try:
        await listens(port)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def listens(port: int) -> None:
    """Wait until a user agent has `port`, without touching it: a bind of ours could come before its own."""
    wanted = f":{port:04X}"
    async with asyncio.timeout(20):
        while not any(
            line.split()[1].endswith(wanted) for line in Path("/proc/net/udp").read_text().splitlines()[1:]
        ):
            await asyncio.sleep(0.05)


def obeys(port: int) -> str:
    """What makes a baresip take commands at `port`, for `more`."""
    return f"module_app ctrl_tcp.so\nctrl_tcp_listen {HOST}:{port}\n"


async def command(port: int, word: str, value: str) -> None:
    """Tell baresip something (ctrl_tcp: JSON in a netstring)."""
    text = json.dumps({"command": word, "params": value})
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, port)
                break
            except OSError:
                await asyncio.sleep(0.05)
    writer.write(f"{len(text)}:{text},".encode())
    await writer.drain()
    writer.close()


def free_port() -> int:
    """A UDP port nobody uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
