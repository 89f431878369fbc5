"""Who may ring this desk: by source address, since a SIP header says whatever its writer likes.

Besides those who may ring, some are known: the rep's own phone, and the other
side of a call that goes on, which may be somewhere else than our server (a
proxy that does not stay in the dialog) and sends its offers from there.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, ip_network

from telephony.account import Account
from telephony.engine import message
from telephony.engine.names import Names
from telephony.engine.sieve import sift
from telephony.target import host_part

_URI = re.compile(r"sips?:(?:[^@>;]*@)?([^:;>?\s]+)", re.IGNORECASE).match


class Door:
    """Who may ring, and whose offers within a call are heard. Names are asked for anew now and then."""

    def __init__(self, account: Account, desk_phone: str = "", names: Names | None = None) -> None:
        """`desk_phone`: the URI of the rep's own phone; `names` may be shared."""
        self._names = names or Names()
        self._port = 0
        self._servers = [_without_port(host) for host in (account.server, account.proxy) if host]
        self._callers = [_without_port(host) for host in account.ring_from if host]
        self._phones = [host for host in (_host(desk_phone),) if host]
        self._moved_to: frozenset[IPv4Network] = frozenset()  # where our registrar has answered from
        self._peers: dict[str, frozenset[IPv4Network]] = {}  # by call
        self._places: dict[str, str] = {}  # by call: a name that its other side's Contact has
        self._told: set[str] = set()
        for host in (*self._servers, *self._callers, *self._phones):
            self._names.want(host)
        self._names.settle(0)
        self._gather()

    def _gather(self) -> None:
        """Who is who, by what the names stand for now."""
        self._ours = self._moved_to.union(*map(self._names.known, self._servers))
        self._ring = self._ours.union(*map(self._names.known, self._callers))
        self._known = self._ring.union(*map(self._names.known, self._phones))

    @property
    def unknown(self) -> list[str]:
        """Hosts of the settings that could not be found."""
        return [host for host in self._names.missing if host not in self._places.values()]

    def watch(self, mono: int) -> list[str]:
        """Look names up that are due, beside the loop; those that are newly found to be unknown."""
        if self._names.watch(mono):
            self._gather()
            self._sift()
        new = [host for host in self.unknown if host not in self._told]
        self._told = set(self.unknown)
        return new

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
            self._moved_to |= _address(host_part(source))
            self._gather()
            self._sift()

    def met(self, call: str, source: str, text: str) -> None:
        """The other side of `call` answered from `source`; its Contact in `text` may name another place."""
        place = _named_in(text)
        if place:
            self._places[call] = place
            self._names.want(place)
        new = _address(host_part(source)) | _address(_host(message.contact(text)))
        known = self._all()
        self._peers[call] = self._peers.get(call, frozenset()) | new
        if not all(any(one.subnet_of(other) for other in known) for one in new):
            self._sift()

    def parted(self, call: str) -> None:
        """`call` is over."""
        before = self._all()
        self._peers.pop(call, None)
        place = self._places.pop(call, "")
        if place and place not in (*self._servers, *self._callers, *self._phones, *self._places.values()):
            self._names.drop(place)
        if before != self._all():
            self._sift()

    def _all(self) -> frozenset[IPv4Network]:
        return self._known.union(*self._peers.values(), *map(self._names.known, self._places.values()))

    def _sift(self) -> None:
        if self._port:
            sift(self._port, sorted(self._all()))


def _address(place: str) -> frozenset[IPv4Network]:
    try:
        return frozenset({IPv4Network(IPv4Address(place))})
    except ValueError:
        return frozenset()


def _named_in(text: str) -> str:
    """The name of the other side's Contact, where the stack has to send to it as well; else empty."""
    place = _host(message.contact(text))
    return "" if _address(place) or "/" in place or message.values(text, "Record-Route") else place


def _without_port(host: str) -> str:
    return host if host.count(":") > 1 else host_part(host)


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
