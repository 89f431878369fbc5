"""The do-not-call list as a file: who asked, when, why, and what was taken off again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.clock import iso
from store.core import Core
from store.dnc import Dnc
from store.exports.writer import Anchor, Cell, Written, write

COLUMNS = ("value", "kind", "added_at", "added_by", "why", "removed_at", "removed_by", "removed_why")


def export(core: Core, out: str | Path, format_: str, zone: str) -> Written:
    """Write every entry ever made, the removed ones too, to the file `out`; `-` is standard output.

    Raises:
        ExportError: the file cannot be written.
        StoreError: the database failed.
    """
    seq, digest = core.log.head()
    now = iso(core.now())
    anchor = Anchor("dnc", iso(0), now, zone, now, seq, digest)
    return write(out, COLUMNS, _rows(Dnc(core)), format_, anchor)


def _rows(dnc: Dnc) -> Iterator[list[Cell]]:
    page = dnc.everything()
    while page:
        for _, entry in page:
            removed_at = None if entry.removed_at is None else iso(entry.removed_at)
            yield [
                entry.value, entry.kind, iso(entry.added_at), entry.added_by, entry.why,
                removed_at, entry.removed_by, entry.removed_why,
            ]  # fmt: skip
        page = dnc.everything(after=page[-1][0])
