"""One try to hand one mail to a mail server, and exactly what became of it.

SMTP has a single moment of doubt: once the final dot has left us, the server
may own the mail although its reply never arrived (RFC 5321, 4.1.1.4 and 6.1).
Everything before that dot is safe to try again; everything after it is never
repeated by a machine. So the body and the dot are written in two steps, and
what is returned says on which side of the dot the line broke.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from config.text import for_header
from floor.smtp_line import Line, expect, is_address, said, sentence, words

Security = Literal["starttls", "tls", "none"]

_LINE_END = re.compile(rb"\r\n|\r|\n")
_STATUS = re.compile(r"[245]\.(\d{1,3}\.\d{1,3})\b").match  # RFC 3463, at the start of a reply's text
_NO_MAILBOX = ("1.1", "1.2", "1.3", "1.6", "1.10", "2.1")  # unknown, moved, disabled: RFC 3463 and 7505
_OUR_FAULT = re.compile(
    r"\brelay|\bauthenticat|\blog ?in\b", re.IGNORECASE
).search  # no word about the mailbox
_POLICY = re.compile(
    r"spam|polic|block|denied|reputation|content|virus|too (big|large)", re.IGNORECASE
).search
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and how."""

    host: str
    port: int
    security: Security = "starttls"
    login: str = ""  # empty: the server wants none
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None  # None: the system's trusted authorities
    connect_s: float = 15.0
    # RFC 5321, 4.5.3.2 allows a server more; but all waits of one mail must stay below the time after which
    # another machine takes a mail that is being sent for abandoned (store.outbox.SENDING_MS).
    command_s: float = 30.0  # each reply before the final dot
    accept_s: float = 300.0  # the reply to the final dot

    @property
    def place(self) -> str:
        """Host and port, for a sentence."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server has taken the mail over; `reply` is its receipt."""

    reply: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server answered for this mail: not now (4xx), or never (5xx)."""

    permanent: bool
    code: int
    text: str
    bad_address: bool = False  # there is no such mailbox, whatever the mail


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing was handed over, and the fault is not this mail's: safe to try again."""

    why: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The line broke after the final dot and before the reply: only a person may repeat this mail."""

    why: str


Fate = Delivered | Refused | Unreachable | Uncertain


class Delivery:
    """One mail on its way. `run` blocks: call it in a thread; `abort` may be called from another."""

    def __init__(self, server: MailServer, sender: str, recipient: str, mail: bytes) -> None:
        """Prepare to hand `mail` (a whole message, any line ends) to `server` for one `recipient`."""
        self._server = server
        self._sender = sender
        self._recipient = recipient
        self._mail = _with_crlf(mail)
        self._line: Line | None = None
        self._stage = "connecting"
        self._latch = threading.Lock()
        self._aborted = False
        self._dotted = False

    def run(self) -> Fate:
        """Hand the mail over; never raises for anything a server or a network can do."""
        unfit = self._unfit()
        if unfit is not None:
            return unfit
        try:
            fate = self._converse()
            self._say_goodbye()
        except (OSError, ValueError) as fault:  # smtplib and ssl raise OSErrors, a bad host name a ValueError
            why = f"{self._server.place}, {self._stage}: {sentence(fault)}"
            return Uncertain(why) if self._dotted else Unreachable(why)
        else:
            return fate
        finally:
            if self._line is not None:
                self._line.close()

    def abort(self) -> bool:
        """Break off at once. True: nothing was handed over, and nothing will be any more."""
        with self._latch:
            self._aborted = True
            dotted = self._dotted
        if self._line is not None:
            self._line.break_off()
        return not dotted

    def _unfit(self) -> Refused | Unreachable | None:
        """What can be said without asking the server."""
        if not is_address(self._recipient):
            return Refused(True, 553, "not a mail address", bad_address=True)
        if not is_address(self._sender):
            return Unreachable(
                f"the sender {for_header(self._sender)!r} is not a mail address: mend [mail] sender"
            )
        server = self._server
        if server.login and server.security == "none" and not _is_loopback(server.host):
            return Unreachable(f"{server.place}: the password would cross the network in clear text; "
                               "set [mail] security to 'starttls' or 'tls'")  # fmt: skip
        return None

    def _converse(self) -> Fate:
        line = self._connect()
        self._log_in(line)
        refused = self._envelope(line)
        if refused is not None:
            return refused
        return self._hand_over(line)

    def _connect(self) -> Line:
        server = self._server
        context = server.context or ssl.create_default_context()
        # The name we greet with is the sender's domain: asking the resolver for our own may take seconds.
        line = Line(self._sender.rpartition("@")[2].encode("idna").decode(), server.connect_s,
                     context if server.security == "tls" else None, self._stop_if_aborted)  # fmt: skip
        self._line = line
        expect(line.connect(server.host, server.port))
        line.wait_at_most(server.command_s)
        self._stage = "greeting"
        line.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            self._stage = "starting TLS"
            expect(line.starttls(context=context))
            line.ehlo_or_helo_if_needed()
        return line

    def _log_in(self, line: Line) -> None:
        if self._server.login:
            self._stage = "logging in"
            line.login(self._server.login, self._server.password)

    def _envelope(self, line: Line) -> Refused | None:
        """Name sender and recipient. What is said of our sender is not the recipient's fault."""
        self._stage = "naming the sender"
        options: list[str] = []
        if not (self._recipient.isascii() and self._sender.isascii()):
            if not line.has_extn("smtputf8"):
                return Refused(True, 553, "the server cannot carry an address with letters beyond ASCII")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        if line.has_extn("size"):
            options.append(f"SIZE={len(self._mail)}")
        code, text = line.mail(self._sender, options)
        if code == 552:  # too big: the one thing said here that is the mail's own fault
            return _refusal(code, text)
        expect((code, text))
        self._stage = "naming the recipient"
        code, text = line.rcpt(self._recipient)
        if code >= 500 and _OUR_FAULT(words(text)):
            expect((code, text))
        return _refusal(code, text)

    def _hand_over(self, line: Line) -> Fate:
        self._stage = "offering the text"
        code, text = line.docmd("DATA")
        if code != 354:
            return _refusal(code, text) or Unreachable(f"{self._server.place}: {code} is no answer to DATA")
        self._stage = "sending the text"
        line.send(_LEADING_DOT.sub(b"..", self._mail))  # RFC 5321, 4.5.2
        with self._latch:
            if self._aborted:
                raise ConnectionAbortedError("broken off by us")
            self._dotted = True
        self._stage = "waiting for the receipt"
        line.wait_at_most(self._server.accept_s)
        line.send(b".\r\n")
        code, text = line.receipt()
        if 200 <= code < 300:
            return Delivered(said(code, text))
        if 400 <= code < 600:
            return _refused(code, text)
        return Uncertain(f"{self._server.place}: {said(code, text)!r} is no receipt")

    def _stop_if_aborted(self) -> None:
        if self._aborted:
            raise ConnectionAbortedError("broken off by us")

    def _say_goodbye(self) -> None:
        """After a clear answer; nothing that happens here changes it."""
        with suppress(OSError, ValueError):
            if self._line is not None:
                self._line.wait_at_most(2.0)
                self._line.quit()


def _with_crlf(mail: bytes) -> bytes:
    """`mail` with CRLF line ends, the last one included: what goes before the dot."""
    lines = _LINE_END.sub(b"\r\n", mail)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _refusal(code: int, text: bytes) -> Refused | None:
    """What `code` says of this mail; None for a 2xx. Anything beyond 4xx and 5xx is a fault of the line."""
    if 400 <= code < 600 and code != 421:  # 421: the server closes the line, whatever we asked
        return _refused(code, text)
    expect((code, text))
    return None


def _refused(code: int, text: bytes) -> Refused:
    """A 4xx or 5xx, and whether it says that there is no such mailbox."""
    answer = words(text)
    status = _STATUS(answer)
    no_mailbox = status[1] in _NO_MAILBOX if status else code in (550, 551, 553) and not _POLICY(answer)
    return Refused(code >= 500, code, answer, bad_address=code >= 500 and no_mailbox)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
