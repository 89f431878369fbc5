"""The way from this machine to the server: the address we use, the one we tell, and when it has changed."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from dataclasses import dataclass

from telephony import stun
from telephony.engine.board import Board
from telephony.errors import NoWayError
from telephony.target import host_of

LOOK_UP_S = 15.0  # a name server may keep us longer than the client waits for a process


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the stack listens, and the address it tells others."""

    bound: str = ""  # empty: every interface
    public: str = ""  # empty: the bound one, or what STUN says
    port: int = 0
    stun: tuple[str, ...] = ()  # servers that answer
    server: str = ""  # the first hop's address
    local: str = ""  # ours on the way there


def choose(board: Board) -> Binding:
    """The binding for the board's account. A STUN server that is dead is told and left out.

    Raises:
        NoWayError: the server's name is not found, or no way leads there.
        OSError: the server is an IPv6 address.
    """
    account = board.account
    found = binding_towards(host_of(account), account.bound_address, account.local_port)
    if not account.stun_servers:
        return found
    alive = tuple(stun.alive(account.stun_servers))
    if not alive:
        board.trouble(
            f"No STUN server answers ({', '.join(account.stun_servers)}): we tell the address this machine "
            "knows, and behind a NAT you may hear nobody."
        )
        return found
    return Binding(found.bound, "", found.port, alive, found.server, found.local)


def binding_towards(host: str, bound: str = "", port: int = 0) -> Binding:
    """The binding that reaches `host`: loopback stays on loopback, else the routed address is told.

    Raises:
        NoWayError: `host` is not found, or no way leads there.
        OSError: `host` is an IPv6 address.
    """
    if host.startswith("["):
        raise OSError("a server with an IPv6 address is not supported; use its name or IPv4 address")
    if bound:
        return Binding(bound=bound, port=port)
    server = _address_of(host)
    try:
        local = _source(server)
    except OSError as error:
        words = f"no way leads to {host} ({error.strerror}); check this machine's network"
        raise NoWayError(words) from None
    if ipaddress.ip_address(local).is_loopback:
        return Binding(bound=local, port=port, server=server, local=local)
    return Binding(public=local, port=port, server=server, local=local)


def _address_of(host: str) -> str:
    """What it stands for; asked beside us, for at most `LOOK_UP_S`."""
    answers: queue.SimpleQueue[str | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(str(socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)[0][4][0]))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=LOOK_UP_S)
    except queue.Empty:
        answer = OSError(None, "the name server does not answer")
    if isinstance(answer, str):
        return answer
    why = getattr(answer, "strerror", "") or str(answer)
    raise NoWayError(f"no IPv4 address of {host} is found ({why}); check sip.server")


class Whereabouts:
    """Our address on the way to the server, by the routing table alone.

    A change counts when two looks in a row agree: an interface that comes up has other addresses first.
    """

    def __init__(self, binding: Binding) -> None:
        """From `binding` on."""
        self._server = binding.server
        self._first = self._settled = self._last = binding.local

    @property
    def watched(self) -> bool:
        """Whether it can change: not where the operator chose it."""
        return bool(self._server)

    @property
    def moved(self) -> bool:
        """Whether it is another one than that which the stack was told."""
        return bool(self._settled) and self._settled != self._first

    def look(self) -> str:
        """The address; empty where no way leads there."""
        here = _address_towards(self._server)
        if here == self._last:
            self._settled = here
        self._last = here
        return self._settled


def _address_towards(server: str) -> str:
    try:
        return _source(server)
    except OSError:
        return ""


def _source(server: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((server, 5060))
        return str(probe.getsockname()[0])
