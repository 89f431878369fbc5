"""baresip, as a person with a telephone: answers by itself and speaks."""

from __future__ import annotations

import asyncio
import contextlib
import json
from array import array
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.packages import modules_of
from support.ports import HOST, listens

from telephony.carrier import script

SPEECH = Path(script.__file__).parent / "sounds" / "person.wav"
needs_baresip = pytest.mark.skipif(modules_of("baresip") is None, reason="baresip is not installed")

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
_HEAD = 44  # bytes of a WAV file before its sound


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
    config = _CONFIG.format(host=host, port=port, modules=modules_of("baresip"), speech=speech)
    (folder / "config").write_text(config + more, encoding="utf-8")
    account = account or f"<sip:{user}@{host}>;regint=0;answermode=auto"
    (folder / "accounts").write_text(account + "\n", encoding="utf-8")
    (folder / "contacts").write_text("", encoding="utf-8")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(folder), stdin=quiet, stdout=quiet, stderr=quiet
    )
    try:
        await listens(port, process)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def keeps_what_it_hears(folder: Path) -> str:
    """What makes a baresip keep its calls' sound in `folder`, for `more`."""
    return f"module sndfile.so\nsnd_path {folder}\n"


def heard_by(folder: Path) -> array[int]:
    """The samples it has heard so far in its newest call; none before the first."""
    kept = max(folder.glob("dump-*dec.wav"), key=lambda file: file.stat().st_mtime, default=None)
    sound = kept.read_bytes()[_HEAD:] if kept is not None else b""
    return array("h", sound[: len(sound) // 2 * 2])  # how much there is its head tells at the end alone


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
