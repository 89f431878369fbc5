"""`sixring recordings`: recorded calls, and a log of everybody who listened to one."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import click

from cli.lazy import Group, State, pass_state

if TYPE_CHECKING:
    from pathlib import Path

    from store.recording_rows import CallRecording, Objection
    from store.store import Store

# Players in the order of trying, with what makes them quiet; the first that is installed plays.
PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("mpv", "--no-video", "--really-quiet"),
    ("afplay",),
    ("pw-play",),
    ("paplay",),
)


@click.group(cls=Group, example="sixring recordings list\nsixring recordings play 7")
def command() -> None:
    """List and play recorded calls, and see who objected.

    Which calls are recorded stands in rules/recording.toml; as shipped, none
    is. Every play and every path handed out is an event of the log, with the
    login of who asked.
    """


@command.command("list", example="sixring recordings list --lead 12 --json")
@click.option("--lead", type=int, metavar="ID", help="Only of this lead.")
@click.option("-n", "--lines", default=50, type=click.IntRange(1), show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")
@pass_state
def list_(state: State, lead: int | None, lines: int, as_json: bool) -> None:
    """Show the newest recordings, deleted and lost ones too."""
    from cli.events import clock
    from cli.output import json_line, table
    from cli.session import opened, settings_of

    with opened(state.home) as store:
        found = store.recordings.newest(lines, lead)
    if as_json:
        for one in found:
            json_line(_record(one))
        return
    zone = settings_of(state.home).firm.zone
    table(
        ("id", "began", "length", "rep", "number", "lead", "notice", "state", "why"),
        [
            (
                str(one.id), clock(one.started_at, zone), _length(one.ms), one.rep, one.e164,
                _of_lead(one), one.notice, one.state, one.why,
            )
            for one in found
        ],
    )  # fmt: skip


@command.command("objections", example="sixring recordings objections --json")
@click.option("--lead", type=int, metavar="ID", help="Only of this lead.")
@click.option("-n", "--lines", default=50, type=click.IntRange(1), show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (docs/json.md).")
@pass_state
def objections(state: State, lead: int | None, lines: int, as_json: bool) -> None:
    """Show who did not want to be recorded, the newest first, and what became of the recording."""
    from dataclasses import asdict

    from cli.events import clock
    from cli.output import json_line, table
    from cli.session import opened, settings_of
    from store.event_json import times_as_iso

    with opened(state.home) as store:
        found = store.recordings.objections(lines, lead)
    if as_json:
        for one in found:
            json_line(times_as_iso(asdict(one)))
        return
    zone = settings_of(state.home).firm.zone
    table(
        ("call", "objected", "rep", "number", "lead", "recording"),
        [
            (
                str(one.attempt_id), clock(one.objected_at, zone), one.rep, one.e164, _of_lead(one),
                "nothing was recorded" if one.recording_id is None else f"{one.recording_id} {one.state}",
            )
            for one in found
        ],
    )  # fmt: skip


@command.command("path", example="sixring recordings path 7")
@click.argument("number", type=int)
@pass_state
def path(state: State, number: int) -> None:
    """Print where recording NUMBER lies: the rep on the left channel, the lead on the right."""
    from cli.output import line
    from cli.session import opened

    with opened(state.home) as store:
        line(str(_handed_out(state, store, number, "path")))


@command.command("play", example="sixring recordings play 7")
@click.argument("number", type=int)
@pass_state
def play(state: State, number: int) -> int:
    """Play recording NUMBER with a player of this machine."""
    from cli.session import opened
    from config.errors import UsageError

    player = next((words for words in PLAYERS if shutil.which(words[0])), None)
    if player is None:
        names = ", ".join(words[0] for words in PLAYERS)
        raise UsageError(
            f"No player is installed ({names}); 'sixring recordings path {number}' prints the file."
        )
    with opened(state.home) as store:
        file = _handed_out(state, store, number, "play")
    return subprocess.run([*player, str(file)], check=False).returncode


def _handed_out(state: State, store: Store, number: int, how: str) -> Path:
    """The file of a recording, after the access is on disk.

    Raises:
        SixringError: there is no such recording, or its file is not here.
    """
    from config.errors import SixringError

    found = store.recordings.get(number)
    if found.state != "kept":
        why = f": {found.why}" if found.why else ""
        raise SixringError(f"Recording {number} is {found.state}{why}; there is no file to play.")
    file = state.home.recordings / found.path
    if not file.exists():
        where = "" if found.host == socket.gethostname() else f"; the call was recorded on {found.host}"
        raise SixringError(f"The file {file} is not here{where}.")
    store.recordings.played(number, _login(), how)
    return file


def _record(one: CallRecording) -> dict[str, object]:
    from config.clock import iso

    told = {name: None if at is None else iso(at) for name, at in (
        ("announced_at", one.announced_at), ("objected_at", one.objected_at),
    )}  # fmt: skip
    return {
        "id": one.id,
        "attempt_id": one.attempt_id,
        "lead_id": one.lead_id,
        "rep": one.rep,
        "e164": one.e164,
        "started_at": iso(one.started_at),
        "ms": one.ms,
        "state": one.state,
        "why": one.why,
        "host": one.host,
        "path": one.path,
        "size": one.size,
        "sha256": one.sha256,
        "notice": one.notice,
        **told,
    }


def _of_lead(one: CallRecording | Objection) -> str:
    return "" if one.lead_id is None else str(one.lead_id)


def _length(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02}"


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
