"""The practice floor's post office: takes every mail, keeps it as a file, sends none on.

A real SMTP server on the loopback, so that practice mail is really rendered,
really handed over and really received, and a person can look at it.
"""

from __future__ import annotations

import itertools
import os
import re
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import default as modern
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from config.clock import Clock, SystemClock
from config.text import for_header, for_terminal
from floor.loopback import HOST, LoopbackServer

LARGEST_MAIL = 1024 * 1024  # bytes: a letter of ours has a few thousand
MOST_KEPT = 500  # mails; older files make room
_NAME = re.compile(r"(\d{13})-(\d{6,})\.eml").fullmatch  # time of arrival, running number


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail that was delivered here; texts are fit for a terminal."""

    path: Path
    at: int  # ms UTC
    recipient: str
    subject: str
    message_id: str


class Catcher:
    """A post office in a thread of its own, on an ephemeral port of 127.0.0.1."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        """Mails are kept in `folder`, which is made (0700) where it is missing."""
        self._folder = folder
        self._clock = clock or SystemClock()
        self._numbers = itertools.count(1)
        self._server = LoopbackServer(self._answer, "mail-catcher")

    def start(self) -> tuple[str, int]:
        """Open the office; the host and port it listens on.

        Raises:
            OSError: the folder cannot be written, or no port could be had.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._numbers = itertools.count(1 + max(map(_number, _kept(self._folder)), default=0))
        return HOST, self._server.start()

    def close(self) -> None:
        """Close the office; the mails stay where they are."""
        self._server.close()

    def mails(self, limit: int = MOST_KEPT) -> list[CaughtMail]:
        """The newest `limit` mails in the folder, oldest first."""
        return [_summary(path) for path in _kept(self._folder)[-limit:]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        """Keep one mail (aiosmtpd calls this on the server's loop); the reply is given once it is on disk."""
        try:
            name = self._keep(envelope)
        except OSError as fault:
            return f"452 cannot keep the mail: {for_header(fault.strerror or 'disk error')}"
        return f"250 kept as {name}"

    def _answer(self) -> SMTP:
        return SMTP(self, data_size_limit=LARGEST_MAIL, hostname="practice.invalid", ident="Sixring practice",
                    timeout=60)  # fmt: skip

    def _keep(self, envelope: Envelope) -> str:
        content = cast("bytes", envelope.content)
        recipients = ", ".join(for_header(recipient) for recipient in envelope.rcpt_tos)
        # Delivered-To tells of the envelope, as a real mailbox would; the To header may say anything.
        mail = f"Delivered-To: {recipients}\r\n".encode() + content
        name = f"{self._clock.now()}-{next(self._numbers):06d}.eml"
        hidden = self._folder / f".{name}"
        hidden.touch(mode=0o600)
        with hidden.open("wb") as file:
            file.write(mail)
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(self._folder / name)
        for old in _kept(self._folder)[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
        return name


def _kept(folder: Path) -> list[Path]:
    """The mails of `folder`, oldest first: names begin with the time of arrival."""
    return sorted((path for path in folder.iterdir() if _NAME(path.name)), key=lambda path: path.name)


def _number(path: Path) -> int:
    """The running number in a mail's file name, 0 for a file that is not ours."""
    found = _NAME(path.name)
    return int(found[2]) if found else 0


def _summary(path: Path) -> CaughtMail:
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=modern).parse(file)
    return CaughtMail(
        path=path,
        at=int(path.name.partition("-")[0]),
        recipient=for_terminal(str(head["Delivered-To"] or "")),
        subject=for_terminal(str(head["Subject"] or "")),
        message_id=for_terminal(str(head["Message-ID"] or "")),
    )
