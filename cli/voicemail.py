"""`sixring voicemail`: the recorded message that one key leaves on an answering machine."""

from __future__ import annotations

from pathlib import Path

import click

from cli.lazy import Group, State, pass_state


@click.group(cls=Group, example="sixring voicemail set message.wav")
def command() -> None:
    """Set the message that the key v plays into a call.

    It is played only to leads whose consent allows a recorded message
    (rules/voicemail.toml), at most twice to a lead.
    """


@command.command("set", example="sixring voicemail set message.wav --rep ana")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rep", default="", metavar="LOGIN", help="Whose message, where it is not [rep] login.")
@pass_state
def set_(state: State, file: Path, rep: str) -> None:
    """Take FILE, any audio file of 1 to 60 seconds, as a rep's message."""
    from cli.output import line
    from cli.session import settings_of
    from floor.message import set_message
    from floor.workplace import rep_of

    login = rep_of(settings_of(state.home), rep).login
    ms = set_message(state.home, login, file)
    line(f"The message of {login} lasts {ms / 1000:.1f} s. The workstation takes it at its next start.")
