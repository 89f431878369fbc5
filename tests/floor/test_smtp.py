"""The sending side of SMTP against a real server that fails at every stage."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from support.certificates import client_context, server_context
from support.mailserver import CUT, HANG, MailServerUnderTest

from floor.smtp import Delivered, Delivery, Fate, MailServer, Refused, Uncertain, Unreachable

MAIL = b"Subject: hello\r\n\r\nfirst line\r\n.a line with a dot\r\n.\r\nlast line\r\n"


def plain(port: int, **changes: object) -> MailServer:
    return MailServer("127.0.0.1", port, "none", **changes)  # type: ignore[arg-type]


def send(server: MailServer, recipient: str = "lead@example.org", mail: bytes = MAIL) -> Fate:
    return Delivery(server, "desk@example.com", recipient, mail).run()


def test_a_mail_arrives_byte_for_byte_with_its_dots() -> None:
    with MailServerUnderTest() as office:
        fate = send(plain(office.port))
    assert fate == Delivered("250 2.0.0 taken")
    (mail,) = office.received
    assert (mail.sender, mail.recipient) == ("desk@example.com", "lead@example.org")
    assert mail.content == MAIL


def test_bare_line_ends_cannot_smuggle_a_second_mail() -> None:
    smuggled = b"Subject: one\n\nbody\n.\nMAIL FROM:<evil@example.net>\r.\rend"
    with MailServerUnderTest() as office:
        assert isinstance(send(plain(office.port), mail=smuggled), Delivered)
    (mail,) = office.received
    assert mail.content == smuggled.replace(b"\r", b"\n").replace(b"\n", b"\r\n") + b"\r\n"


def test_starttls_with_a_trusted_certificate_and_login(tmp_path: Path) -> None:
    tls = server_context(tmp_path, "localhost")
    with MailServerUnderTest(starttls=tls, login=("desk", "s3cret")) as office:
        server = MailServer("localhost", office.port, "starttls", "desk", "s3cret", client_context(tmp_path))
        assert isinstance(send(server), Delivered)
    assert office.stages == ["greeting", "EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "dot"]


def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    with MailServerUnderTest(tls=server_context(tmp_path, "localhost")) as office:
        server = MailServer("localhost", office.port, "tls", context=client_context(tmp_path))
        assert isinstance(send(server), Delivered)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False], ids=["wrong-name", "untrusted"])
def test_a_certificate_that_is_not_trusted_gets_nothing(tmp_path: Path, security: str, trusted: bool) -> None:
    tls = server_context(tmp_path, "other.example" if trusted else "localhost")
    with MailServerUnderTest(**{security: tls}) as office:  # type: ignore[arg-type]
        context = client_context(tmp_path) if trusted else None
        fate = send(MailServer("localhost", office.port, security, "desk", "s3cret", context))  # type: ignore[arg-type]
    assert isinstance(fate, Unreachable)
    assert "certificate is not trusted" in fate.why
    assert "AUTH" not in office.stages
    assert "MAIL" not in office.stages


def test_starttls_is_never_left_out_because_the_server_has_none() -> None:
    with MailServerUnderTest() as office:
        fate = send(MailServer("localhost", office.port, "starttls"))
    assert isinstance(fate, Unreachable)
    assert "STARTTLS" in fate.why
    assert office.received == []


def test_a_password_is_not_sent_in_clear_text_to_another_machine() -> None:
    fate = send(MailServer("mail.example.com", 25, "none", "desk", "s3cret"))
    assert isinstance(fate, Unreachable)
    assert "clear text" in fate.why
    assert "s3cret" not in repr(MailServer("mail.example.com", 25, password="s3cret"))


def test_a_wrong_password_is_our_fault_and_keeps_the_mail() -> None:
    with MailServerUnderTest(login=("desk", "right")) as office:
        fate = send(plain(office.port, login="desk", password="wrong"))
    assert isinstance(fate, Unreachable)
    assert "logging in: 535" in fate.why
    assert "wrong" not in fate.why


def test_a_closed_port_hands_nothing_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    fate = send(plain(port))
    assert fate == Unreachable(f"127.0.0.1:{port}, connecting: Connection refused")


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("greeting", "554 go away"),
        ("greeting", "421 too many connections"),
        ("MAIL", "451 not now"),
        ("MAIL", "550 who are you"),
        ("RCPT", "421 closing"),
        ("DATA", "421 closing"),
        ("DATA", "250 what"),
    ],
)
def test_what_the_server_says_of_us_is_not_held_against_the_mail(stage: str, reply: str) -> None:
    with MailServerUnderTest() as office:
        office.faults[stage] = [reply]
        fate = send(plain(office.port))
        assert isinstance(fate, Unreachable)
        assert reply[:3] in fate.why
        assert office.received == []
        assert isinstance(send(plain(office.port)), Delivered), "and the next try goes through"


def test_a_server_that_refuses_both_greetings_hands_nothing_over() -> None:
    with MailServerUnderTest() as office:
        office.faults |= {"EHLO": ["502 no"], "HELO": ["502 no"]}
        assert isinstance(send(plain(office.port)), Unreachable)


@pytest.mark.parametrize(
    ("stage", "reply", "permanent"),
    [
        ("MAIL", "552 too big", True),
        ("RCPT", "450 greylisted", False),
        ("RCPT", "550 5.1.1 no such user", True),
        ("DATA", "451 not now", False),
        ("DATA", "554 no", True),
        ("dot", "451 try later", False),
        ("dot", "550 5.7.1 looks like spam", True),
        ("dot", "421 closing", False),
    ],
)
def test_what_the_server_says_of_the_mail_is_final_or_for_later(
    stage: str, reply: str, permanent: bool
) -> None:
    with MailServerUnderTest() as office:
        office.faults[stage] = [reply]
        fate = send(plain(office.port))
    assert fate == Refused(permanent, int(reply[:3]), reply[4:], bad_address="5.1.1" in reply)


@pytest.mark.parametrize(
    ("stage", "reply", "bad"),
    [
        ("RCPT", "550 no such user here", True),
        ("RCPT", "553 5.1.3 bad syntax", True),
        ("RCPT", "550 5.2.1 mailbox disabled", True),
        ("RCPT", "552 5.2.2 mailbox full", False),
        ("RCPT", "550 5.7.1 not by our policy", False),
        ("RCPT", "550 your network is blocked", False),
        ("dot", "550 5.1.1 no such user", True),
        ("dot", "554 5.6.0 odd content", False),
    ],
)
def test_an_address_is_bad_only_where_the_server_says_so(stage: str, reply: str, bad: bool) -> None:
    with MailServerUnderTest() as office:
        office.faults[stage] = [reply]
        fate = send(plain(office.port))
    assert isinstance(fate, Refused)
    assert fate.bad_address is bad


@pytest.mark.parametrize("reply", ["554 5.7.1 Relay access denied", "530 5.7.0 Authentication required"])
def test_a_server_that_does_not_know_us_says_nothing_of_the_recipient(reply: str) -> None:
    with MailServerUnderTest() as office:
        office.faults["RCPT"] = [reply]
        assert isinstance(send(plain(office.port)), Unreachable)


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_line_cut_before_the_final_dot_hands_nothing_over(stage: str) -> None:
    with MailServerUnderTest() as office:
        office.faults[stage] = [CUT]
        fate = send(plain(office.port))
    assert isinstance(fate, Unreachable)
    assert office.received == []


def test_a_line_cut_within_the_text_hands_nothing_over() -> None:
    with MailServerUnderTest() as office:
        office.faults["body"] = [CUT]
        fate = send(plain(office.port), mail=b"Subject: long\r\n\r\n" + b"x" * 70 * 400_000)
    assert isinstance(fate, Unreachable)
    assert "sending the text" in fate.why


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_silence_before_the_final_dot_hands_nothing_over(stage: str) -> None:
    with MailServerUnderTest() as office:
        office.faults[stage] = [HANG]
        fate = send(plain(office.port, connect_s=0.2, command_s=0.2))
    assert isinstance(fate, Unreachable)
    assert "no answer in time" in fate.why or "timed out" in fate.why


@pytest.mark.parametrize("fault", [CUT, HANG, "what?", "25", "354 more", "5" + "0" * 9000])
def test_a_line_that_breaks_after_the_final_dot_is_uncertain(fault: str) -> None:
    with MailServerUnderTest() as office:
        office.faults["dot"] = [fault]
        fate = send(plain(office.port, accept_s=0.3))
    assert isinstance(fate, Uncertain)
    assert len(office.received) == 1, "the server has it: sending again would double it"


@pytest.mark.parametrize(
    ("stage", "safe"), [("greeting", True), ("RCPT", True), ("DATA", True), ("dot", False)]
)
def test_breaking_off_tells_whether_the_mail_may_have_gone(stage: str, safe: bool) -> None:
    with MailServerUnderTest() as office:
        office.faults[stage] = [HANG]
        delivery = Delivery(plain(office.port), "desk@example.com", "lead@example.org", MAIL)
        outcomes: list[Fate] = []
        thread = threading.Thread(target=lambda: outcomes.append(delivery.run()))
        thread.start()
        office.wait_for(stage)
        assert delivery.abort() is safe
        thread.join(20)
    assert isinstance(outcomes[0], Unreachable if safe else Uncertain)


def test_breaking_off_ends_a_greeting_of_tls_that_never_comes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = MailServer("127.0.0.1", silent.getsockname()[1], "tls", connect_s=120)
        delivery = Delivery(server, "desk@example.com", "lead@example.org", MAIL)
        fates: list[Fate] = []
        thread = threading.Thread(target=lambda: fates.append(delivery.run()))
        thread.start()
        line, _ = silent.accept()
        with line:
            assert delivery.abort()
            thread.join(20)
    assert isinstance(fates[0], Unreachable)


def test_breaking_off_before_the_start_sends_nothing() -> None:
    with MailServerUnderTest() as office:
        delivery = Delivery(plain(office.port), "desk@example.com", "lead@example.org", MAIL)
        assert delivery.abort()
        assert isinstance(delivery.run(), Unreachable)
    assert "DATA" not in office.stages


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b@c",
        "a b@c.example",
        "a@c.example>\r\nRCPT TO:<evil@example.net",
        "x" * 250 + "@c.example",
    ],
)
def test_what_is_no_address_never_reaches_a_server(address: str) -> None:
    with MailServerUnderTest() as office:
        fate = send(plain(office.port), recipient=address)
    assert fate == Refused(True, 553, "not a mail address", bad_address=True)
    assert office.stages == []


def test_an_address_beyond_ascii_needs_a_server_that_carries_it() -> None:
    with MailServerUnderTest() as office:
        fate = send(plain(office.port), recipient="jürgen@example.org")
        assert isinstance(fate, Refused)
        assert fate.permanent
    with MailServerUnderTest(smtputf8=True) as office:
        assert isinstance(send(plain(office.port), recipient="jürgen@example.org"), Delivered)
        assert office.received[0].recipient == "jürgen@example.org"
