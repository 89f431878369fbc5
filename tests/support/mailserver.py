"""A real mail server that fails where it is told to."""

# ruff: noqa: N802, ARG002 - names and arguments are aiosmtpd's

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult

from floor.loopback import LoopbackServer

CUT = "cut"  # the connection is dropped without a word
HANG = "hang"  # nothing more is said


@dataclass(frozen=True)
class Received:
    """A mail the server took over, whatever it then said about it."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.content, policy=modern))  # type: ignore[arg-type]


class MailServerUnderTest:
    """`faults[stage]` holds replies (or CUT, HANG), used up one at a time.

    Stages in order: greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA (instead
    of 354), body (within the text), dot (after the final dot: the mail is then
    in `received` although the sender is told otherwise, or nothing).
    """

    def __init__(
        self,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        smtputf8: bool = False,
    ) -> None:
        self.faults: dict[str, list[str]] = {}
        self.received: list[Received] = []
        self.stages: list[str] = []
        self.reached = threading.Condition()
        self._starttls, self._login, self._smtputf8 = starttls, login, smtputf8
        self._server = LoopbackServer(self._answer, "mail-server-under-test", tls)

    def __enter__(self) -> MailServerUnderTest:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    @property
    def port(self) -> int:
        return self._server.port

    def note(self, stage: str) -> str | None:
        """Remember that `stage` was reached; the fault planned for it, if any."""
        with self.reached:
            self.stages.append(stage)
            self.reached.notify_all()
        planned = self.faults.get(stage)
        return planned.pop(0) if planned else None

    def wait_for(self, stage: str, times: int = 1, timeout: float = 20.0) -> None:
        """Block until `stage` was reached so often."""
        with self.reached:
            assert self.reached.wait_for(lambda: self.stages.count(stage) >= times, timeout), (
                f"{stage} was not reached; stages: {self.stages}"
            )

    def _answer(self) -> SMTP:
        return _FaultySMTP(
            self,
            hostname="mail.test",
            timeout=30,
            tls_context=self._starttls,
            enable_SMTPUTF8=self._smtputf8,
            auth_require_tls=False,
            authenticator=self._authenticate,
            auth_exclude_mechanism=[] if self._login else ["LOGIN", "PLAIN"],
        )

    def _authenticate(
        self, server: object, session: object, envelope: object, kind: str, data: Any
    ) -> AuthResult:
        right = self._login is not None and (data.login, data.password) == tuple(map(str.encode, self._login))
        return AuthResult(success=right, handled=False)

    async def handle_DATA(self, server: _FaultySMTP, session: Any, envelope: Any) -> str:
        self.received.append(Received(envelope.mail_from, ", ".join(envelope.rcpt_tos), envelope.content))
        return await server.fault("dot") or "250 2.0.0 taken"


class _FaultySMTP(SMTP):
    def __init__(self, office: MailServerUnderTest, **options: Any) -> None:
        super().__init__(office, **options)
        self._office = office
        self._greeted = False

    async def fault(self, stage: str) -> str:
        """The reply planned for `stage`, empty for none; does not return where nothing more is to be said."""
        planned = self._office.note(stage)
        if planned == CUT:
            cast("asyncio.WriteTransport", self.transport).abort()
        if planned in (CUT, HANG):
            await asyncio.Event().wait()
        return planned or ""

    async def push(self, status: Any) -> None:
        if not self._greeted:
            self._greeted = True
            status = await self.fault("greeting") or status
        await super().push(status)

    async def _unless_fault(self, stage: str, command: Any, arg: str) -> None:
        reply = await self.fault(stage)
        await (self.push(reply) if reply else command(arg))

    async def smtp_EHLO(self, arg: str) -> None:
        await self._unless_fault("EHLO", super().smtp_EHLO, arg)

    async def smtp_HELO(self, arg: str) -> None:
        await self._unless_fault("HELO", super().smtp_HELO, arg)

    async def smtp_STARTTLS(self, arg: str) -> None:
        await self._unless_fault("STARTTLS", super().smtp_STARTTLS, arg)

    async def smtp_AUTH(self, arg: str) -> None:
        await self._unless_fault("AUTH", super().smtp_AUTH, arg)

    async def smtp_MAIL(self, arg: str) -> None:
        await self._unless_fault("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str) -> None:
        await self._unless_fault("RCPT", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:
        if "body" in self._office.faults:
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            await self.fault("body")
        await self._unless_fault("DATA", super().smtp_DATA, arg)
