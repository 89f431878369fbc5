"""HTTP digest of SIP requests, from the server's side (RFC 7616 with MD5, as SIP trunks use it)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_FIELD = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))')


def challenge(realm: str) -> str:
    """The value of a WWW-Authenticate or Proxy-Authenticate header with a fresh nonce."""
    return f'Digest realm="{realm}", nonce="{secrets.token_hex(16)}", algorithm=MD5, qop="auth"'


def fits(authorization: str, method: str, login: str, password: str) -> bool:
    """Whether the value of an Authorization header proves the knowledge of `password`."""
    field = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(authorization)}
    try:
        secret = _md5(f"{login}:{field['realm']}:{password}")
        what = _md5(f"{method}:{field['uri']}")
        middle = f"{field['nc']}:{field['cnonce']}:{field['qop']}:" if "qop" in field else ""
        wanted = _md5(f"{secret}:{field['nonce']}:{middle}{what}")
        return field["username"] == login and hmac.compare_digest(wanted, field["response"])
    except KeyError:
        return False


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
