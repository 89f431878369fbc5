"""The hash that chains an event to all before it.

It is SHA-256 over the previous hash and netstrings (`len:bytes,`) of the row's
fields. A netstring, unlike JSON, has one spelling everywhere.
"""

from __future__ import annotations

from hashlib import sha256


def link(
    before: bytes,
    seq: int,
    at: int,
    kind: str,
    rep: str,
    lead_id: int | None,
    attempt_id: int | None,
    body: str,
) -> bytes:
    """The hash of one event on top of the hash `before` it."""
    parts = [
        b"%d:%b," % (len(part), part)
        for part in (
            b"%d" % seq,
            b"%d" % at,
            kind.encode(),
            rep.encode(),
            b"" if lead_id is None else b"%d" % lead_id,
            b"" if attempt_id is None else b"%d" % attempt_id,
            body.encode(),
        )
    ]
    return sha256(bytes(before) + b"".join(parts)).digest()
