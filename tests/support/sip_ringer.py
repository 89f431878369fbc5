"""A caller on bare sockets who rings a desk, message by message, from any address of this machine."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

from support.rtp import PATIENCE_S, Rtp
from support.sip_message import Message, media_address, respond, sdp
from support.sip_peer import HOST


class Ringer(asyncio.DatagramProtocol):
    """One UDP socket; its calls are `Ring`s."""

    def __init__(self) -> None:
        self.rings: dict[str, Ring] = {}
        self.came: list[Message] = []

    @classmethod
    async def start(cls, host: str = HOST) -> Ringer:
        loop = asyncio.get_running_loop()
        made = cls()
        await loop.create_datagram_endpoint(lambda: made, local_addr=(host, 0))
        made.rtp = Rtp()
        await loop.create_datagram_endpoint(lambda: made.rtp, local_addr=(host, 0))
        return made

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport
        self.host, self.port = transport.get_extra_info("sockname")[:2]
        self.address = f"{self.host}:{self.port}"

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = Message.parse(data)
        self.came.append(message)
        ring = self.rings.get(message.call_id)
        if ring is not None:
            ring.hear(message, addr)

    def ring(self, phone: str, **more: object) -> Ring:
        """Ring the phone at host:port."""
        made = Ring(self, phone, **more)  # type: ignore[arg-type]
        self.rings[made.call_id] = made
        made.send_invite()
        return made

    def send(self, data: bytes, phone: str) -> None:
        host, _, port = phone.rpartition(":")
        self.transport.sendto(data, (host, int(port)))

    async def ping(self, phone: str) -> None:
        """Wait until the phone has read all that was sent so far."""
        asked = Ring(self, phone)
        self.rings[asked.call_id] = asked
        self.send(asked.message("OPTIONS", 1), phone)
        await asked.reply(200, "OPTIONS")

    def close(self) -> None:
        self.rtp.close()
        self.transport.close()


@dataclass
class Ring:
    """One call of a ringer's."""

    ringer: Ringer
    phone: str
    source: str = '"Ann Lee" <sip:+14155550123@carrier.example>'  # the From, without its tag
    headers: tuple[str, ...] = ()
    body: bool = True  # an offer
    offer: str = ""  # where it is not the usual one
    acks: bool = True  # acknowledges a 200 at once
    contact: str = ""
    deaf_to: int = 0  # so many BYEs go unanswered
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    tag: str = field(default_factory=lambda: secrets.token_hex(4))
    replies: list[Message] = field(default_factory=list)
    byes: list[Message] = field(default_factory=list)
    to: str = ""
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _branch: str = field(default_factory=lambda: "z9hG4bK" + secrets.token_hex(8))
    _cseq: int = 1

    # --------------------------------------------------------------- sending

    def message(self, method: str, cseq: int, body: str = "", branch: str = "", *more: str) -> bytes:
        branch = branch or "z9hG4bK" + secrets.token_hex(8)
        lines = [
            f"{method} sip:sixring@{self.phone} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.ringer.address};rport;branch={branch}",
            "Max-Forwards: 70",
            f"From: {self.source};tag={self.tag}",
            f"To: {self.to or f'<sip:sixring@{self.phone}>'}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <{self.contact or f'sip:ann@{self.ringer.address}'}>",
            *more,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "surrogateescape")

    def send_invite(self) -> None:
        body = (self.offer or sdp(self.ringer.host, self.ringer.rtp.port)) if self.body else ""
        self._send(self.message("INVITE", 1, body, self._branch, *self.headers))

    def cancel(self, *headers: str) -> None:
        self._send(self.message("CANCEL", 1, "", self._branch, *headers))

    def ack(self, body: str = "") -> None:
        self._send(self.message("ACK", self._cseq, body))

    def offer_again(self, direction: str) -> int:
        """A re-INVITE; its CSeq."""
        self._cseq += 1
        body = sdp(self.ringer.host, self.ringer.rtp.port, direction)
        self._send(self.message("INVITE", self._cseq, body))
        return self._cseq

    def hang_up(self) -> None:
        self._cseq += 1
        self._send(self.message("BYE", self._cseq))

    def speak(self) -> None:
        """Send sound to where the phone wants it."""
        answer = next(reply for reply in self.replies if reply.body)
        self.ringer.rtp.speak(media_address(answer))

    def _send(self, data: bytes) -> None:
        self.ringer.send(data, self.phone)

    # --------------------------------------------------------------- hearing

    def hear(self, message: Message, addr: tuple[str, int]) -> None:
        if message.first.startswith("SIP/2.0"):
            self._replied(message)
        elif message.method == "BYE":
            self.byes.append(message)
            if len(self.byes) > self.deaf_to:
                self.ringer.transport.sendto(respond(message, 200, "OK"), addr)
        self._came.set()

    def _replied(self, reply: Message) -> None:
        self.replies.append(reply)
        if "tag=" in reply.get("To"):
            self.to = reply.get("To")
        code, method = int(reply.first.split(" ")[1]), reply.get("CSeq").split(" ")[1]
        if method == "INVITE" and code >= 300:
            self._send(self.message("ACK", 1, "", self._branch))
        elif method == "INVITE" and code >= 200 and self.acks:
            self.ack("" if self.body else sdp(self.ringer.host, self.ringer.rtp.port))

    def count(self, code: int, method: str = "INVITE") -> int:
        """How often that reply has come."""
        return sum(
            reply.first.split(" ")[1] == str(code) and reply.get("CSeq").endswith(method)
            for reply in self.replies
        )

    async def reply(self, code: int, method: str = "INVITE", times: int = 1) -> Message:
        """Wait for a reply."""
        async with asyncio.timeout(PATIENCE_S):
            while self.count(code, method) < times:
                self._came.clear()
                await self._came.wait()
        return next(
            one
            for one in self.replies
            if one.first.split(" ")[1] == str(code) and one.get("CSeq").endswith(method)
        )

    async def bye(self) -> Message:
        """Wait until the desk hangs up."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.byes:
                self._came.clear()
                await self._came.wait()
        return self.byes[0]
