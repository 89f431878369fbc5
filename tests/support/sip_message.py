"""SIP messages for the test peer, without the project's own code: an independent reader and writer."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """One request or response as it arrived."""

    first: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    raw: bytes = field(default=b"", repr=False)

    @classmethod
    def parse(cls, data: bytes) -> Message:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        pairs = tuple(
            (name.strip().lower(), value.strip())
            for name, _, value in (line.partition(":") for line in lines)
        )
        return cls(first, pairs, body, data)

    @property
    def method(self) -> str:
        return self.first.split(" ")[0]

    @property
    def uri(self) -> str:
        return self.first.split(" ")[1]

    @property
    def user(self) -> str:
        return self.uri.removeprefix("sip:").partition("@")[0]

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def call_id(self) -> str:
        return self.get("Call-ID")

    @property
    def contact(self) -> str:
        found = re.search(r"<(sip:[^>]+)>", self.get("Contact"))
        return found[1] if found else ""


def respond(
    request: Message,
    code: int,
    phrase: str,
    *,
    tag: str = "",
    headers: tuple[str, ...] = (),
    body: str = "",
    contact: str = "",
) -> bytes:
    """A response to `request`; `phrase`, `headers` go out untouched, however hostile."""
    to = request.get("To")
    lines = [
        f"SIP/2.0 {code} {phrase}",
        *(f"Via: {via}" for via in request.all("Via")),
        *(f"Record-Route: {route}" for route in request.all("Record-Route")),
        f"From: {request.get('From')}",
        f"To: {to}" + (f";tag={tag}" if tag and "tag=" not in to else ""),
        f"Call-ID: {request.call_id}",
        f"CSeq: {request.get('CSeq')}",
        *([f"Contact: <{contact}>"] if contact else []),
        *headers,
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode("utf-8", "surrogateescape")


def bye(invite: Message, tag: str, local: str, headers: tuple[str, ...] = ()) -> bytes:
    """The called side's BYE in the dialog of `invite`."""
    return within(invite, tag, local, "BYE", 1, headers)


def within(
    invite: Message,
    tag: str,
    local: str,
    method: str,
    number: int,
    headers: tuple[str, ...] = (),
    body: str = "",
) -> bytes:
    """The called side's request in the dialog of `invite`, its CSeq `number`."""
    lines = [
        f"{method} {invite.contact} SIP/2.0",
        f"Via: SIP/2.0/UDP {local};branch=z9hG4bK{secrets.token_hex(8)}",
        "Max-Forwards: 70",
        f"From: {invite.get('To')};tag={tag}",
        f"To: {invite.get('From')}",
        f"Call-ID: {invite.call_id}",
        f"CSeq: {number} {method}",
        *headers,
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def sdp(host: str, port: int, direction: str = "sendrecv", *, tones: bool = True) -> str:
    """An offer or answer of PCMU and telephone-event."""
    if not tones:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\n"
        )
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        f"a=fmtp:101 0-16\r\na={direction}\r\n"
    )


def answer_to(message: Message) -> str:
    """The direction that answers the offer in `message` (RFC 3264, 6.1)."""
    held = re.search(r"^a=(sendonly|inactive)\s*$", message.body, re.MULTILINE)
    return {"sendonly": "recvonly", "inactive": "inactive"}[held[1]] if held else "sendrecv"


def media_address(message: Message) -> tuple[str, int]:
    """Where the RTP of an SDP body is wanted."""
    host = re.search(r"^c=IN IP4 (\S+)", message.body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", message.body, re.MULTILINE)
    assert host is not None
    assert port is not None
    return host[1], int(port[1])


def digest_fits(value: str, method: str, login: str, password: str, nonce: str) -> bool:
    """RFC 2617 by hand: does an Authorization value prove the password for our nonce?"""
    got = {key: quoted or bare for key, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^",\s]+))', value)}
    if got.get("username") != login or got.get("nonce") != nonce:
        return False

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    ha1, ha2 = md5(f"{login}:{got['realm']}:{password}"), md5(f"{method}:{got['uri']}")
    middle = f"{got['nc']}:{got['cnonce']}:{got['qop']}:" if "qop" in got else ""
    return got["response"] == md5(f"{ha1}:{nonce}:{middle}{ha2}")
