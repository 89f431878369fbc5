"""What somebody who may ring can write into an INVITE: none of it does harm."""

from __future__ import annotations

import secrets
import unicodedata

import pytest
from support.incoming import spoken_with, where
from support.sip_message import sdp
from support.sip_peer import HOST
from support.sip_ringer import Ring, Ringer
from support.telephone import Telephone

from telephony.engine.who_calls import WhoCalls, answered_elsewhere, call_name, who_calls
from telephony.protocol import Ended, Event, Incoming

ESCAPES = "\x1b]0;owned\x07\x1b[31mAnn\u202e\u200b\x9b2J"


def clean(events: list[Event]) -> bool:
    text = repr([[getattr(event, name) for name in event.__struct_fields__] for event in events])
    return not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in text) and "\\x1b" not in text


async def nothing_rings(line: Telephone, ann: Ringer) -> None:
    """Pass on what rings by now."""
    await ann.ping(where(line))
    for told in line.heard.of(Incoming):
        line.phone.hang_up(told.call)
        await line.ended(told.call)


async def still_rings(line: Telephone, ann: Ringer) -> None:
    """A call like any other is answered."""
    await nothing_rings(line, ann)
    async with spoken_with(line, ann) as (ring, call):
        ring.hang_up()
        assert (await line.ended(call)).result == "answered"


@pytest.mark.parametrize(
    "source",
    [
        f'"{ESCAPES}" <sip:+14155550123@x>',
        '"a\r\nX-Evil: 1" <sip:+14155550123@x>',
        '"\udcff\udcfe" <sip:+14155550123@x>',
        '"' + "A" * 1500 + '" <sip:+14155550123@x>',
        "<sip:" + "9" * 900 + "@x>",
        f"<sip:{ESCAPES}@x>",
        "<sip:%1b%5d0@x>",
    ],
    ids=["escapes", "line break", "broken bytes", "endless", "endless number", "escapes as user", "coded"],
)
async def test_a_callers_name_is_only_a_name(line: Telephone, ann: Ringer, source: str) -> None:
    process = line.phone.pid
    ann.ring(where(line), source=source)
    ann.ring(where(line), source=source, call_id=f"{ESCAPES}\udcff" + "c" * 600)
    await still_rings(line, ann)
    assert clean(line.heard.events)
    assert all(len(one.name) <= 80 and len(one.number) <= 33 for one in line.heard.of(Incoming))
    assert all(len(one.sip_call_id) <= 255 for one in line.heard.of(Incoming))
    assert line.phone.pid == process


def broken(good: bytes) -> list[bytes]:
    head = good.partition(b"\r\n\r\n")[0]
    lines = head.split(b"\r\n")

    def without(name: bytes) -> bytes:
        return b"\r\n".join(one for one in lines if not one.startswith(name)) + b"\r\n\r\n"

    bad_sound = "v=0\r\nm=audio x y z\r\nc=\r\n"
    return [
        *(
            without(name)
            for name in (b"Via", b"From", b"To", b"Call-ID", b"CSeq", b"Contact", b"Max-Forwards")
        ),
        b"INVITE sip:x SIP/2.0\r\n\r\n",
        b"INVITE " + secrets.token_bytes(900),
        b"INVITE " + bytes(600),
        good.replace(b"Content-Length: ", b"Content-Length: 9999"),
        good.replace(b"Content-Length: ", b"Content-Length: -"),
        good.replace(b"Content-Length: ", b"Content-Length: %s%n"),
        good.replace(b"Content-Length", b"X-Long: " + b"a" * 30_000 + b"\r\nContent-Length"),
        good.replace(b"CSeq: ", b"CSeq: 99999999999999"),
        good.replace(b"CSeq: 1 INVITE", b"CSeq: 1 BYE"),
        good.replace(b"From:", b"Via: SIP/2.0/UDP 1.2.3.4;branch=z9hG4bKx\r\n" * 40 + b"From:"),
        good.replace(b"From:", b"Record-Route: <sip:[:::@@>;;\r\n" * 20 + b"From:"),
        good.replace(b"Contact: <", b"Contact: <sip:[:::@@>;;<"),
        good.replace(b"m=audio", b"m=video"),
        good.replace(b"RTP/AVP 0 101", b"RTP/AVP 96 97"),
        good.replace(sdp(HOST, 0)[-20:].encode(), b"a=" + b"z" * 2_000 + b"\r\n"),
        head.replace(b"From:", b"Require: magic\r\nFrom:") + b"\r\n\r\n",
        head.replace(b"From:", b"Replaces: x;to-tag=1;from-tag=2\r\nFrom:") + b"\r\n\r\n",
        head + b"\r\n\r\n" + bad_sound.encode(),
        good + good,
    ]


async def test_broken_invites_are_survived(line: Telephone, ann: Ringer) -> None:
    process = line.phone.pid
    for count in range(len(broken(b""))):
        good = Ring(ann, where(line)).message("INVITE", 1, sdp(HOST, ann.rtp.port))
        ann.send(broken(good)[count], where(line))
        await nothing_rings(line, ann)
    await still_rings(line, ann)
    assert line.phone.pid == process
    assert clean(line.heard.events)
    assert len(line.heard.of(Ended)) == len(line.heard.of(Incoming))


# ------------------------------------------------------- who calls, in words


def invite(*headers: str) -> str:
    return "\r\n".join(("INVITE sip:desk@x SIP/2.0", *headers, "", ""))


@pytest.mark.parametrize(
    ("value", "number", "name"),
    [
        ('"Ann Lee" <sip:+14155550123@x>;tag=1', "+14155550123", "Ann Lee"),
        ("<sip:+14155550123@x>;tag=1", "+14155550123", ""),
        ("sip:+14155550123@x;tag=1", "+14155550123", ""),
        ("Ann <sip:14155550123@x:5060;user=phone>", "14155550123", "Ann"),
        ("<sip:+1-415-555.0123@x>", "+14155550123", ""),
        ("<sip:+14155550123;npdi=yes;cpc=ordinary@x>", "+14155550123", ""),
        ("<sip:%2B14155550123:secret@x>", "+14155550123", ""),
        ("<tel:+1-415-555-0123;phone-context=x>", "+14155550123", ""),
        ("<sips:7001@x>", "7001", ""),
        ('"+14155550123" <sip:+14155550123@x>', "+14155550123", ""),
        ('"J \\"Jo\\" <x>, Ltd" <sip:7001@x>', "7001", 'J "Jo" <x>, Ltd'),
        ("<sip:robin@x>", "", "robin"),
        ("Robin <sip:robin@x>", "", "Robin"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', "", ""),
        ('"Ann" <sip:+14155550123@anonymous.invalid>', "", ""),
        ('"Restricted" <sip:restricted@x>', "", ""),
        ("<sip:x@y", "", ""),
        ("", "", ""),
        ("mailto:x@y", "", ""),
        ("<sip:+@x>", "", "+"),
        ('"J\u00f6rg" <sip:7001@x>', "7001", "J\u00f6rg"),
    ],
)
def test_a_from_is_read(value: str, number: str, name: str) -> None:
    raw = value.encode().decode("latin-1")
    assert who_calls(invite(f"From: {raw}"), trusted=False) == WhoCalls(number, name)
    assert who_calls(invite(f"f: {raw}"), trusted=True) == WhoCalls(number, name)


FROM = 'From: "Ann" <sip:100@x>'


@pytest.mark.parametrize(
    ("headers", "number", "name"),
    [
        ((FROM, "P-Asserted-Identity: <sip:+14155550999@x>"), "+14155550999", "Ann"),
        ((FROM, "P-Asserted-Identity: <sip:ann@x>, <tel:+14155550999>"), "+14155550999", "Ann"),
        ((FROM, "P-Asserted-Identity: <sip:ann@x>", "P-Asserted-Identity: tel:+14155550999"),
         "+14155550999", "Ann"),
        (("From: <sip:100@x>", 'P-Asserted-Identity: "Lee" <sip:+14155550999@x>'), "+14155550999", "Lee"),
        ((FROM, "P-Asserted-Identity: <sip:+14155550999@x>", "Privacy: id"), "", ""),
        ((FROM, "Privacy: header;user"), "", ""),
        ((FROM, "Privacy: none"), "100", "Ann"),
        (('From: "Anonymous" <sip:anonymous@anonymous.invalid>', "P-Asserted-Identity: <sip:+14155550999@x>"),
         "+14155550999", ""),
    ],
)  # fmt: skip
def test_what_our_server_asserts_counts_for_more(headers: tuple[str, ...], number: str, name: str) -> None:
    assert who_calls(invite(*headers), trusted=True) == WhoCalls(number, name)


def test_a_hostile_value_is_read_in_no_time() -> None:
    for value in ('"' * 3_000, "<" * 3_000, '"a' + "\\" * 3_000, "sip:" + "@" * 3_000, "," * 3_000):
        who_calls(invite(f"From: {value}", f"P-Asserted-Identity: {value}"), trusted=True)


def test_a_call_is_named_by_its_call_id_alone() -> None:
    assert call_name("a") == call_name("a") != call_name("b")
    assert call_name("\x1b" * 500).isascii()


def test_only_a_cancel_that_says_so_means_elsewhere() -> None:
    assert not answered_elsewhere("")
    assert answered_elsewhere('CANCEL sip:x SIP/2.0\r\nreason: SIP; text="x" ;cause=200\r\n\r\n')
    assert not answered_elsewhere("CANCEL sip:x SIP/2.0\r\nReason: SIP;cause=2000\r\n\r\n")
