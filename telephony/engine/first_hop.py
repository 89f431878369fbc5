"""The server by its address, where the settings have a name: the stack would look the name up in its loop.

It does so for every request, and while the name server is silent nothing else happens there: no answer is
read, no limit kept. So requests over UDP and TCP are given a route of their own to the address, which the
stack follows and does not write into the message (its parameter `hide`). TLS checks the name, and keeps it;
there, and where the rep's own phone is elsewhere, `telephony.engine.resolver` has the addresses from here.
"""

from __future__ import annotations

from telephony.account import Account, Sound
from telephony.engine.names import Names, literal
from telephony.engine.way import Binding
from telephony.probe import first_hop
from telephony.target import host_of, host_part

PATIENCE_MS = 8_000  # a silent address has this long before another one of the name is tried


class FirstHop:
    """Which of the server's addresses is used."""

    def __init__(self, account: Account, sound: Sound, binding: Binding, names: Names) -> None:
        """`names` is kept up to date by somebody else."""
        self._names = names
        self._host, self._port = host_of(account), first_hop(account)[1]
        self._transport = account.transport
        phone = "" if account.proxy or sound.kind != "desk_phone" else host_part(sound.uri.partition("@")[2])
        elsewhere = phone not in {"", host_part(account.server)}
        self._hidden = account.transport != "tls" and not elsewhere  # every request may take the route
        self._phone = phone if elsewhere else ""
        self.address = "" if literal(self._host) else binding.server or self._next("")
        self._silent: int | None = None  # since when it has not answered

    @property
    def route(self) -> str:
        """The route to it; empty where the stack finds the way by itself."""
        suffix = "" if self._transport == "udp" else f";transport={self._transport}"
        hidden = self.address and self._hidden
        return f"<sip:{self.address}:{self._port}{suffix};lr;hide>" if hidden else ""

    @property
    def has_names(self) -> bool:
        """Whether the stack sends to a name all the same, and asks what it stands for."""
        return not self._hidden and any(host and not literal(host) for host in (self._host, self._phone))

    def address_of(self, host: str) -> str:
        """What a name stands for, as far as is known."""
        if host == self._host and self.address:
            return self.address
        return next(iter(self._addresses(host)), "")

    def watch(self, fine: bool, mono: int) -> bool:
        """Whether it is another address from now on: this one is silent, and the name has another."""
        if fine or not self.address:
            self._silent = None
            return False
        if self._silent is None:
            self._silent = mono
            self._names.look_again(self._host)
        if mono - self._silent < PATIENCE_MS:
            return False
        self._silent = None
        before, self.address = self.address, self._next(self.address)
        return before != self.address

    def _next(self, address: str) -> str:
        """The one after `address`, round and round."""
        known = self._addresses(self._host)
        return next((one for one in known if one > address), known[0] if known else address)

    def _addresses(self, host: str) -> list[str]:
        return sorted(str(one.network_address) for one in self._names.known(host))
