"""The practice floor's post office really receives mail and keeps it safely."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.clock import HandClock
from floor import catcher as catching
from floor.catcher import Catcher
from floor.smtp import Delivered, Delivery, Fate, MailServer, Refused

NOON = 1_800_000_000_000


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Catcher, MailServer]]:
    catcher = Catcher(tmp_path / "mail", HandClock(NOON))
    host, port = catcher.start()
    yield catcher, MailServer(host, port, "none")
    catcher.close()


def send(server: MailServer, mail: bytes, recipient: str = "lead@example.org") -> Fate:
    return Delivery(server, "sam@example.com", recipient, mail).run()


def test_a_mail_is_kept_as_a_file_only_its_owner_reads(
    office: tuple[Catcher, MailServer], tmp_path: Path
) -> None:
    catcher, server = office
    outcome = send(
        server, b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <7@example.com>\r\n\r\nhello\r\n"
    )
    assert isinstance(outcome, Delivered)
    (mail,) = catcher.mails()
    assert (mail.recipient, mail.subject, mail.message_id, mail.at) == (
        "lead@example.org",
        "Grüße",
        "<7@example.com>",
        NOON,
    )
    assert mail.path.name in outcome.reply
    assert stat.S_IMODE(mail.path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700
    assert mail.path.read_bytes().endswith(b"\r\n\r\nhello\r\n")


def test_mails_are_listed_oldest_first_and_survive_the_office(
    office: tuple[Catcher, MailServer], tmp_path: Path
) -> None:
    catcher, server = office
    for number in range(12):
        send(server, b"Subject: %d\r\n\r\n" % number)
    catcher.close()
    again = Catcher(tmp_path / "mail", HandClock(NOON))
    assert [mail.subject for mail in again.mails()] == [str(number) for number in range(12)]
    assert [mail.subject for mail in again.mails(limit=2)] == ["10", "11"]


def test_a_reopened_office_overwrites_nothing(office: tuple[Catcher, MailServer], tmp_path: Path) -> None:
    catcher, server = office
    send(server, b"Subject: first\r\n\r\n")
    catcher.close()
    again = Catcher(tmp_path / "mail", HandClock(NOON))
    host, port = again.start()
    send(MailServer(host, port, "none"), b"Subject: second\r\n\r\n")
    again.close()
    assert [mail.subject for mail in again.mails()] == ["first", "second"]


def test_a_hostile_subject_cannot_reach_the_terminal(office: tuple[Catcher, MailServer]) -> None:
    catcher, server = office
    send(server, b"Subject: =?utf-8?q?=1B[2Jgone=E2=80=AE?=\r\n\r\nbody\r\n")
    (mail,) = catcher.mails()
    assert mail.subject == "·[2Jgone·"


def test_a_mail_beyond_the_cap_is_refused_and_not_kept(
    office: tuple[Catcher, MailServer], tmp_path: Path
) -> None:
    catcher, server = office
    outcome = send(server, b"Subject: big\r\n\r\n" + b"0123456789" * 7 * 2**14 + b"\r\n")
    assert isinstance(outcome, Refused)
    assert outcome.permanent
    assert catcher.mails() == []
    assert list((tmp_path / "mail").iterdir()) == []


def test_old_mails_make_room_for_new_ones(
    office: tuple[Catcher, MailServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    catcher, server = office
    monkeypatch.setattr(catching, "MOST_KEPT", 3)
    for number in range(5):
        send(server, b"Subject: %d\r\n\r\n" % number)
    assert [mail.subject for mail in catcher.mails()] == ["2", "3", "4"]


def test_a_full_disk_is_said_to_the_sender_for_a_later_try(
    office: tuple[Catcher, MailServer], tmp_path: Path
) -> None:
    _, server = office
    (tmp_path / "mail").rmdir()
    outcome = send(server, b"Subject: lost?\r\n\r\n")
    assert isinstance(outcome, Refused)
    assert (outcome.permanent, outcome.code) == (False, 452)


def test_closing_twice_and_without_a_start_is_harmless(tmp_path: Path) -> None:
    never = Catcher(tmp_path / "mail")
    never.close()
    catcher = Catcher(tmp_path / "mail")
    catcher.start()
    catcher.close()
    catcher.close()
