"""Holding the log against an anchor: number and hash of an event, kept where the log's keeper cannot reach.

`verify` finds a row that was changed; whoever rewrites the log from there on
and computes every hash anew leaves it clean. Such a log no longer has, at the
anchor's number, the hash that the anchor says. Together with a clean `verify`,
an anchor that holds proves all events up to its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from config.errors import UsageError
from store.engine import Engine

_OTHER = "the log was rewritten, or this is another floor's"
_HEAD = re.compile(r"(?:(\d{1,18})[ :])?([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What somebody kept of the log."""

    said: str  # the words it was given by: a file's path, or a hash
    head: str  # of the log when it was taken, hex; empty: the log was empty
    seq: int | None = None  # None: a hash without its number
    file: Path | None = None  # the export beside it, as long as it is there
    sha256: str = ""  # of that file, hex


@dataclass(frozen=True, slots=True)
class Held:
    """An anchor against the log."""

    anchor: Anchor
    seq: int | None  # up to here nothing was rewritten, if `verify` is clean; None: it does not hold
    why: str = ""  # what is wrong

    @property
    def holds(self) -> bool:
        """Whether log and file are those of the anchor."""
        return not self.why


class _Sidecar(msgspec.Struct, frozen=True):
    """The fields of a `FILE.anchor.json` that prove something; `store.exports.writer` writes it."""

    file: str
    sha256: str
    head_seq: Annotated[int, msgspec.Meta(ge=0, lt=10**18)]  # a database's integers end at 2^63
    head_hash: str


def read(said: str) -> Anchor:
    """The anchor that `said` names: the file an export wrote, or a head as `verify` prints it.

    Raises:
        UsageError: there is no such file, or it is no anchor.
    """
    path = Path(said)
    if path.is_file():
        return _of_file(path)
    found = _HEAD.fullmatch(said.strip())
    if found is None:
        raise UsageError(
            f"--anchor {said}: neither a file nor a hash; give the .anchor.json of an export, "
            "or the 64 digits that `sixring verify` printed."
        )
    return Anchor(said, found[2].lower(), int(found[1]) if found[1] else None)


def _of_file(path: Path) -> Anchor:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Sidecar)
    except (OSError, msgspec.MsgspecError) as fault:
        raise UsageError(
            f"{path}: no anchor ({fault}); give the .anchor.json that an export wrote beside its file."
        ) from fault
    exported = path.parent / Path(kept.file).name
    return Anchor(
        str(path), kept.head_hash, kept.head_seq, exported if exported.is_file() else None, kept.sha256
    )


def hold(engine: Engine, anchor: Anchor) -> Held:
    """Hold log and exported file against `anchor`."""
    seq, why = _in_log(engine, anchor)
    if not why and anchor.file is not None and _sha256(anchor.file) != anchor.sha256:
        return Held(anchor, seq, f"{anchor.file} is not the file that was exported")
    return Held(anchor, None if why else seq, why)


def _in_log(engine: Engine, anchor: Anchor) -> tuple[int | None, str]:
    """Which event the anchor holds, or why it holds none."""
    if anchor.seq is None:
        rows = engine.rows("select seq from event where hash = :hash", hash=bytes.fromhex(anchor.head))
        return (rows[0]["seq"], "") if rows else (None, f"no event of the log has this hash: {_OTHER}")
    if anchor.seq == 0:
        return 0, ""  # taken of an empty log: there is nothing to prove
    rows = engine.rows("select hash from event where seq = :seq", seq=anchor.seq)
    if not rows:
        return None, f"the log had an event {anchor.seq} then, and has none now: its end was cut off"
    if bytes(rows[0]["hash"]).hex() != anchor.head:
        return None, f"event {anchor.seq} had another hash then: {_OTHER}"
    return anchor.seq, ""


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
