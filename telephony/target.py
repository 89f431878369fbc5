"""What may be dialed, and the URI made from it: no stranger's text becomes SIP syntax."""

from __future__ import annotations

import re

from telephony.account import Account
from telephony.errors import NotDialableError

_SEPARATORS = re.compile(r"[ \t().\-\u00a0\u2010-\u2015]")
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}").fullmatch
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{0,63}").fullmatch  # practice codes, SIP users of the firm
_ADDRESS = re.compile(r"sip:([A-Za-z0-9_.+\-]{1,64})@([A-Za-z0-9.\-]{1,253}(?::\d{1,5})?)").fullmatch
_CALLER = re.compile(r"\+?[0-9]{3,20}").fullmatch


def user_part(text: str) -> str:
    """`text` as the user part of a SIP URI.

    Spaces, dots, brackets and dashes of a written number are dropped; `#` is
    escaped as RFC 3261 demands.

    Raises:
        NotDialableError: anything but digits, `+`, `*`, `#`, or a plain name.
    """
    text = text.strip()
    number = _SEPARATORS.sub("", text)
    if _NUMBER(number):
        return number.replace("#", "%23")
    if _NAME(text):
        return text
    raise NotDialableError("That is not a number a telephone can dial; correct it on the lead's card.")


def desk_phone_uri(text: str, account: Account) -> str:
    """The address of the rep's own phone, over the account's transport.

    Raises:
        NotDialableError: `text` is neither `sip:user@host`, with a port or not, nor an extension.
    """
    found = _ADDRESS(text.strip())
    if not found:
        return sip_uri(user_part(text), account)
    suffix = "" if account.transport == "udp" else f";transport={account.transport}"
    return f"sip:{found[1]}@{found[2]}{suffix}"


def sip_uri(user: str, account: Account) -> str:
    """The address of `user` (already safe) at the account's carrier."""
    suffix = "" if account.transport == "udp" else f";transport={account.transport}"
    return f"sip:{user}@{account.server}{suffix}"


def server_uri(account: Account) -> str:
    """The address of the server itself: where we register, and what we ask whether it is there."""
    return sip_uri("", account).replace("sip:@", "sip:")


def own_uri(account: Account, user: str = "", name: str = "") -> str:
    """A From value: `"name" <sip:user@server>`; both default to the account's."""
    shown = quoted(name or account.display_name)
    return f"{shown}<sip:{user or account.user}@{account.server}>"


def proxy_uri(account: Account) -> str:
    """The outbound proxy as a loose route; empty if the account has none."""
    if not account.proxy:
        return ""
    suffix = "" if account.transport == "udp" else f";transport={account.transport}"
    return f"<sip:{account.proxy}{suffix};lr>"


def host_part(address: str) -> str:
    """`host:port` without its port."""
    host, colon, port = address.rpartition(":")
    return host if colon and port.isdigit() else address


def host_of(account: Account) -> str:
    """The host every request goes to first, without its port."""
    return host_part(account.proxy or account.server)


def caller(caller_id: str) -> str:
    """`caller_id` if it is a plain number, else empty: a header gets nothing else."""
    number = _SEPARATORS.sub("", caller_id)
    return number if _CALLER(number) else ""


def quoted(name: str) -> str:
    """`name` as the display name before an address, with its space; empty without one."""
    clean = "".join(char for char in name if char.isprintable() and char not in '"\\')
    return f'"{clean}" ' if clean else ""
