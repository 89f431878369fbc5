"""A desk behind a router that translates addresses, and what is beyond it: network namespaces (Linux, root).

    desk 10.77.0.2 --- 10.77.0.1 router 203.0.113.1 --- carrier 203.0.113.10 and .30, lead 203.0.113.20

The test's own thread stands at the desk, and what it starts does too; `Network.at` goes elsewhere for a
moment, and what is started or opened there stays there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DESK, OTHER_DESK = "10.77.0.2", "10.77.0.3"
GATEWAY = "10.77.0.1"
ROUTER, OTHER_ROUTER = "203.0.113.1", "203.0.113.2"  # the router's outside, and the one it may get anew
CARRIER, LEAD, STUN = "203.0.113.10", "203.0.113.20", "203.0.113.30"
_NETWORK_NAMESPACE = 0x40000000  # CLONE_NEWNET
_PROGRAMS = ("ip", "nft", "conntrack")

# Nobody outside comes in but by a mapping that the inside has made.
_RULES = """
table ip router {{
  chain out {{ type nat hook postrouting priority 100; oifname "wan" {translate}; }}
  chain in {{ type filter hook input priority 0; iifname "wan" drop; }}
  chain through {{
    type filter hook forward priority 0; iifname "wan" ct state new drop;
  }}
}}
"""


@dataclass(frozen=True)
class Network:
    """The places by the names of their namespaces."""

    desk: str
    router: str
    carrier: str
    lead: str

    @contextlib.contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Stand in another namespace; must not be left standing while the desk's programs may start."""
        with _standing_in(place):
            yield

    def translate(self, how: str = "masquerade") -> None:
        """Begin the router anew: no mapping is left, and new ones are made by `how` (words of nft)."""
        with contextlib.suppress(OSError):  # there is none at first
            self._run(self.router, "nft", "delete", "table", "ip", "router")
        self._run(self.router, "nft", "-f", "-", said=_RULES.format(translate=how))
        self.forget()

    def forget(self) -> None:
        """Let the router forget every mapping."""
        self._run(self.router, "conntrack", "-F")

    def keep_mappings_for(self, seconds: int) -> None:
        """How long a mapping of UDP lives without a packet from the inside or an answer to it."""
        for kind in ("udp_timeout", "udp_timeout_stream"):
            with self.at(self.router):
                Path(f"/proc/sys/net/netfilter/nf_conntrack_{kind}").write_text(str(seconds))

    def mapped(self) -> str:
        """The router's mappings of UDP, for a message."""
        return self._run(self.router, "conntrack", "-L", "-p", "udp")

    def unplug(self) -> None:
        """The desk's cable is out: no address, no way."""
        self._ip(self.desk, "link", "set", "lan", "down")
        self._ip(self.desk, "address", "flush", "dev", "lan")

    def plug_in(self, address: str = DESK) -> None:
        """The cable is in, and the router gives this address."""
        self._ip(self.desk, "link", "set", "lan", "up")
        self._ip(self.desk, "address", "replace", f"{address}/24", "dev", "lan")
        self._ip(self.desk, "route", "replace", "default", "via", GATEWAY)

    def no_way_out(self) -> None:
        """The desk keeps its address and loses the way to everywhere else."""
        self._ip(self.desk, "route", "del", "default")

    def _build(self) -> None:
        self._ip(self.desk, "link", "add", "lan", "type", "veth", "peer", "name", "lan", "netns", self.router)
        self._ip(self.carrier, "link", "add", "net", "type", "bridge")
        for cable, place in (("wan", self.router), ("lead", self.lead)):
            self._ip(
                self.carrier, "link", "add", cable, "type", "veth", "peer", "name", cable, "netns", place
            )
            self._ip(self.carrier, "link", "set", cable, "up", "master", "net")
        for place in (self.desk, self.router, self.carrier, self.lead):
            self._ip(place, "link", "set", "lo", "up")
        for device, address in (("lan", GATEWAY), ("wan", ROUTER), ("wan", OTHER_ROUTER)):
            self._ip(self.router, "address", "add", f"{address}/24", "dev", device)
            self._ip(self.router, "link", "set", device, "up")
        for place, device, address in (
            (self.carrier, "net", CARRIER), (self.carrier, "net", STUN), (self.lead, "lead", LEAD)
        ):  # fmt: skip
            self._ip(place, "address", "add", f"{address}/24", "dev", device)
            self._ip(place, "link", "set", device, "up")
        with self.at(self.router):
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        self.translate()
        self.plug_in()

    def _ip(self, place: str, *words: str) -> None:
        _run("ip", "-n", place, *words)

    def _run(self, place: str, *words: str, said: str = "") -> str:
        with self.at(place):
            return _run(*words, said=said)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """A network of its own for one test, which stands at its desk until the end."""
    names = [f"sixring-{os.getpid()}-{place}" for place in ("desk", "router", "carrier", "lead")]
    with contextlib.ExitStack() as stack:
        for name in names:
            _remove(name)  # one that was killed had our number
            _run("ip", "netns", "add", name)
            stack.callback(_remove, name)
        made = Network(*names)
        made._build()
        stack.enter_context(_standing_in(made.desk))
        yield made


def _remove(name: str) -> None:
    with contextlib.suppress(OSError):
        _run("ip", "netns", "del", name)


def _run(*words: str, said: str = "") -> str:
    """What a program says; an OSError with its complaint where it fails."""
    done = subprocess.run(words, input=said, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def _standing_in(place: str) -> Iterator[None]:
    """Move this thread, and whatever it starts, to a namespace and back."""
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        there = os.open(f"/run/netns/{place}", os.O_RDONLY)
        try:
            _move(there)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _move(here)
    finally:
        os.close(here)


def _move(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, _NETWORK_NAMESPACE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


@cache
def why_not() -> str:
    """What keeps networks from being made here; empty where they can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "network namespaces need Linux and root"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} is not installed"
    try:
        with network() as made, socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM):
            made.keep_mappings_for(30)
            return ""
    except OSError as error:
        return f"network namespaces cannot be made here ({error})"
