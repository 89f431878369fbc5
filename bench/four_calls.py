"""Four calls at once, all recorded: how late each packet of sound reaches the called side.

Four is what the stack holds. The rep's sound is a file; each called side says
a tone of its own, on bare sockets. The kernel stamps every RTP packet as it
comes. A packet is due by its sequence number, 20 ms after the one before; the
median packet of a stream is on time, and lateness is counted from it. At the
end each recording must hold the rep on the left and its own tone on the right.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time
import wave
from array import array
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from _line import Line, line
from _wire import open_stamped, receive
from support.sip_message import Message, media_address, sdp
from support.sip_peer import Leg, Plan, SipPeer, ring
from support.sound import channels, strength

from telephony.account import Account, Sound
from telephony.protocol import Answered, Record, Recorded

HOST = "127.0.0.1"
FRAME_NS = 20_000_000
REP_HZ = 440
TONES_HZ = (700, 1_000, 1_300, 1_600)
SETTLE_S = 2.0  # the first packets are left out: streams are joined to the bridge one by one
GOAL_MS = 40.0
PURE = 0.7  # of the energy of a tenth of a second that is one tone
HEARD = 0.8  # of a recording at least; the rep's file begins anew each second, with a click


@dataclass
class Far:
    """The sound of one called side."""

    hz: int
    source: socket.socket = field(default_factory=lambda: open_stamped(HOST))
    to: tuple[str, int] | None = None  # where it speaks
    came: list[tuple[int, int]] = field(default_factory=list)  # sequence number, monotonic ns

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.source.getsockname()[1])

    def listen(self) -> None:
        """Keep every packet until the socket is closed."""
        before, turns = 0, 0
        while True:
            try:
                data, _, came = receive(self.source)
            except OSError:
                return
            if data[1] & 0x7F == 0:  # PCMU
                number = int.from_bytes(data[2:4], "big")
                turns += number < before - 32_768
                before = number
                self.came.append((number + (turns << 16), came))


def speak(far: list[Far], over: threading.Event) -> None:
    """Let all of them say their tone, a packet every 20 ms, until told to stop."""
    said = [bytes(_pcmu(one) for one in _tone(each.hz, 8_000)) for each in far]
    begun, count = time.monotonic_ns(), 0
    while not over.wait(max(0.0, (begun + count * FRAME_NS - time.monotonic_ns()) / 1e9)):
        for each, sound in zip(far, said, strict=True):
            if each.to is not None:
                head = struct.pack("!BBHII", 0x80, 0, count & 0xFFFF, count * 160, each.hz)
                each.source.sendto(head + sound[count % 50 * 160 : count % 50 * 160 + 160], each.to)
        count += 1


def _tone(hz: int, samples: int) -> array[int]:
    return array("h", (round(8_000 * math.sin(math.tau * hz * at / 8_000)) for at in range(samples)))


def _pcmu(sample: int) -> int:
    """One sample as PCMU (ITU-T G.711)."""
    size = min(abs(sample), 32_635) + 0x84
    exponent = size.bit_length() - 8
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | size >> (exponent + 3) & 0x0F) & 0xFF


def _wav(path: Path, hz: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", ""))
        file.writeframes(_tone(hz, 8_000).tobytes())
    return path


# ------------------------------------------------------------------ the calls


def plans(far: list[Far]) -> dict[str, Plan]:
    """What the called side does, by the number dialed."""

    def answering(each: Far) -> Plan:
        def answer(leg: Leg) -> None:
            each.to = media_address(leg.invite)
            leg.answered = 0.0
            leg.reply(200, "OK", body=sdp(HOST, each.port))

        return [(0, ring), (0.1, answer)]

    return {f"far{number}": answering(each) for number, each in enumerate(far)}


async def four_at_once(far: list[Far], seconds: float, folder: Path) -> float:
    """Hold and record all calls for so long; the share of a core that the phone process took."""
    by_number = plans(far)

    def plan(invite: Message) -> Plan:
        return by_number[invite.user]

    peer = await SipPeer.start(plan)
    sound = Sound(kind="file", file=str(_wav(folder / "rep.wav", REP_HZ)))
    try:
        async with line(Account(server=peer.address), folder / "phone.log", sound) as phone:
            calls = [await _recorded(phone, number, folder) for number in by_number]
            await asyncio.sleep(SETTLE_S)
            for each in far:
                each.came.clear()
            engine = psutil.Process(phone.phone.pid)
            spent = sum(engine.cpu_times()[:2])
            await asyncio.sleep(seconds)
            spent = sum(engine.cpu_times()[:2]) - spent
            heard = [list(each.came) for each in far]
            for call in calls:
                phone.phone.hang_up(call)
            for call in calls:
                await phone.wait(Recorded, call)
                await phone.ended(call)
    finally:
        await peer.close()
    for each, came in zip(far, heard, strict=True):
        each.came = came
    return float(spent / seconds)


async def _recorded(phone: Line, number: str, folder: Path) -> str:
    call = phone.dial(number)
    await phone.wait(Answered, call)
    phone.phone.send(Record(call, "start", str(folder / f"{number}.wav")))
    return call


# ------------------------------------------------------------------- verdict


def lateness_ms(came: list[tuple[int, int]]) -> list[float]:
    """Of each packet; negative for one that is early."""
    offsets = [at - number * FRAME_NS for number, at in came]
    on_time = statistics.median(offsets)
    return [(offset - on_time) / 1e6 for offset in offsets]


def judge_packets(far: list[Far]) -> bool:
    """Print how late the packets were; whether none was later than the goal."""
    late: list[float] = []
    for number, each in enumerate(far):
        own = sorted(lateness_ms(each.came))
        expected = each.came[-1][0] - each.came[0][0] + 1
        gaps = [(later[1] - before[1]) / 1e6 for before, later in zip(each.came, each.came[1:], strict=False)]
        print(
            f"call {number}: {len(own)} packets, {expected - len(own)} missing; late by ms: "
            f"p99 {own[len(own) * 99 // 100]:.1f}, most {own[-1]:.1f}; longest gap {max(gaps):.1f}"
        )
        late += own
    late.sort()
    beyond = sum(one > GOAL_MS for one in late)
    print(f"all: {len(late)} packets; p99 {late[len(late) * 99 // 100]:.1f} ms, most {late[-1]:.1f} ms; "
          f"later than {GOAL_MS:.0f} ms: {beyond}")  # fmt: skip
    return not beyond


def judge_recordings(far: list[Far], folder: Path, seconds: float) -> bool:
    """Print what each recording holds; whether all are whole."""
    fine = True
    for number, each in enumerate(far):
        left, right = channels(folder / f"far{number}.wav")
        length, rep, lead = len(left) / 8_000, _share(left, REP_HZ), _share(right, each.hz)
        print(f"recording {number}: {length:.1f} s; the rep left in {rep:.1%}, the lead right in {lead:.1%}")
        fine = fine and min(rep, lead) >= HEARD and length >= seconds
    return fine


def _share(samples: array[int], hz: int) -> float:
    """The share of a channel's tenths of a second that are this tone and little else."""
    pieces = [samples[at : at + 800] for at in range(0, len(samples) - 799, 800)]
    return sum(strength(piece, hz) > PURE for piece in pieces) / len(pieces)


def main() -> int:
    """Measure; 1 where a packet is too late or a voice is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    seconds: float = parser.parse_args().seconds
    far, over = [Far(hz) for hz in TONES_HZ], threading.Event()
    for each in far:
        threading.Thread(target=each.listen, daemon=True).start()
    mouths = threading.Thread(target=speak, args=(far, over))
    mouths.start()
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        try:
            share = asyncio.run(four_at_once(far, seconds, Path(folder)))
        finally:
            over.set()
            mouths.join()
        print(f"load {os.getloadavg()[0]:.1f}; phone process {share:.1%} of a core")
        verdicts = judge_packets(far), judge_recordings(far, Path(folder), seconds)
    return int(not all(verdicts))


if __name__ == "__main__":
    sys.exit(main())
