"""Mail addresses: one written form, so that two spellings of one address are one lead."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
).fullmatch
_LONGEST, _LONGEST_LOCAL = 254, 64  # RFC 5321, 4.5.3.1


def mail_address(raw: str) -> str | None:
    """`raw` in lower case with an ASCII domain, or None if no mail can be sent there.

    Case is dropped on both sides of the @: no mailbox of today tells
    `Ann@` from `ann@`, and two of them would be one lead in two rows. Quoted
    local parts and address literals are refused; web forms never mean them.
    """
    address = raw if _ADDRESS(raw) else _mended(raw)
    if not _ADDRESS(address) or len(address) > _LONGEST or address.index("@") > _LONGEST_LOCAL:
        return None
    return address.lower()


def mail_domain(raw: str) -> str:
    """A domain in lower case and in the ASCII form that mail servers know; as it is where it has none."""
    name = raw.strip().strip(".").lower()
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _mended(raw: str) -> str:
    local, at, domain = raw.strip().removeprefix("mailto:").strip("<> ").rpartition("@")
    return local + at + mail_domain(domain)
