"""Mouth-to-ear delay and clicks of the headset, without a sound card, beside baresip in the same run.

A null sink of a sound server is the air (tests/support/sound_rig.py): a mouth says
noise into the microphone, the phone carries it over real RTP to the practice
carrier, whose number 0 echoes it, and back to the speaker. Both ends are on one
record of the air, so the delay is counted in samples: two passes of sound server,
bridge, network and jitter buffer. The two phones take turns on the same server, on
PulseAudio and on PipeWire, as far as they are installed. Where others use the machine
as well, `--realtime` (for root) puts all of it before them, both phones and the server
alike: nobody's sound is then late for want of a processor.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "tests"))

from _baresip_headset import baresip_call, missing
from support.heard import RATE, Way, noise, thinned, way
from support.sound_rig import (
    MICROPHONE,
    SPEAKER,
    SoundRig,
    channel,
    needs_pipewire,
    needs_pulseaudio,
    sound_rig,
)
from support.sound_rig import RATE as AIR_RATE
from support.telephone import telephone

from telephony.account import Account, Sound
from telephony.carrier import PracticeCarrier
from telephony.protocol import Levels, SoundState

ECHO = "5550100"
PRIORITY = 5
SETTLE_S = 8.0  # the jitter buffers find their size


async def _listen(rig: SoundRig, seconds: float) -> Way:
    """What becomes of `seconds` of noise."""
    await asyncio.sleep(SETTLE_S)
    with rig.saying(noise(seconds + 2).tobytes()), rig.recording() as air:
        await asyncio.sleep(seconds)
    thin = AIR_RATE // RATE
    return way(thinned(channel(air, 2), thin), thinned(channel(air, 0), thin))


@contextlib.asynccontextmanager
async def our_call(folder: Path, server: str) -> AsyncIterator[None]:
    """A call of ours to the echo; says at its end what it counted itself."""
    sound = Sound(kind="headset", microphone=MICROPHONE, speaker=SPEAKER)
    async with telephone(folder / "phone.log", Account(server=server), sound=sound) as line:
        await line.heard.wait(SoundState, count=2)
        await line.answered(line.dial(ECHO))
        engine = psutil.Process(line.phone.pid)
        before, cpu, began = line.heard.of(Levels)[-1], sum(engine.cpu_times()[:2]), time.monotonic()
        yield
        after, lasted = line.heard.of(Levels)[-1], time.monotonic() - began
        share = 100 * (sum(engine.cpu_times()[:2]) - cpu) / lasted
        print(
            f"  our rings: {after.under_runs - before.under_runs} under-runs, "
            f"{after.over_runs - before.over_runs} over-runs in {lasted:.0f} s; {share:.1f} % of a core"
        )


def hurry(server: int) -> None:
    """Put the sound server before the others as well: PulseAudio's main thread does not inherit it."""
    if os.sched_getscheduler(0) == os.SCHED_RR:
        for task in Path(f"/proc/{server}/task").iterdir():
            os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(PRIORITY))


async def measure(kind: str, folder: Path, seconds: float, rounds: int) -> None:
    """Both phones in turns on one sound server."""
    ways: dict[str, list[Way]] = {"sixring": []} | ({} if missing() else {"baresip": []})
    print(f"{kind}:")
    with pytest.MonkeyPatch.context() as patch:
        async with sound_rig(folder / kind, patch, kind) as rig:
            if rig.server is not None:
                hurry(rig.server.pid)
            carrier = PracticeCarrier(folder / "carrier.log", pace=0.05)
            address = str(await carrier.start())
            for _ in range(rounds):
                for name, seen in ways.items():
                    call = (
                        our_call(folder, address)
                        if name == "sixring"
                        else baresip_call(folder / "baresip", f"sip:{ECHO}@{address}")
                    )
                    async with call:
                        seen.append(await _listen(rig, seconds))
            await carrier.close()
    medians = {name: tell(name, seen) for name, seen in ways.items()}
    if "baresip" in medians:
        print(f"  ratio of the medians, sixring / baresip: {medians['sixring'] / medians['baresip']:.2f}")
    else:
        print(f"  {missing()}: nothing to compare with")


def tell(name: str, ways: list[Way]) -> float:
    """Print what was seen of a phone; its usual delay."""
    delays = [delay for one in ways for delay in one.delays_ms]
    minutes = sum(len(one.delays_ms) + one.lost for one in ways) / 50 / 60
    print(
        f"  {name:8} there and back, ms: median {statistics.median(delays):.0f}, least {min(delays):.0f}, "
        f"most {max(delays):.0f}; a minute: {sum(one.lost for one in ways) / minutes:.1f} lost pieces of "
        f"20 ms, {sum(one.moves for one in ways) / minutes:.1f} jumps"
    )
    return float(statistics.median(delays))


def main() -> int:
    """Measure where there is a sound server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="of each turn")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--realtime", action="store_true", help="before all others on the machine (root)")
    asked = parser.parse_args()
    if asked.realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    print(f"load {os.getloadavg()[0]:.1f}")
    for kind, needs in (("pulseaudio", [needs_pulseaudio]), ("pipewire", [needs_pulseaudio, needs_pipewire])):
        absent = [need.kwargs["reason"] for need in needs if need.args[0]]
        if absent:
            print(f"{kind}: {absent[0]}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(measure(kind, Path(folder), asked.seconds, asked.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
