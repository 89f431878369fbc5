"""baresip as a rep's softphone with the headset of the rig: its ALSA module on ALSA's PulseAudio plugin.

Debian's baresip has no PulseAudio module of its own; jitter buffer and sound buffers are
those it ships with.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

from support.baresip import command, obeys
from support.packages import modules_of
from support.ports import HOST, free_port, listens

PLUGIN = "*/alsa-lib/libasound_module_pcm_pulse.so"
_ALSA = """pcm.phones {
    type pulse
    device phones
}
pcm.mic {
    type pulse
    device mic
}
"""
_CONFIG = """sip_listen {host}:{port}
net_interface {host}
module_path {modules}
module stdio.so
module g711.so
module alsa.so
module_tmp account.so
module_app menu.so
audio_source alsa,mic
audio_player alsa,phones
audio_alert alsa,phones
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
"""


def missing() -> str:
    """What keeps it from being measured; empty if nothing does."""
    if shutil.which("baresip") is None:
        return "baresip is not installed"
    if not [*Path("/usr/lib").glob(PLUGIN)]:
        return "ALSA's PulseAudio plugin (libasound2-plugins) is not installed"
    return ""


@contextlib.asynccontextmanager
async def baresip_call(folder: Path, target: str) -> AsyncIterator[None]:
    """A call to `target` with the headset of the rig whose `PULSE_SERVER` is set."""
    folder.mkdir(exist_ok=True)
    port, control = free_port(), free_port()
    config = _CONFIG.format(host=HOST, port=port, modules=modules_of("baresip"))
    (folder / ".asoundrc").write_text(_ALSA, encoding="utf-8")
    (folder / "config").write_text(config + obeys(control), encoding="utf-8")
    (folder / "accounts").write_text(f"<sip:rep@{HOST}>;regint=0\n", encoding="utf-8")
    (folder / "contacts").write_text("", encoding="utf-8")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(folder), stdin=quiet, stdout=quiet, stderr=quiet,
        env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    try:
        await listens(port, process)
        await command(control, "dial", target)
        yield
    finally:
        process.kill()
        await process.wait()
