"""The phone process as it is on a system that does not show a process its own sockets."""

from __future__ import annotations

from collections.abc import Iterator

from telephony.engine import wait
from telephony.engine.__main__ import main


def hidden(port: int) -> Iterator[object]:
    raise FileNotFoundError("/proc/self/fd")


if __name__ == "__main__":
    wait.own_sockets = hidden
    main()
