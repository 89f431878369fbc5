"""Who may act as a supervisor: those whom sixring.toml names. It is a name, not a proof."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from config.settings import Settings

by_option = click.option("--by", required=True, metavar="LOGIN", help="The supervisor who says so.")


def refuse_other(settings: Settings, by: str) -> None:
    """Let nobody pass but a supervisor.

    Raises:
        UsageError: sixring.toml does not name `by`.
    """
    from config.errors import UsageError

    named = settings.floor.supervisors
    if by in named:
        return
    mend = f"it names {', '.join(named)}" if named else "it names nobody; add [floor] supervisors"
    raise UsageError(f"{by!r} is no supervisor of sixring.toml: {mend}.")


def machine_login() -> str:
    """Who is logged in to this machine, as far as it tells."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
