"""A sound server without a sound card: what a rep says and hears, sample by sample.

One null sink of four channels is the air. `phones` plays into the first two,
`mouth` into the last two, and the microphone `mic` hears the mouth. The record
of all four (`air`) holds speech and what was heard of it on one clock.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import math
import os
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

RATE = 48_000
CHANNELS = 4
MICROPHONE, SPEAKER = "Rig Headset Microphone", "Rig Headset Speaker"
#: A minute of something to say, as `SoundRig.say` takes it.
WORDS = b"".join(struct.pack("=h", round(9_000 * math.sin(i * 0.35))) for i in range(8_000)) * 60
needs_pulseaudio = pytest.mark.skipif(
    shutil.which("pulseaudio") is None or shutil.which("pactl") is None,
    reason="pulseaudio is not installed: no headset was tried",
)

needs_pipewire = pytest.mark.skipif(
    any(
        shutil.which(one) is None for one in ("pipewire", "pipewire-pulse", "wireplumber", "dbus-run-session")
    ),
    reason="pipewire, pipewire-pulse, wireplumber or dbus-run-session is not installed: no headset was tried",
)

_AIR = (
    "module-null-sink", "sink_name=air", f"channels={CHANNELS}", f"rate={RATE}",
    "channel_map=front-left,front-right,rear-left,rear-right",
)  # fmt: skip
_MOUTH = (
    "module-remap-sink", "sink_name=mouth", "master=air", "channels=2", "remix=no",
    "master_channel_map=rear-left,rear-right", "channel_map=front-left,front-right",
)  # fmt: skip
_HEADSET = (
    (
        "module-remap-sink", "sink_name=phones", "master=air", "channels=2", "remix=no",
        "master_channel_map=front-left,front-right", "channel_map=front-left,front-right",
        f"sink_properties=\"device.description='{SPEAKER}'\"",
    ),
    (
        "module-remap-source", "source_name=mic", "master=air.monitor", "channels=1", "remix=no",
        "master_channel_map=rear-left", "channel_map=mono",
        f"source_properties=\"device.description='{MICROPHONE}'\"",
    ),
)  # fmt: skip


# The two others leave at once where PipeWire does not listen yet.
_PIPEWIRE = "pipewire & until [ -S pipewire-0 ]; do sleep 0.05; done; wireplumber & exec pipewire-pulse"


class SoundRig:
    """A running sound server; every program started with `PULSE_SERVER` set as here uses it."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind = folder, kind
        self.socket = folder / ("native" if kind == "pulseaudio" else "pulse/native")
        self.address = f"unix:{self.socket}"
        self.server: asyncio.subprocess.Process | None = None
        self._modules: list[str] = []

    def die(self) -> None:
        """Let the sound server die, and what it is made of."""
        if self.server is not None and self.server.returncode is None:
            os.killpg(self.server.pid, signal.SIGKILL)

    async def start(self) -> None:
        """Run the server, and wait until it listens."""
        words = {
            "pulseaudio": [
                "pulseaudio", "-n", "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no",
                "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
            ],
            "pipewire": ["dbus-run-session", "--", "sh", "-c", _PIPEWIRE],
        }[self.kind]  # fmt: skip
        home = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder)}
        self.server = await asyncio.create_subprocess_exec(
            *words, env=_of_no_session() | home, start_new_session=True, cwd=self.folder,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(60):
            while not (self.socket.exists() and self.answers()):
                assert self.server.returncode is None, "the sound server has left"
                await asyncio.sleep(0.05)
        for words in (_AIR, _MOUTH):
            self._pactl("load-module", *words)
        self._until(lambda there: {"air", "mouth"} <= there)

    def answers(self) -> bool:
        """Whether the server takes requests."""
        asked = ["pactl", "-s", self.address, "info"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def _pactl(self, *words: str) -> str:
        environment = {**os.environ, "PULSE_SERVER": self.address}
        return subprocess.run(
            ["pactl", *words], env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    def _until(self, met: Callable[[set[str]], bool]) -> None:
        """Wait for devices to come or go: PipeWire says a module is loaded before its device is there."""
        until = time.monotonic() + 20
        while not met(
            {
                line.split("\t")[1]
                for kind in ("sinks", "sources")
                for line in self._pactl("list", "short", kind).splitlines()
            }
        ):
            assert time.monotonic() < until, "the devices did not come, or did not go"
            time.sleep(0.05)

    def plug_in(self) -> None:
        """Let the headset appear."""
        self._modules = [self._pactl("load-module", *words) for words in _HEADSET]
        self._until(lambda there: {"phones", "mic"} <= there)

    def pull_out(self) -> None:
        """Let it vanish, whoever uses it."""
        for module in reversed(self._modules):
            self._pactl("unload-module", module)
        self._modules = []
        self._until(lambda there: there.isdisjoint({"phones", "mic"}))

    def add_speaker(self, name: str, called: str) -> None:
        """Let one more speaker appear, `called` so to people."""
        properties = f"sink_properties=\"device.description='{called}'\""
        self._pactl("load-module", "module-null-sink", f"sink_name={name}", properties)
        self._until(lambda there: name in there)

    def prefer(self, speaker: str) -> None:
        """Make a speaker the system's choice."""
        self._pactl("set-default-sink", speaker)

    def stall_microphone(self, stalled: bool = True) -> None:
        """Let the microphone open as ever, and give nothing."""
        self._pactl("suspend-source", "mic", str(int(stalled)))

    @contextlib.contextmanager
    def saying(self, sound: bytes) -> Iterator[None]:
        """Speak 16-bit mono sound of 8 kHz into the microphone."""
        path = self.folder / "speech.raw"
        path.write_bytes(sound)
        mouth = subprocess.Popen(
            [
                "pacat", "-p", "-s", self.address, "-d", "mouth", "--rate=8000", "--format=s16ne",
                "--channels=1", "--latency-msec=20", str(path),
            ]
        )  # fmt: skip
        with _until_the_end(mouth):
            yield

    @contextlib.contextmanager
    def recording(self) -> Iterator[Path]:
        """Record the air into a file for the length of the block."""
        path = self.folder / "air.raw"
        with path.open("wb") as file:
            recorder = subprocess.Popen(
                [
                    "pacat", "-r", "-s", self.address, "-d", "air.monitor", f"--rate={RATE}",
                    "--format=s16ne", f"--channels={CHANNELS}", "--latency-msec=20", "--raw",
                    "--channel-map=front-left,front-right,rear-left,rear-right",
                ],
                stdout=file,
            )  # fmt: skip
            with _until_the_end(recorder):
                yield path


@contextlib.contextmanager
def _until_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _of_no_session() -> dict[str, str]:
    """The environment without what leads to a sound server, or its settings, that runs here already."""
    session = ("PULSE_", "PIPEWIRE_", "WIREPLUMBER_", "XDG_", "DBUS_")
    return {name: value for name, value in os.environ.items() if not name.startswith(session)}


def channel(path: Path, number: int) -> array.array[int]:
    """One channel of a record of the air: 0 what was heard, 2 what was said."""
    samples = array.array("h")
    raw = path.read_bytes()
    samples.frombytes(raw[: len(raw) // (2 * CHANNELS) * 2 * CHANNELS])
    return samples[number::CHANNELS]


@contextlib.asynccontextmanager
async def sound_rig(
    folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str = "pulseaudio"
) -> AsyncIterator[SoundRig]:
    """A sound server with the headset plugged in; `PULSE_SERVER` names it meanwhile.

    `kind` is "pulseaudio" or "pipewire".
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    rig = SoundRig(folder, kind)
    try:
        await rig.start()
        monkeypatch.setenv("PULSE_SERVER", rig.address)
        rig.plug_in()
        yield rig
    finally:
        rig.die()
        if rig.server is not None:
            await rig.server.wait()
