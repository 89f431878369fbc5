"""What a rep's fingers feel, on a real terminal: key to INVITE on the wire, hang-up to the next lead painted.

The workstation runs in a pty of 80x24 against a bare UDP socket that refuses
every call (486), which records itself. The clock starts when the byte of the
space bar is written to the pty, and again when the 486 leaves; it stops when
the INVITE arrives, and when the header of the next lead's preview has been
written to the terminal. In between lie the terminal, Textual, the gate, two
transactions synced to disk, and the phone process.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from _busy import busy

HERE = Path(__file__).parent
PREVIEW = b"[>] PREVIEW"
PAUSE_S = 0.8  # nearer together, two presses of the space bar count as one


def main() -> int:
    """Measure; 1 if the workstation did not come up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=40)
    calls: int = parser.parse_args().calls
    with tempfile.TemporaryDirectory(prefix="sixring-bench-") as home:
        carrier = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        carrier.bind(("127.0.0.1", 0))
        screen, process = _workstation(home, carrier.getsockname()[1], calls + 2)
        try:
            if _painted(screen, PREVIEW, 20.0) is None:
                print("the workstation did not show a lead", file=sys.stderr)
                return 1
            measured = [_one_call(screen, carrier) for _ in range(calls)]
        finally:
            process.terminate()
            process.wait(10)
    _tell("key press to INVITE", [dial for dial, _ in measured])
    _tell("hang-up to next lead painted", [shown for _, shown in measured])
    return 0


def _workstation(home: str, port: int, leads: int) -> tuple[int, subprocess.Popen[bytes]]:
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, HERE / "_desk_process.py", home, str(port), str(leads)],
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )  # fmt: skip
    os.close(terminal)
    return screen, process


def _painted(screen: int, wanted: bytes, within_s: float) -> float | None:
    """When `wanted` had been written to the terminal (monotonic s), or None."""
    seen, end = b"", time.monotonic() + within_s
    while (left := end - time.monotonic()) > 0:
        if select.select([screen], [], [], left)[0]:
            seen = seen[-64:] + os.read(screen, 65536)
            if wanted in seen:
                return time.monotonic()
    return None


def _one_call(screen: int, carrier: socket.socket) -> tuple[float, float]:
    """(key to INVITE, refusal to next lead), in ms."""
    time.sleep(PAUSE_S)
    while select.select([screen], [], [], 0)[0]:
        os.read(screen, 65536)
    pressed = time.monotonic()
    os.write(screen, b" ")
    invite, sender = carrier.recvfrom(9999)
    arrived = time.monotonic()
    while not invite.startswith(b"INVITE"):
        invite, sender = carrier.recvfrom(9999)
        arrived = time.monotonic()
    refused = time.monotonic()
    carrier.sendto(busy(invite), sender)
    shown = _painted(screen, PREVIEW, 10.0)
    carrier.recvfrom(9999)  # the ACK
    return (arrived - pressed) * 1000, ((shown or float("nan")) - refused) * 1000


def _tell(what: str, values: list[float]) -> None:
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    print(f"{what:<30} p50 {statistics.median(ordered):6.1f} ms   p99 {p99:6.1f} ms   n {len(ordered)}")


if __name__ == "__main__":
    sys.exit(main())
