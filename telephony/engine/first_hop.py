"""The server by its address, where the settings have a name: the stack would look the name up in its loop.

It does so for every request, and while the name server is silent nothing else happens there: no answer is
read, no limit kept. So requests over UDP and TCP are given a route of their own to the address, which the
stack follows and does not write into the message (its parameter `hide`). TLS checks the name, and keeps it.
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
        self.address = "" if literal(self._host) or not _can_be_hidden(account, sound) else binding.server
        self._silent: int | None = None  # since when it has not answered

    @property
    def route(self) -> str:
        """The route to it; empty where the stack finds the way by itself."""
        suffix = "" if self._transport == "udp" else f";transport={self._transport}"
        return f"<sip:{self.address}:{self._port}{suffix};lr;hide>" if self.address else ""

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
        before, self.address = self.address, self._next()
        return before != self.address

    def _next(self) -> str:
        known = sorted(str(one.network_address) for one in self._names.known(self._host))
        after = [one for one in known if one > self.address]
        return (after or known or [self.address])[0]


def _can_be_hidden(account: Account, sound: Sound) -> bool:
    """Every request of the account takes the route: not where the rep's own phone is reached elsewhere."""
    if account.transport == "tls":
        return False
    host = sound.uri.partition("@")[2] if sound.kind == "desk_phone" else ""
    return bool(account.proxy) or host_part(host) in {"", host_part(account.server)}
