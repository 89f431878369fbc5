"""Who may ring this desk: by source address, since a SIP header says whatever its writer likes.

Besides those who may ring, some are known: the rep's own phone, and the other
side of a call that goes on, which may be somewhere else than our server (a
proxy that does not stay in the dialog) and sends its offers from there.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, ip_network

from telephony.account import Account
from telephony.engine import message
from telephony.engine.sieve import sift
from telephony.target import host_part

_URI = re.compile(r"sips?:(?:[^@>;]*@)?([^:;>?\s]+)", re.IGNORECASE).match


def networks(host: str) -> frozenset[IPv4Network]:
    """What `host` stands for: a name's addresses, an address, or a network (`203.0.113.0/24`).

    Raises:
        OSError: the name is not known.
    """
    try:
        return frozenset({IPv4Network(host, strict=False)})
    except ValueError:
        found = socket.getaddrinfo(host_part(host), None, socket.AF_INET, socket.SOCK_DGRAM)
        return frozenset(IPv4Network(str(one[4][0])) for one in found)


class Door:
    """Who may ring, and whose offers within a call are heard. Names are looked up once a process."""

    def __init__(self, account: Account, desk_phone: str = "") -> None:
        """`desk_phone`: the URI of the rep's own phone."""
        self.unknown: list[str] = []  # hosts that could not be found
        self._port = 0
        self._ours = self._look_up((account.server, account.proxy))
        self._ring = self._ours | self._look_up(account.ring_from)
        self._known = self._ring | self._look_up((_host(desk_phone),))
        self._peers: dict[str, frozenset[IPv4Network]] = {}  # by call

    def _look_up(self, hosts: Iterable[str]) -> frozenset[IPv4Network]:
        found: frozenset[IPv4Network] = frozenset()
        for host in filter(None, hosts):
            try:
                found |= networks(host_part(host))
            except OSError:
                self.unknown.append(host)
        return found

    @property
    def ringing(self) -> list[IPv4Network]:
        """Whose calls ring here, in order."""
        return sorted(self._ring)

    def keep(self, port: int) -> None:
        """Guard the SIP socket at `port` from now on, where the system can."""
        self._port = port
        self._sift()

    def may_ring(self, source: str) -> bool:
        """Whether a call from `source` (address:port) may ring here."""
        return _among(source, self._ring)

    def is_ours(self, source: str) -> bool:
        """Whether `source` is our own server or proxy, whose word about a caller counts."""
        return _among(source, self._ours)

    def registered_at(self, source: str) -> None:
        """Our registrar answered from there: its name may stand for other addresses by now."""
        if source and not self.is_ours(source):
            here = networks(host_part(source))
            self._ours, self._ring, self._known = self._ours | here, self._ring | here, self._known | here
            self._sift()

    def met(self, call: str, source: str, text: str) -> None:
        """The other side of `call` answered from `source`; its Contact in `text` may name another place."""
        new = _address(host_part(source)) | _contact(text)
        known = self._all()
        self._peers[call] = self._peers.get(call, frozenset()) | new
        if not all(any(one.subnet_of(other) for other in known) for one in new):
            self._sift()

    def parted(self, call: str) -> None:
        """`call` is over."""
        if self._peers.pop(call, frozenset()) - self._all():
            self._sift()

    def _all(self) -> frozenset[IPv4Network]:
        return self._known.union(*self._peers.values())

    def _sift(self) -> None:
        if self._port:
            sift(self._port, sorted(self._all()))


def _address(place: str) -> frozenset[IPv4Network]:
    try:
        return frozenset({IPv4Network(IPv4Address(place))})
    except ValueError:
        return frozenset()


def _contact(text: str) -> frozenset[IPv4Network]:
    """Where the other side's Contact is. A name is looked up only where the stack has to do so as well."""
    place = _host(message.contact(text))
    found = _address(place)
    if found or not place or "/" in place or message.values(text, "Record-Route"):
        return found
    try:
        return networks(place)
    except OSError:  # then the stack does not find it either
        return found


def _among(source: str, allowed: frozenset[IPv4Network]) -> bool:
    try:
        here = ip_network(host_part(source))
    except ValueError:
        return False
    return isinstance(here, IPv4Network) and any(here.subnet_of(one) for one in allowed)


def _host(uri: str) -> str:
    """The host of a SIP URI; empty for anything else."""
    found = _URI(uri)
    return found[1] if found else ""
