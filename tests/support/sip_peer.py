"""A called side written on bare sockets: an independent judge of times, RTP and faults.

It answers each INVITE by a plan, a list of timed acts, and remembers every
message and RTP packet with its own monotonic stamps.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from support.rtp import PATIENCE_S, Rtp
from support.sip_message import Message, answer_to, bye, digest_fits, media_address, respond, sdp, within

HOST = "127.0.0.1"

Act = Callable[["Leg"], None]
Plan = Sequence[tuple[float, Act]]


def now_ms() -> float:
    """Monotonic ms."""
    return time.monotonic() * 1000


@dataclass
class Leg:
    """One call at the peer."""

    peer: SipPeer
    invite: Message
    send: Callable[[bytes], None]
    rtp: Rtp
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    answered: float | None = None
    ended: float | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: bool = False
    said: set[bytes] = field(default_factory=set)  # BYEs; one that is repeated is one
    dead: bool = False  # answers nothing more
    asked: int = 10  # CSeq of its last request

    @property
    def byes(self) -> int:
        """How often it was hung up."""
        return len(self.said)

    @property
    def talk_ms(self) -> float:
        """By this side's own clock."""
        assert self.answered is not None
        assert self.ended is not None
        return self.ended - self.answered

    def reply(self, code: int, phrase: str, headers: tuple[str, ...] = (), body: str = "") -> None:
        contact = f"sip:peer@{self.peer.address}{self.peer.uri_end}" if code < 300 else ""
        self.send(
            respond(self.invite, code, phrase, tag=self.tag, headers=headers, body=body, contact=contact)
        )

    def request(self, method: str, headers: tuple[str, ...] = (), body: str = "") -> None:
        """Ask something within the call."""
        self.asked += 1
        self.send(within(self.invite, self.tag, self.peer.address, method, self.asked, headers, body))

    def say(self, request: Message, code: int, phrase: str, headers: tuple[str, ...] = ()) -> None:
        """Answer a request within the call."""
        contact = f"sip:peer@{self.peer.address}{self.peer.uri_end}"
        self.send(respond(request, code, phrase, tag=self.tag, headers=headers, contact=contact))

    async def done(self) -> None:
        """Wait until this side knows that the call is over."""
        async with asyncio.timeout(PATIENCE_S):
            await self.over.wait()

    def end(self) -> None:
        if self.ended is None:
            self.ended = now_ms()
        self.rtp.stop()
        self.over.set()


# ------------------------------------------------------------------- acts


def trying(leg: Leg) -> None:
    leg.reply(100, "Trying")


def ring(leg: Leg) -> None:
    leg.reply(180, "Ringing")


def early(leg: Leg) -> None:
    leg.rtp.speak(media_address(leg.invite))
    leg.reply(183, "Session Progress", body=sdp(HOST, leg.rtp.port))


def answer(leg: Leg) -> None:
    leg.answered = now_ms()
    leg.rtp.stop()
    leg.rtp.speak(media_address(leg.invite))
    leg.reply(200, "OK", body=sdp(HOST, leg.rtp.port, tones=leg.peer.takes_tones))


def answer_mutely(leg: Leg) -> None:
    """A 200 after which no RTP ever comes."""
    leg.answered = now_ms()
    leg.reply(200, "OK", body=sdp(HOST, leg.rtp.port))


def hang_up(leg: Leg) -> None:
    leg.send(bye(leg.invite, leg.tag, str(leg.peer.address), ('Reason: Q.850;cause=16;text="Normal"',)))
    leg.end()


def final(code: int, phrase: str = "Final", *headers: str) -> Act:
    def act(leg: Leg) -> None:
        leg.reply(code, phrase, headers)
        leg.end()

    return act


def raw(make: Callable[[Leg], bytes]) -> Act:
    return lambda leg: leg.send(make(leg))


PERSON: Plan = [(0, ring), (0.1, answer)]

# -------------------------------------------------------------------- peer


class SipPeer(asyncio.DatagramProtocol):
    """A SIP user agent server on UDP (or TCP, or TLS) of 127.0.0.1."""

    def __init__(
        self, plan: Plan | Callable[[Message], Plan], login: str, password: str, challenge: int
    ) -> None:
        self.plan = plan
        self.login, self.password, self.challenge = login, password, challenge
        self.registrar: int | None = 200  # None: silent
        self.register_headers: tuple[str, ...] = ()
        self.options: Callable[[Message], bytes] | None = None  # its answer to OPTIONS; None: 481
        self.answers: dict[str, Callable[[Leg, Message], None]] = {}  # by method, within a call; else 200
        self.takes_tones = True  # telephone-events in its SDP
        self.requests: list[tuple[float, Message]] = []
        self.legs: dict[str, Leg] = {}
        self.keep_alives = 0
        self.uri_end = ""
        self.challenges: set[str] = set()  # methods within a call that are challenged too
        self.deaf = False  # hears nothing any more, answers nothing
        self._nonce = secrets.token_hex(8)
        self._arrived = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._streams: set[asyncio.StreamWriter] = set()

    @classmethod
    async def start(
        cls,
        plan: Plan | Callable[[Message], Plan] = PERSON,
        *,
        login: str = "",
        password: str = "",
        challenge: int = 0,
        tcp: bool = False,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> SipPeer:
        loop = asyncio.get_running_loop()
        peer = cls(plan, login, password, challenge)
        if tcp or tls:
            peer.uri_end = ";transport=tls" if tls else ";transport=tcp"
            peer._server = await asyncio.start_server(peer._stream, HOST, port, ssl=tls)
            peer.address = f"{HOST}:{peer._server.sockets[0].getsockname()[1]}"
        else:
            await loop.create_datagram_endpoint(lambda: peer, local_addr=(HOST, port))
        return peer

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self.address = f"{HOST}:{transport.get_extra_info('sockname')[1]}"

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) <= 4:  # only keeps a hole in a NAT open
            self.keep_alives += 1
        else:
            self._take(data, lambda reply: self._transport.sendto(reply, addr))

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._streams.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.strip():
                    continue
                body = await reader.readexactly(int(Message.parse(head).get("Content-Length") or 0))
                self._take(head + body, writer.write)
        writer.close()

    # --------------------------------------------------------------- what came

    def got(self, method: str) -> list[Message]:
        """The requests of that method; one that was said again, for our answer was late, is one."""
        found = {message.raw: message for _, message in self.requests if message.method == method}
        return list(found.values())

    async def wait_for(self, method: str, count: int = 1) -> Message:
        """The `count`th request of that method, once it is here."""
        async with asyncio.timeout(PATIENCE_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.got(method)) >= count)
        return self.got(method)[count - 1]

    async def leg(self, number: int = 0) -> Leg:
        """The call that came as the `number`th."""
        async with asyncio.timeout(PATIENCE_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.legs) > number)
        return list(self.legs.values())[number]

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for leg in self.legs.values():
            leg.rtp.close()
        if self._server is not None:
            self._server.close()
            for stream in self._streams:
                stream.close()
        else:
            self._transport.close()
        await asyncio.sleep(0)

    # ---------------------------------------------------------------- how it acts

    def _take(self, data: bytes, send: Callable[[bytes], None]) -> None:
        message = Message.parse(data)
        self.requests.append((now_ms(), message))
        self._spawn(self._notify())
        if self.deaf or message.method in {"ACK", "SIP/2.0"}:
            return
        if message.method == "INVITE":
            self._invite(message, send)
        elif message.method == "REGISTER":
            self._register(message, send)
        else:
            self._within(message, send)

    def _within(self, message: Message, send: Callable[[bytes], None]) -> None:
        if message.method == "OPTIONS" and self.options is not None:
            send(self.options(message))
            return
        leg = self.legs.get(message.call_id)
        if leg is None:
            send(respond(message, 481, "No Such Call"))
            return
        if leg.dead:
            return
        if message.method in self.answers:
            self.answers[message.method](leg, message)
            return
        if message.method in self.challenges and not self._known(message, send):
            return
        if message.method == "BYE":
            leg.said.add(message.raw)
            leg.end()
        elif message.method == "CANCEL" and not leg.cancelled:
            leg.cancelled = True
            leg.reply(487, "Request Terminated")
            leg.end()
        send(respond(message, 200, "OK", tag=leg.tag))

    def _invite(self, message: Message, send: Callable[[bytes], None]) -> None:
        if not self._known(message, send):
            return
        known = self.legs.get(message.call_id)
        if known is None:
            self._spawn(self._play(message, send))
        elif "INVITE" in self.answers:
            self.answers["INVITE"](known, message)
        elif message.body:
            self.agree(known, message)

    def agree(self, leg: Leg, offer: Message) -> None:
        """Answer an offer within the call: hold, or its end."""
        body = sdp(HOST, leg.rtp.port, answer_to(offer))
        contact = f"sip:peer@{self.address}{self.uri_end}"
        leg.send(respond(offer, 200, "OK", tag=leg.tag, body=body, contact=contact))

    def _register(self, message: Message, send: Callable[[bytes], None]) -> None:
        if self.registrar is None or not self._known(message, send):
            return
        expires = message.get("Expires") or "300"
        contact = f"<{message.contact}>"
        send(
            respond(
                message,
                self.registrar,
                "Registrar",
                headers=(f"Contact: {contact};expires={expires}", *self.register_headers),
            )
        )

    def _known(self, message: Message, send: Callable[[bytes], None]) -> bool:
        if not self.challenge:
            return True
        ask, answer_in = (
            ("Proxy-Authenticate", "Proxy-Authorization")
            if self.challenge == 407
            else ("WWW-Authenticate", "Authorization")
        )
        proof = message.get(answer_in)
        if proof and digest_fits(proof, message.method, self.login, self.password, self._nonce):
            return True
        header = f'{ask}: Digest realm="peer", nonce="{self._nonce}", algorithm=MD5, qop="auth"'
        send(respond(message, self.challenge, "Who are you", tag="ch", headers=(header,)))
        return False

    async def _play(self, invite: Message, send: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        leg = self.legs[invite.call_id] = Leg(self, invite, send, Rtp())
        await loop.create_datagram_endpoint(lambda: leg.rtp, local_addr=(HOST, 0))
        await self._notify()
        begun = loop.time()
        for at, act in self.plan(invite) if callable(self.plan) else self.plan:
            await asyncio.sleep(max(0.0, begun + at - loop.time()))
            if leg.over.is_set():
                return
            act(leg)

    async def _notify(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()

    def _spawn(self, work: object) -> None:
        task = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
