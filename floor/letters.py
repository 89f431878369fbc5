"""A mail out of the outbox as a message for the wire: headers no stranger can bend, and what the law wants.

Every header value passes `config.text.for_header`; addresses are plain
`local@domain` with the domain in ASCII. Sources: RFC 5322 (format), RFC 3834
(Auto-Submitted), RFC 2369 and RFC 8058 (List-Unsubscribe), 15 USC 7704(a)(5)
(CAN-SPAM: a postal address in every mail).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from config.errors import ConfigError
from config.settings import Settings
from config.text import for_header
from floor.smtp_line import is_address
from store.records import OutMail

_BLANKS = re.compile(r"\s+")
_BODY_END = re.compile(r"</body>", re.IGNORECASE)


def compose(mail: OutMail, settings: Settings, now: int) -> EmailMessage:
    """The message of `mail`, dated `now` (ms UTC). `mail.address` has passed `envelope_address`.

    Raises:
        ConfigError: the settings lack what every mail must carry.
    """
    check(settings)
    postal = settings.firm.postal_address.strip()
    sender, reply_to = sender_address(settings), envelope_address(settings.firm.reply_to)
    message = EmailMessage(policy=_policy(mail.address + sender + (reply_to or "")))
    name = settings.mail.sender_name or settings.rep.name or settings.firm.name
    message["From"] = _address(sender, for_header(name))
    if reply_to:
        message["Reply-To"] = _address(reply_to)
    message["To"] = _address(mail.address)
    message["Subject"] = for_header(mail.subject)
    message["Date"] = format_datetime(datetime.fromtimestamp(now // 1000, UTC))
    message["Message-ID"] = for_header(mail.message_id)
    message["Auto-Submitted"] = "auto-generated"
    _offer_unsubscribe(message, mail, settings, reply_to or sender)
    message.set_content(_with_postal_text(_clean(mail.text), postal), cte="quoted-printable")
    if mail.html:
        html = _with_postal_html(_clean(mail.html), postal)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _address(plain: str, name: str = "") -> Address:
    local, _, domain = plain.rpartition("@")
    return Address(name, username=local, domain=domain)


def check(settings: Settings) -> None:
    """Whether mail may leave at all with these settings.

    Raises:
        ConfigError: they lack what every mail must carry.
    """
    if not settings.firm.postal_address.strip():
        raise ConfigError(
            "No mail may leave without a postal address: set postal_address in the [firm] table."
        )
    sender_address(settings)


def envelope_address(text: str) -> str | None:
    """`text` as an address for the wire, its domain in ASCII; None if it is not one plain address."""
    local, _, domain = text.strip().rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:  # an empty or overlong label
        return None
    return address if is_address(address) else None


def sender_address(settings: Settings) -> str:
    """The address our mail comes from.

    Raises:
        ConfigError: the settings name none.
    """
    address = envelope_address(settings.mail.sender)
    if address is None:
        raise ConfigError("No mail may leave without a sender: set sender in the [mail] table to an address.")
    return address


def unsubscribe_token(mail: OutMail) -> str:
    """The opaque word that stands for this mail's recipient: the local part of its Message-ID."""
    return mail.message_id.strip("<>").partition("@")[0]


def _offer_unsubscribe(message: EmailMessage, mail: OutMail, settings: Settings, answer_to: str) -> None:
    """One click where a web address is configured, a ready-made mail to us in any case."""
    token = quote(unsubscribe_token(mail), safe="")
    ways = [f"<mailto:{quote(answer_to, safe='@')}?subject={quote('unsubscribe ')}{token}>"]
    base = settings.mail.unsubscribe_url
    if base:
        ways.insert(0, f"<{base.rstrip('/')}/{token}>")
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Unsubscribe"] = ", ".join(ways)


def _with_postal_text(text: str, postal: str) -> str:
    if _squeezed(postal) in _squeezed(text):
        return text
    return f"{text.rstrip()}\n\n{postal}\n"


def _with_postal_html(html: str, postal: str) -> str:
    if _squeezed(escape(postal)) in _squeezed(html):
        return html
    footer = f"<p>{escape(postal)}</p>"
    end = _BODY_END.search(html)
    return html[: end.start()] + footer + html[end.start() :] if end else html + footer


def _squeezed(text: str) -> str:
    return _BLANKS.sub(" ", text)


def _clean(text: str) -> str:
    """`text` that UTF-8 and a mail's body can carry: no NUL, no half characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class _Unfolded(UnstructuredHeader, BaseHeader):
    """A header kept on one line: folding a long URI would turn it into an encoded word nobody can click."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unfolded)


def _policy(addresses: str) -> Policy:
    """ASCII on the wire, unless an address cannot be written in it (RFC 6531)."""
    base = SMTP if addresses.isascii() else SMTPUTF8
    return base.clone(cte_type="7bit" if addresses.isascii() else "8bit", header_factory=_HEADERS)
