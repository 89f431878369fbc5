"""A thousand calls in a row through one phone process: what it remembers of them, and how true its times are.

SIPp is the called side (bench/sipp/soak.xml), with its own record of every
message and when it went or came. Four kinds of call take turns: busy after
ringing, rung out, hung up by the lead, and hung up by us after 1.2 s of sound
both ways, which is recorded. Ring and talk of each are compared with SIPp's by
Call-ID. The memory of the phone process and of the client is read at every
hundredth call; the first hundred are left out, for the stack keeps each
transaction for 32 s.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil
from _line import Line, line

from telephony.account import Account
from telephony.protocol import Answered, Invited, Record

HOST = "127.0.0.1"
SCENARIO = Path(__file__).parent / "sipp" / "soak.xml"
KINDS = ("busy", "silent", "leaves", "stays")
RESULTS = {"busy": "busy", "silent": "no_answer", "leaves": "answered", "stays": "answered"}
RING_OUT_MS = 400
TALK_S = 1.2
SAMPLE_EVERY = 100
ALLOWED_MS = 50.0
ALLOWED_KB = 32.0  # of growth a hundred calls: less than the noise of one page here and there


class Call(msgspec.Struct, frozen=True):
    """What our side says of one call."""

    kind: str
    sip_call_id: str
    result: str
    ring_ms: float
    talk_ms: float
    packets: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Both processes after so many calls, kB."""

    calls: int
    engine_rss: float
    engine_own: float  # shared with no other process (USS)
    engine_files: int
    client_rss: float
    client_own: float


@contextlib.asynccontextmanager
async def called_side(folder: Path) -> AsyncIterator[str]:
    """SIPp, echoing what it hears; where it is reached. Its record is `folder`/messages.csv."""
    port, sound = _free_port(), _free_port()
    process = await asyncio.create_subprocess_exec(
        "sipp", "-sf", str(SCENARIO), "-i", HOST, "-mi", HOST, "-p", str(port), "-mp", str(sound),
        "-rtp_echo", "-nostdin", "-trace_shortmsg", "-shortmessage_file", "messages.csv",
        "-trace_err", "-error_file", "errors.log", cwd=folder,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await asyncio.sleep(1.0)
    try:
        if process.returncode is not None:
            raise RuntimeError(f"sipp left with {process.returncode}")
        yield f"{HOST}:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()  # it writes its record to the end
        await process.wait()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


# ------------------------------------------------------------------ our side


async def one_call(phone: Line, kind: str, recording: Path) -> Call:
    """One call of a kind, to its end."""
    call = phone.dial(kind, ring_timeout_ms=RING_OUT_MS)
    invited = await phone.wait(Invited, call)
    if kind == "stays":
        await phone.wait(Answered, call)
        phone.phone.send(Record(call, "start", str(recording)))
        await asyncio.sleep(TALK_S)
        phone.phone.hang_up(call)
    end = await phone.ended(call)
    recording.unlink(missing_ok=True)
    return Call(kind, invited.sip_call_id, end.result, end.ring_ms, end.talk_ms, end.packets)


def memory(calls: int, engine: int) -> Memory:
    """Read both processes."""
    theirs, ours = psutil.Process(engine), psutil.Process()
    rest, own = theirs.memory_full_info(), ours.memory_full_info()
    return Memory(calls, rest.rss / 1024, rest.uss / 1024, theirs.num_fds(), own.rss / 1024, own.uss / 1024)


async def soak(count: int, folder: Path) -> tuple[list[Memory], list[str]]:
    """Make all calls, noted in `folder`/calls.json; what was read in between, and what went wrong."""
    samples: list[Memory] = []
    begun = time.monotonic()
    async with called_side(folder) as server, line(Account(server=server), folder / "phone.log") as phone:
        for number in range(count):
            call = await one_call(phone, KINDS[number % len(KINDS)], folder / "call.wav")
            with (folder / "calls.json").open("ab") as file:  # kept here, they would count as the client's
                file.write(msgspec.json.encode(call) + b"\n")
            if (number + 1) % SAMPLE_EVERY == 0 and phone.phone.pid is not None:
                samples.append(memory(number + 1, phone.phone.pid))
                _tell(samples[-1], time.monotonic() - begun)
        await asyncio.sleep(1)
    return samples, phone.faults


def _tell(sample: Memory, seconds: float) -> None:
    print(
        f"{sample.calls:6} calls {seconds:5.0f} s   phone process: {sample.engine_rss:6.0f} kB, its own "
        f"{sample.engine_own:6.0f}, files {sample.engine_files}   client: {sample.client_rss:6.0f} kB, "
        f"its own {sample.client_own:6.0f}",
        flush=True,
    )


# --------------------------------------------------------------- SIPp's side


def by_sipp(record: Path) -> dict[str, tuple[float, float]]:
    """Ring and talk of each Call-ID in ms, by SIPp's own record of its messages."""
    instants: dict[str, dict[str, float]] = {}
    with record.open(newline="", errors="replace") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) >= 7:
                name = _instant(row[5], row[6])
                instants.setdefault(row[4], {}).setdefault(name, float(row[2]) * 1000)
    return {call: _durations(seen) for call, seen in instants.items() if "rang" in seen}


def _instant(cseq: str, first: str) -> str:
    if "INVITE" in cseq and first.startswith("SIP/2.0"):
        return {"180": "rang", "200": "answered", "486": "ended"}.get(first.split()[1], "")
    return "ended" if first.startswith(("BYE", "CANCEL")) else ""


def _durations(seen: dict[str, float]) -> tuple[float, float]:
    ended = seen.get("ended", float("nan"))
    answered = seen.get("answered")
    if answered is None:
        return ended - seen["rang"], 0.0
    return answered - seen["rang"], ended - answered


# ------------------------------------------------------------------- verdict


def judge_times(calls: list[Call], theirs: dict[str, tuple[float, float]]) -> bool:
    """Print how far our times are from SIPp's; whether all are near enough."""
    ring, talk, missing = [], [], 0
    for call in calls:
        if call.sip_call_id not in theirs:
            missing += 1
            continue
        their_ring, their_talk = theirs[call.sip_call_id]
        ring.append(abs(call.ring_ms - their_ring))
        if call.result == "answered":
            talk.append(abs(call.talk_ms - their_talk))
    print(f"calls {len(calls)}, compared {len(ring)}, missing in SIPp's record {missing}")
    for what, off in (("ring", ring), ("talk", talk)):
        print(f"{what}: off by ms: median {statistics.median(off):.1f}, p99 {_p99(off):.1f}, "
              f"most {max(off):.1f}; {len(off)} compared")  # fmt: skip
    return not missing and max(ring + talk) <= ALLOWED_MS


def _p99(values: list[float]) -> float:
    return sorted(values)[len(values) * 99 // 100]


def judge_memory(samples: list[Memory]) -> bool:
    """Print the growth after the first hundred calls: the slope through the samples, and last minus first."""
    if len(samples) < 3:
        print("too few calls to judge growth")
        return True
    fine = True
    for what in ("engine_rss", "engine_own", "client_rss", "client_own"):
        values = [float(getattr(sample, what)) for sample in samples]
        slope = statistics.linear_regression([sample.calls for sample in samples], values).slope * 100
        print(
            f"{what}: {slope:+.1f} kB a hundred calls by least squares, "
            f"{values[-1] - values[0]:+.0f} kB in all"
        )
        fine = fine and slope <= ALLOWED_KB
    files = [sample.engine_files for sample in samples]
    print(f"open files of the phone process: {min(files)} to {max(files)}")
    return fine


def main() -> int:
    """Measure; 1 where a time is wrong, memory grows, or a call came to something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000)
    count: int = parser.parse_args().calls
    if shutil.which("sipp") is None:
        print("sipp is not installed: nothing was measured")
        return 0
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        samples, faults = asyncio.run(soak(count, Path(folder)))
        calls = msgspec.json.Decoder(Call).decode_lines((Path(folder) / "calls.json").read_bytes())
        theirs = by_sipp(Path(folder) / "messages.csv")
    wrong = [call for call in calls if call.result != RESULTS[call.kind]]
    mute = [call for call in calls if call.kind == "stays" and not call.packets]
    print(f"load {os.getloadavg()[0]:.1f}; wrong results {len(wrong)}, no sound came in {len(mute)}, "
          f"faults {len(faults)}", *faults[:5], sep="\n  ")  # fmt: skip
    verdicts = judge_times(calls, theirs), judge_memory(samples)
    return int(not all(verdicts) or bool(wrong or mute or faults))


if __name__ == "__main__":
    sys.exit(main())
