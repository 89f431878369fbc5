"""`sixring` alone: the workstation of the configured home."""

from __future__ import annotations

import codecs
import sys
from typing import TYPE_CHECKING

from cli.quick import importing
from config.errors import UsageError
from config.home import Home

if TYPE_CHECKING:
    from floor.workplace import Screen


def open_workstation(home: Home, login: str = "") -> int:
    """Open the desk of `login` (default: the configured rep) until the rep leaves; the exit code.

    Raises:
        SixringError: nothing is configured yet, or a part will not start.
    """
    if not home.config_file.exists():
        raise UsageError(
            f"Nothing is configured in {home.config_folder} yet: run 'sixring init', or 'sixring practice' "
            "to try Sixring without a carrier."
        )
    require_terminal()
    with importing():
        import asyncio

        from cli.session import settings_of
        from floor.workplace import real_workplace, rep_of, work

    settings = settings_of(home)
    return asyncio.run(work(real_workplace(home, settings), rep_of(settings, login), screen()))


def screen() -> Screen:
    """The workstation's screen."""
    with importing():
        from tui.app import work

    return work


def require_terminal() -> None:
    """Refuse to draw into a pipe, or with characters that are not there.

    Raises:
        UsageError: input or output is no terminal, or one of another encoding than UTF-8.
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        raise UsageError("The workstation needs a terminal; 'sixring rehearse' works calls without one.")
    if (encoding := codecs.lookup(sys.stderr.encoding).name) != "utf-8":
        raise UsageError(f"The workstation draws in UTF-8, the locale says {encoding}: set LC_ALL=C.UTF-8.")
