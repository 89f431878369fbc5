"""What the store did not take, kept in a file beside it until it does.

A fact is what the world has done: it cannot be asked for again. While the
store is away, and of a statement that can never succeed, the facts lie in this
file, so that neither a rep who leaves nor a death loses them. The next start
of the same rep on the same machine writes them; each is safe to repeat.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from config.errors import SixringError, UsageError
from config.home import Home
from floor.clerk import Clerk
from floor.desk_effects import Fact
from store.errors import LeaseLost, NotFound, Settled
from store.store import Store

TOO_LATE = (LeaseLost, NotFound, Settled, UsageError)
"""What the store says to which no later try would hear anything else: the matter is settled otherwise."""


def spill_of(home: Home, login: str) -> Path:
    """Where the facts of the rep `login` lie that the store did not take."""
    return home.path / f"unwritten-{login}.jsonl"


class Unwritten(msgspec.Struct, frozen=True):
    """One line of the file."""

    shift_id: int
    fact: Fact


class Spill:
    """The file of one rep. `path` is where it lies while there is anything in it."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or written yet."""
        self.path = path

    def keep(self, facts: Iterable[Unwritten]) -> None:
        """Have these in the file, and nothing else; on disk when it returns.

        Raises:
            SixringError: the file cannot be written.
        """
        lines = [msgspec.json.encode(one) + b"\n" for one in facts]
        try:
            if lines:
                self._write(b"".join(lines))
            else:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            raise SixringError(f"{self.path} cannot be written ({error.strerror}).") from error

    def read(self) -> list[Unwritten]:
        """What is in the file.

        Raises:
            SixringError: it cannot be read, or is not of this program.
        """
        try:
            lines = self.path.read_bytes().splitlines()
            return [msgspec.json.decode(line, type=Unwritten) for line in lines]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SixringError(f"{self.path} cannot be read ({error.strerror}).") from error
        except msgspec.MsgspecError as error:
            raise SixringError(f"{self.path} is not as Sixring writes it: {error}.") from error

    def _write(self, text: bytes) -> None:
        draft = self.path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)


def take_up(store: Store, *, clerk: Clerk, left: list[Unwritten]) -> list[Unwritten]:
    """Write what an earlier session could not; what cannot be written now either.

    Each goes to the shift in which it happened. To be done before what dead sessions left is closed.
    """
    still: list[Unwritten] = []
    for one in left:
        try:
            replace(clerk, shift_id=one.shift_id).carry_out(store, one.fact)
        except TOO_LATE:
            continue
        except Exception:  # noqa: BLE001  (a bug that kept it from being written then is one now)
            still.append(one)
    return still
