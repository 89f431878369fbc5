"""Strangers' INVITEs are dropped by the kernel: a classic BPF program on our SIP socket (Linux).

The stack takes sockets for each INVITE before anybody can look at it, and
aborts when they run out; some sixty a second are enough. So a stranger's must
not reach it at all. The program reads the datagram (offset 0 is the UDP
header) and its IPv4 source:

- up to four bytes of payload pass: keep-alives, and the client's bell;
- all that comes from a known network passes;
- of the rest, what begins with "INV" in any case, or with a byte that the
  stack's reader may skip (a blank, a line break, a control character), is dropped.

Of a TCP listener only known networks may reach the port at all. Where the kernel
will not have the program (it is too long for it, or a sandbox forbids it) there
is none, and no older one: better open than deaf to an offer in a call. Sources:
Linux Documentation/networking/filter.rst; socket(7), SO_ATTACH_FILTER.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
import sys
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, collapse_addresses

from telephony.engine.own_sockets import own_sockets

SO_ATTACH_FILTER = 26  # the same on every architecture that Linux runs CPython on, SPARC and PA-RISC aside
SO_DETACH_FILTER = 27
LONGEST_PROGRAM = 4_096  # steps (BPF_MAXINSNS)
UDP_HEADER = 8
LONGEST_KEEP_ALIVE = 4
_SOURCE = 0xFFF00000 + 12  # SKF_NET_OFF and the place of the source in the IPv4 header
_LOAD_WORD, _LOAD_BYTE, _LOAD_LENGTH, _AND = 0x20, 0x30, 0x80, 0x54
_IF_EQUAL, _IF_GREATER, _RETURN = 0x15, 0x25, 0x06
_PASS, _DROP = (_RETURN, 0, 0, 0xFFFFFFFF), (_RETURN, 0, 0, 0)
_NO_CASE = 0xDF  # clears the bit that makes a letter small

Step = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def for_datagrams(known: Iterable[IPv4Network]) -> list[Step]:
    """The program for a UDP socket."""
    first = UDP_HEADER
    return [
        (_LOAD_LENGTH, 0, 0, 0),
        (_IF_GREATER, 1, 0, UDP_HEADER + LONGEST_KEEP_ALIVE),
        _PASS,
        *_passes(known),
        (_LOAD_BYTE, 0, 0, first),
        (_IF_GREATER, 1, 0, ord(" ")),
        _DROP,
        (_AND, 0, 0, _NO_CASE),
        (_IF_EQUAL, 1, 0, ord("I")),
        _PASS,
        (_LOAD_BYTE, 0, 0, first + 1),
        (_AND, 0, 0, _NO_CASE),
        (_IF_EQUAL, 1, 0, ord("N")),
        _PASS,
        (_LOAD_BYTE, 0, 0, first + 2),
        (_AND, 0, 0, _NO_CASE),
        (_IF_EQUAL, 0, 1, ord("V")),
        _DROP,
        _PASS,
    ]


def for_listener(known: Iterable[IPv4Network]) -> list[Step]:
    """The program for a TCP socket that listens; its connections inherit it, ours do not."""
    return [*_passes(known), _DROP]


def _passes(known: Iterable[IPv4Network]) -> Iterator[Step]:
    for network in known:
        yield (_LOAD_WORD, 0, 0, _SOURCE)
        yield (_AND, 0, 0, int(network.netmask))
        yield (_IF_EQUAL, 0, 1, int(network.network_address))
        yield _PASS


def sift(port: int, known: Iterable[IPv4Network]) -> bool:
    """Put the program on this process's own SIP socket at `port`, in place of an older one.

    False where there is no such thing, or none that long: then a stranger's INVITE reaches the
    stack, which refuses it.
    """
    if not sys.platform.startswith("linux"):
        return False
    networks, sifted = list(collapse_addresses(known)), False
    with contextlib.suppress(OSError):  # no /proc
        for one in own_sockets(port):
            with one:
                udp = one.type == socket.SOCK_DGRAM
                sifted |= _attach(one, for_datagrams(networks) if udp else for_listener(networks))
    return sifted


def _attach(one: socket.socket, program: list[Step]) -> bool:
    steps = b"".join(struct.pack("HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(steps, len(steps))
    length = len(program) if len(program) <= LONGEST_PROGRAM else 0  # which is refused like one too long
    try:
        one.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", length, ctypes.addressof(buffer))
        )
    except OSError:
        with contextlib.suppress(OSError):  # there was none
            one.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        return False
    return True
