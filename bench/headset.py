"""Clicks a minute and mouth-to-ear delay of the headset, without a sound card.

A PulseAudio null sink is the air (tests/support/sound_rig.py): a mouth clicks
into the microphone every 0.6 s, the phone process carries it over real RTP to
the practice carrier, whose number 0 echoes it, and back to the speaker. Both
ends are on one record of the air, so the delay is counted in samples: two
passes of sound server, ring, bridge, network and jitter buffer.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import statistics
import struct
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "tests"))

from support.sound_rig import MICROPHONE, RATE, SPEAKER, channel, needs_pulseaudio, sound_rig
from support.telephone import telephone

from telephony.account import Account, Sound
from telephony.carrier import PracticeCarrier
from telephony.protocol import Levels, SoundState

EVERY_S = 0.6
LOUD = 3_000
SETTLE_S = 3.0  # the jitter buffers find their size


def clicks(seconds: float) -> bytes:
    """20 ms of 1 kHz every `EVERY_S`, 8 kHz."""
    click = b"".join(struct.pack("=h", round(20_000 * math.sin(i * math.tau / 8))) for i in range(160))
    pause = bytes(round(8_000 * EVERY_S) * 2 - len(click))
    return (click + pause) * round(seconds / EVERY_S)


def onsets(path: Path, number: int) -> list[int]:
    """Where a click begins on a channel, in samples."""
    found: list[int] = []
    for at, sample in enumerate(channel(path, number)):
        if abs(sample) > LOUD and (not found or at - found[-1] > RATE // 4):
            found.append(at)
    return found


def delays_ms(path: Path) -> tuple[list[float], int]:
    """From each click said to the click heard, and how many were said."""
    said, heard = onsets(path, 2), onsets(path, 0)
    pairs = [(one, next((at for at in heard if 0 < at - one < RATE * EVERY_S), None)) for one in said]
    return [(at - one) / RATE * 1000 for one, at in pairs if at is not None], len(said)


async def measure(folder: Path, seconds: float) -> None:
    """One call, and its figures."""
    carrier = PracticeCarrier(folder / "carrier.log", pace=0.05)
    with pytest.MonkeyPatch.context() as patch:
        async with sound_rig(folder / "rig", patch) as rig:
            address = await carrier.start()
            sound = Sound(kind="headset", microphone=MICROPHONE, speaker=SPEAKER)
            async with telephone(folder / "phone.log", Account(server=str(address)), sound=sound) as line:
                await line.heard.wait(SoundState, count=2)
                call = line.dial("5550100")
                await line.answered(call)
                await asyncio.sleep(SETTLE_S)
                speech = rig.say(clicks(seconds))
                before = line.heard.of(Levels)[-1]
                engine = psutil.Process(line.phone.pid)
                spent = sum(engine.cpu_times()[:2])
                with rig.recording() as air:
                    await asyncio.sleep(seconds)
                spent = sum(engine.cpu_times()[:2]) - spent
                after = line.heard.of(Levels)[-1]
                speech.kill()
                speech.wait()
            await carrier.close()
    found, said = delays_ms(air)
    minutes = seconds / 60
    print(f"clicks said {said}, heard {len(found)}; load {os.getloadavg()[0]:.1f}")
    print(f"delay ms: median {statistics.median(found):.0f}, least {min(found):.0f}, most {max(found):.0f}")
    print(f"under-runs a minute: {(after.under_runs - before.under_runs) / minutes:.1f}")
    print(f"over-runs a minute: {(after.over_runs - before.over_runs) / minutes:.1f}")
    print(f"phone process: {100 * spent / seconds:.1f} % of a core")


def main() -> int:
    """Measure where there is a sound server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    if needs_pulseaudio.args[0]:
        print("pulseaudio is not installed: nothing was measured")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
