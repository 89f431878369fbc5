"""The line to a mail server: smtplib's conversation, with the few things it leaves open settled.

TLS from the first byte and STARTTLS on one class, waits set per stage, and a
reply that cannot be read is an error, never an answer.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from config.text import for_header

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]+@[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]+").fullmatch
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3 less the angle brackets
_LONGEST_REPLY = 500  # characters of a server's text that are kept


class Line(smtplib.SMTP):
    """smtplib's conversation, with TLS from the first byte where asked, and waits set per stage."""

    def __init__(
        self,
        own_name: str,
        timeout: float,
        context: ssl.SSLContext | None,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        """`connected` is called once `break_off` can break the line; what it raises closes the line."""
        self._tls_context = context
        self._connected = connected
        self._connection: socket.socket | None = None
        super().__init__(local_hostname=own_name, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = host  # starttls checks the certificate against it; smtplib sets it only in __init__
        sock = socket.create_connection((host, port), timeout)
        self._connection = sock.dup()  # TLS takes `sock` itself away from us for as long as it greets
        try:
            self._connected()
            if self._tls_context is None:
                return sock
            return self._tls_context.wrap_socket(sock, server_hostname=host)
        except (OSError, ValueError):
            sock.close()
            self.close()  # the other side learns of it only when both are
            raise

    def break_off(self) -> None:
        """End the connection under whoever waits on it, in another thread."""
        if (connection := self._connection) is not None:
            with suppress(OSError):  # it has ended
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the line, if it is open."""
        super().close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def wait_at_most(self, seconds: float) -> None:
        """Set how long the next replies may take."""
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def receipt(self) -> tuple[int, bytes]:
        """The reply to the final dot. A reply that cannot be read is an error, never a refusal."""
        try:
            return self.getreply()
        except smtplib.SMTPResponseException as fault:  # smtplib's own "500 line too long"
            raise ConnectionError(f"unreadable reply: {words(fault.smtp_error)}") from fault


def is_address(text: str) -> bool:
    """Whether `text` is one plain `local@domain`, fit for an envelope; no quoted or commented forms."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS(text) is not None


def expect(reply: tuple[int, bytes]) -> None:
    """Go on only after a 2xx; any other code here speaks of us or the server, not of the mail."""
    code, text = reply
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, text)


def said(code: int, text: bytes | str) -> str:
    """A reply as one line: its code and its words."""
    return f"{code} {words(text)}".strip()


def words(text: bytes | str) -> str:
    """A server's words, fit to be stored and shown."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return for_header(plain)[:_LONGEST_REPLY]


def sentence(fault: Exception) -> str:
    """What went wrong, in words for a person: never empty, one line."""
    if isinstance(fault, smtplib.SMTPResponseException):
        return said(fault.smtp_code, fault.smtp_error)
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted ({fault.verify_message})"
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    text = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    return words(text) or type(fault).__name__
