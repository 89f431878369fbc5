"""Names of hosts, looked up beside the loop: a name server that is slow, or dead, must hold up no call.

What a name stood for last is kept until there is a newer answer.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network

AGAIN_MS = 300_000  # after an answer
UNKNOWN_AGAIN_MS = 30_000  # after none
AT_START_S = 1.5  # a name server has this long before the phone goes on without it

Networks = frozenset[IPv4Network]
Lookup = Callable[[str], Networks]


def be_brief() -> None:
    """Give name servers little time in this process: the stack asks them in its loop (resolv.conf(5))."""
    os.environ.setdefault("RES_OPTIONS", "timeout:1 attempts:2")


def literal(host: str) -> Networks:
    """The address or network (`203.0.113.0/24`) that `host` is; empty for a name."""
    try:
        return frozenset({IPv4Network(host, strict=False)})
    except ValueError:
        return frozenset()


def look_up(host: str) -> Networks:
    """What `host` stands for: a name's addresses, an address, or a network. May take many seconds.

    Raises:
        OSError: the name is not known.
    """
    found = literal(host)
    if found:
        return found
    answers = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    return frozenset(IPv4Network(str(one[4][0])) for one in answers)


@dataclass(slots=True)
class _Name:
    known: Networks = frozenset()
    missing: bool = False  # the last answer was that there is none
    due: int | None = 0  # monotonic ms; None: a lookup is under way


class Names:
    """The names one process cares for. All but the lookups themselves belongs to its loop."""

    def __init__(self, look_up: Lookup = look_up) -> None:
        """`look_up` is called in threads of its own."""
        self._look_up = look_up
        self._names: dict[str, _Name] = {}
        self._changed = False  # since it was last asked
        self._answers: queue.SimpleQueue[tuple[str, Networks]] = queue.SimpleQueue()

    def known(self, host: str) -> Networks:
        """What `host` stands for, as far as is known now."""
        return literal(host) or (self._names[host].known if host in self._names else frozenset())

    @property
    def missing(self) -> list[str]:
        """The hosts that were not found when last looked for."""
        return [host for host, name in self._names.items() if name.missing]

    def want(self, host: str) -> None:
        """Keep this name known from now on."""
        if host and not literal(host):
            self._names.setdefault(host, _Name())

    def drop(self, host: str) -> None:
        """It is needed no more."""
        self._names.pop(host, None)

    def look_again(self, host: str) -> None:
        """Do not wait until it is due."""
        name = self._names.get(host)
        if name is not None and name.due is not None:
            name.due = 0

    def settle(self, mono: int, patience_s: float = AT_START_S) -> None:
        """Wait for the names wanted so far, all at once and not for long."""
        self._ask_due(mono)
        until = time.monotonic() + patience_s
        while any(name.due is None for name in self._names.values()) and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                self._take(*self._answers.get(timeout=max(0.0, until - time.monotonic())), mono)

    def watch(self, mono: int) -> bool:
        """Take in the answers that have come, and ask what is due; whether anything is known anew."""
        while not self._answers.empty():
            self._take(*self._answers.get(), mono)
        self._ask_due(mono)
        changed, self._changed = self._changed, False
        return changed

    def _ask_due(self, mono: int) -> None:
        for host, name in self._names.items():
            if name.due is not None and mono >= name.due:
                name.due = None
                # A daemon: what does not resolve may keep it far longer than anybody waits.
                threading.Thread(target=self._ask, args=(host,), daemon=True).start()

    def _take(self, host: str, found: Networks, mono: int) -> None:
        name = self._names.get(host)
        if name is None:  # dropped meanwhile
            return
        name.missing = not found
        name.due = mono + (AGAIN_MS if found else UNKNOWN_AGAIN_MS)
        if found and found != name.known:
            name.known, self._changed = found, True

    def _ask(self, host: str) -> None:
        try:
            found = self._look_up(host)
        except (OSError, UnicodeError):  # no such name, or none that could be one
            found = frozenset()
        self._answers.put((host, found))
