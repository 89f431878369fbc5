"""Mails on the wire: what the law wants is in them, and no stranger's text bends a header."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.settings import Firm, Mail, Settings
from floor.letters import compose, envelope_address
from store.records import OutMail

NOON = 1_800_000_000_000
SETTINGS = Settings(
    firm=Firm(name="Acme & Co", postal_address="1 Main St, Springfield", reply_to="help@example.com"),
    mail=Mail(host="localhost", sender="desk@example.com", sender_name="Sam"),
)
MAIL = OutMail(
    id=7, lead_id=3, step=1, address="lead@example.org", subject="Your inquiry",
    text="Hello,\nStop? Say stop.\n",
    html=None, message_id="<x7f3@example.com>", tries=0,
)  # fmt: skip


def wire(mail: OutMail = MAIL, settings: Settings = SETTINGS) -> EmailMessage:
    """The message as its receiver reads it."""
    raw = compose(mail, settings, NOON).as_bytes()
    return cast("EmailMessage", message_from_bytes(raw, policy=modern))  # type: ignore[arg-type]


def test_the_headers_say_who_to_whom_what_and_when() -> None:
    message = wire()
    assert message["From"] == "Sam <desk@example.com>"
    assert message["Reply-To"] == "help@example.com"
    assert message["To"] == "lead@example.org"
    assert message["Subject"] == "Your inquiry"
    assert message["Message-ID"] == "<x7f3@example.com>"
    assert message["Date"] == "Fri, 15 Jan 2027 08:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.defects == []


@pytest.mark.parametrize(("rep", "firm", "shown"), [("Kim", "Acme", "Kim"), ("", "Acme", "Acme")])
def test_without_a_sender_name_the_rep_and_then_the_firm_signs(rep: str, firm: str, shown: str) -> None:
    settings = msgspec.structs.replace(
        SETTINGS,
        rep=msgspec.structs.replace(SETTINGS.rep, name=rep),
        firm=msgspec.structs.replace(SETTINGS.firm, name=firm),
        mail=msgspec.structs.replace(SETTINGS.mail, sender_name=""),
    )
    assert wire(settings=settings)["From"].addresses[0].display_name == shown


def test_text_and_html_arrive_whole_and_the_wire_is_ascii_with_short_lines() -> None:
    text = "Grüße, Zoë\n" + "lang " * 500 + "\n.\nFrom here\n"
    mail = replace(MAIL, text=text, html="<html><body><p>Grüße</p></body></html>")
    raw = compose(mail, SETTINGS, NOON).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = wire(mail)
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert plain.get_content().replace("\r\n", "\n").startswith(text.rstrip())  # type: ignore[attr-defined]
    assert "<p>Grüße</p>" in html.get_content()  # type: ignore[attr-defined]


def test_the_postal_address_is_in_every_part_once() -> None:
    bare = wire(replace(MAIL, html="<BODY><p>x</p></BODY>"))
    for part in bare.iter_parts():
        assert part.get_content().count("1 Main St, Springfield") == 1  # type: ignore[attr-defined]
    assert bare.get_body(("html",)).get_content().strip().endswith("</BODY>")  # type: ignore[union-attr]
    written = wire(replace(MAIL, text="Hello\n1 Main St,\nSpringfield\n"))
    assert written.get_content().count("Springfield") == 1


def test_without_a_postal_address_or_a_sender_no_mail_is_made() -> None:
    with pytest.raises(ConfigError, match="postal_address"):
        compose(MAIL, msgspec.structs.replace(SETTINGS, firm=Firm(name="Acme")), NOON)
    with pytest.raises(ConfigError, match="sender"):
        compose(MAIL, msgspec.structs.replace(SETTINGS, mail=Mail()), NOON)


def test_without_a_web_address_an_unsubscribe_is_a_ready_made_mail_to_us() -> None:
    message = wire()
    assert message["List-Unsubscribe"] == "<mailto:help@example.com?subject=unsubscribe%20x7f3>"
    assert message["List-Unsubscribe-Post"] is None


def test_with_a_web_address_an_unsubscribe_is_one_click() -> None:
    base = "https://example.com/" + "a-long-path/" * 10
    settings = msgspec.structs.replace(
        SETTINGS, mail=msgspec.structs.replace(SETTINGS.mail, unsubscribe_url=base)
    )
    raw = compose(MAIL, settings, NOON).as_bytes()
    expected = f"List-Unsubscribe: <{base}x7f3>, <mailto:help@example.com?subject=unsubscribe%20x7f3>\r\n"
    assert expected.encode() in raw, "unfolded and unencoded: a folded URI cannot be clicked"
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


hostile = st.text(st.sampled_from('a\r\n\0\t\x1b\x85\u2028\u202e\ud800é,;:<>@"\\ =?'), max_size=40)


@given(subject=hostile, name=hostile, text=hostile, html=hostile)
def test_no_text_of_a_stranger_adds_a_header_or_a_part(subject: str, name: str, text: str, html: str) -> None:
    settings = msgspec.structs.replace(
        SETTINGS, mail=msgspec.structs.replace(SETTINGS.mail, sender_name=name)
    )
    mail = replace(MAIL, subject=subject + "\r\nBcc: evil@example.net\r\n\r\nbody", text=text, html=html)
    message = wire(mail, settings)
    assert message["Bcc"] is None
    assert message["To"] == "lead@example.org"
    assert message["From"].addresses[0].addr_spec == "desk@example.com"
    assert len(message["From"].addresses) == 1
    assert sorted(set(message.keys())) == sorted(message.keys())
    assert len(list(message.walk())) == (3 if html else 1)


@pytest.mark.parametrize(
    ("given_", "wired"),
    [
        ("lead@example.org", "lead@example.org"),
        (" lead@example.org ", "lead@example.org"),
        ("lead@bücher.example", "lead@xn--bcher-kva.example"),
        ("o'brien+tag@example.org", "o'brien+tag@example.org"),
        ("jürgen@example.org", "jürgen@example.org"),
        ("", None),
        ("lead", None),
        ("lead@", None),
        ("@example.org", None),
        ("a@b..example", None),
        ("a@example.org\r\nBcc: x@example.net", None),
        ("Lead <lead@example.org>", None),
        ("a@" + "x" * 64 + ".example", None),
    ],
)
def test_an_address_is_plain_or_none(given_: str, wired: str | None) -> None:
    assert envelope_address(given_) == wired


def test_an_address_beyond_ascii_is_written_as_it_is() -> None:
    raw = compose(replace(MAIL, address="jürgen@example.org"), SETTINGS, NOON).as_bytes()
    assert "To: jürgen@example.org\r\n".encode() in raw
