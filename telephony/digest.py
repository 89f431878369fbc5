"""Answers to a digest challenge, for requests sent beside the SIP stack (RFC 7616; RFC 8760 for SIP).

The stack answers challenges itself; this is for `telephony.orphan`, which must
end a call that the stack did not live to end.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping

from telephony.account import Account

CHALLENGES = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}

_FIELD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
_HASHES: Mapping[str, str] = {"md5": "md5", "sha-256": "sha256"}


def credentials(response: str, method: str, uri: str, account: Account) -> str:
    """The header line that answers a 401 or 407; empty if we cannot.

    Args:
        response: The whole response, one character a byte.
        method: Of the request that was challenged.
        uri: Its request URI.
        account: Whose login, password and realm are used.
    """
    found = re.match(r"SIP/2\.0 (\d{3})", response)
    code = int(found[1]) if found else 0
    if code not in CHALLENGES or not account.password:
        return ""
    asked, answered = CHALLENGES[code]
    for name, value in _headers(response):
        if name == asked and value[:7].lower() == "digest ":
            line = _answer(_fields(value), method, uri, account)
            if line:
                return f"{answered}: {line}"
    return ""


def _answer(asked: Mapping[str, str], method: str, uri: str, account: Account) -> str:
    """The value that answers one challenge; empty for an algorithm, a realm or a quality that is not ours."""
    name = _HASHES.get(asked.get("algorithm", "MD5").lower(), "")
    realm, nonce = asked.get("realm", ""), asked.get("nonce", "")
    qualities = [one.strip() for one in asked.get("qop", "").split(",") if one.strip()]
    if not name or not nonce or account.realm not in {"*", realm} or (qualities and "auth" not in qualities):
        return ""
    login, password = _bytes_text(account.login or account.user), _bytes_text(account.password)
    counted = ""
    if qualities:
        cnonce = secrets.token_hex(8)
        counted = f"00000001:{cnonce}:auth:"
    digest = _hasher(name)
    secret, what = digest(f"{login}:{realm}:{password}"), digest(f"{method}:{uri}")
    parts = [
        f'username="{login}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"',
        f'response="{digest(f"{secret}:{nonce}:{counted}{what}")}"',
        f"algorithm={asked.get('algorithm', 'MD5')}",
    ]  # fmt: skip
    if qualities:
        parts += ["qop=auth", "nc=00000001", f'cnonce="{cnonce}"']
    if "opaque" in asked:
        parts.append(f'opaque="{asked["opaque"]}"')
    return "Digest " + ", ".join(parts)


def _bytes_text(text: str) -> str:
    """One character a byte of UTF-8, as the rest of the message is held."""
    return text.encode().decode("latin-1")


def _hasher(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(
        name, text.encode("latin-1", "replace"), usedforsecurity=False
    ).hexdigest()


def _headers(response: str) -> list[tuple[str, str]]:
    lines = response.partition("\r\n\r\n")[0].split("\r\n")[1:]
    return [(name.strip().lower(), value.strip()) for name, _, value in (one.partition(":") for one in lines)]


def _fields(value: str) -> dict[str, str]:
    return {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(value[7:])}
