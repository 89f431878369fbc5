"""How far a reader of the event log has come, kept in a small file that one process holds at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from config.errors import SixringError
from config.home import make_private


class Cursor:
    """The number of the last event that was dealt with.

    Written in one step and flushed to the disk, so a reader that dies deals
    with one event again at worst, and never skips one.
    """

    def __init__(self, path: Path) -> None:
        """`path` is the file; its folder is made (0700) with the first lock."""
        self._path = path
        self._lock: IO[str] | None = None

    def lock(self) -> bool:
        """Hold the cursor for this process; False while another one does.

        Raises:
            SixringError: the folder cannot be written.
        """
        if self._lock is not None:
            return True
        make_private(self._path.parent)
        try:
            file = self._path.with_suffix(".lock").open("a")
        except OSError as error:
            raise SixringError(f"{self._path} cannot be locked ({error.strerror}).") from error
        if not _hold(file):
            file.close()
            return False
        self._lock = file
        return True

    def unlock(self) -> None:
        """Let another process go on."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self) -> int | None:
        """The last number; None where nothing was ever dealt with.

        Raises:
            SixringError: the file holds something else.
        """
        try:
            text = self._path.read_text(encoding="ascii")
            return int(text)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise SixringError(
                f"{self._path} should hold the number of the last event that was told; write it there, "
                "or remove the file to begin with the next event."
            ) from error

    def write(self, seq: int) -> None:
        """Remember `seq`.

        Raises:
            SixringError: the disk refuses.
        """
        part = self._path.with_suffix(".part")
        try:
            with part.open("w", encoding="ascii") as file:
                file.write(f"{seq}\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            raise SixringError(f"{self._path} cannot be written ({error.strerror}).") from error


def _hold(file: IO[str]) -> bool:
    """Take an exclusive lock that dies with the process; True where the platform has none."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
