"""A file that was taken, kept beside the embedded database until all its rows are in.

While reps work, a file is written in many short transactions. So that it is
all or nothing none the less, its rows lie whole on the disk before the first
of them is written, and one row of `import_run` says that they were taken: a
process that dies before that moment has imported nothing, and one that dies
after it has what is missing written by whoever looks next (`Leftovers`). What
another version of Sixring left in a shape of its own is put aside, and told.
"""

from __future__ import annotations

import glob
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from config.errors import SixringError
from store.core import Core
from store.disk import settle_folder
from store.imports.normalise import LeadRow
from store.imports.source import Source
from store.processes import process_exists
from store.sqlite import SQLite

_WORD = ".import-"
_NOBODY = 0
_ASIDE = ".aside"
_RUN = "select id, total, file from import_run where details like :token"
_SHAPE = [f"{name}: {kind}" for one in (Source, LeadRow) for name, kind in one.__annotations__.items()]


@dataclass(slots=True)
class Accepted:
    """The rows of one file on the disk, in the hands of one process: its id ends the name."""

    path: Path

    @classmethod
    def keep(cls, core: Core, source: Source, rows: Sequence[LeadRow]) -> tuple[Accepted, Source]:
        """Put `rows` beside the database; the source as the store is to remember it from now on.

        Raises:
            SixringError: the disk does not take them.
        """
        assert isinstance(core.engine, SQLite)  # noqa: S101 - a server writes a file at once
        token = secrets.token_hex(8)
        source = replace(source, details=json.dumps({**json.loads(source.details), "accepted": token}))
        path = _named(core.engine.path, token, os.getpid())
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode({"shape": _SHAPE, "source": asdict(source)}) + b"\n")
                file.write(msgspec.json.Encoder().encode_lines(rows))
                file.flush()
                os.fsync(file.fileno())
            settle_folder(path.parent)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise SixringError(
                f"the rows cannot be kept beside the database ({error.strerror}); nothing was imported, "
                f"make room in {path.parent} and try again"
            ) from error
        return cls(path), source

    def source(self, name: str) -> Source:
        """Where the rows come from: a file of that `name`.

        Raises:
            SixringError: another version of Sixring wrote them in another shape; they are put aside.
        """
        with self.path.open("rb") as file:
            head = json.loads(file.readline())
        if head.get("shape") != _SHAPE:
            self.path = self.path.replace(self.path.with_suffix(_ASIDE))
            raise SixringError(
                f"another version of Sixring has left {name} half imported: import it again (what is in stays"
                f" as it is), then delete {self.path}"
            )
        return Source(**head["source"])

    def rows(self, done: int = 0) -> Iterator[LeadRow]:
        """The rows behind the first `done`."""
        decode = msgspec.json.Decoder(LeadRow).decode
        with self.path.open("rb") as file:
            for line in islice(file, 1 + done, None):
                yield decode(line)

    def run(self, core: Core) -> tuple[int, int, str] | None:
        """The run the rows are of, how many of them it has counted, its file; None: they were never taken.

        Raises:
            StoreError: the database failed.
        """
        found = core.engine.rows(_RUN, token=f'%"accepted": "{self._token}"%')
        return (found[0]["id"], found[0]["total"], found[0]["file"]) if found else None

    def let_go(self) -> None:
        """Leave the rest to whoever looks next."""
        self.path = self.path.replace(self.path.with_suffix(f".{_NOBODY}"))

    def done(self) -> None:
        """All rows are in, or none was taken."""
        self.path.unlink(missing_ok=True)

    @property
    def _token(self) -> str:
        return self.path.name.rpartition(_WORD)[2].partition(".")[0]


def left_behind(core: Core) -> Iterator[Accepted]:
    """The files of dead processes, each taken over: nobody else gets it."""
    if not isinstance(core.engine, SQLite):
        return
    database = core.engine.path
    for path in sorted(database.parent.glob(f"{glob.escape(database.name)}{_WORD}*.*")):
        owner = path.suffix[1:]
        if not owner.isdecimal() or process_exists(int(owner)):
            continue
        mine = path.with_suffix(f".{os.getpid()}")
        try:
            path.rename(mine)
        except FileNotFoundError:  # somebody else was quicker
            continue
        yield Accepted(mine)


def _named(database: Path, token: str, pid: int) -> Path:
    return database.with_name(f"{database.name}{_WORD}{token}.{pid}")
