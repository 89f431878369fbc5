"""Mail addresses: one written form, so that two spellings of one address are one lead."""

from __future__ import annotations

import re

_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII
).fullmatch
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII).fullmatch
_LONGEST, _LONGEST_LOCAL = 254, 64  # RFC 5321, 4.5.3.1


def mail_address(raw: str) -> str | None:
    """`raw` in lower case with an ASCII domain, or None if no mail can be sent there.

    Case is dropped on both sides of the @: no mailbox of today tells
    `Ann@` from `ann@`, and two of them would be one lead in two rows. Quoted
    local parts and address literals are refused; web forms never mean them.
    """
    text = raw.strip().removeprefix("mailto:").strip("<>")
    local, at, host = text.rpartition("@")
    if not at or len(local) > _LONGEST_LOCAL or not _LOCAL(local):
        return None
    ascii_host = _domain(host)
    if ascii_host is None or len(local) + 1 + len(ascii_host) > _LONGEST:
        return None
    return f"{local.lower()}@{ascii_host}"


def domain(address: str) -> str:
    """The part after the @ in lower case; empty if there is none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def _domain(host: str) -> str | None:
    """`host` as lower-case ASCII, or None if it is no name with a dot in it."""
    name = host.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = name.split(".")
    good = len(labels) > 1 and all(_LABEL(label) for label in labels) and not labels[-1].isdigit()
    return name if good else None
