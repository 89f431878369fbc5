"""A rep's login as a file name: it may hold anything, and must not lead out of the folder."""

from __future__ import annotations

import re
from hashlib import sha256

_UNSAFE = re.compile(r"[^a-z0-9_-]+")
_LONGEST = 60


def for_rep(report: str, login: str, extension: str) -> str:
    """`calls-ana.csv`. A login that is not plain gets a mark of its own, so that no two share a file."""
    plain = _UNSAFE.sub("_", login).strip("_")[:_LONGEST]
    if plain != login:  # also where only the case differs: file systems may ignore it
        plain = f"{plain or 'rep'}-{sha256(login.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"{report}-{plain}.{extension}"
