"""Every command explains itself, with an example, and help costs next to nothing."""

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from support.program import sixring as run

from cli.lazy import Command, Group
from cli.main import COMMANDS, sixring

HEAVY = (
    "textual",
    "sqlite_utils",
    "sqlite3",
    "msgspec",
    "psycopg",
    "phonenumbers",
    "rich",
    "asyncio",
    "keyring",
)


def commands(
    program: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, program
    if isinstance(program, click.Group):
        for name in program.list_commands(click.Context(program)):
            found = program.get_command(click.Context(program), name)
            assert found is not None, name
            yield from commands(found, (*path, name))


EVERY = list(commands(sixring))


@pytest.mark.parametrize(("path", "command"), EVERY, ids=[" ".join(path) or "sixring" for path, _ in EVERY])
def test_a_command_has_a_help_with_an_example_that_could_be_typed(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert isinstance(command, Command | Group)
    assert command.help
    for example in command.example.splitlines():
        assert example.startswith("sixring" + "".join(f" {word}" for word in path)), example
    with click.Context(command, info_name="sixring") as context:
        text = command.get_help(context)
    assert "Example:" in text
    assert "--home DIR" in text or isinstance(command, Group)


@pytest.mark.parametrize("path", [path for path, command in EVERY if isinstance(command, Group)])
def test_an_overview_tells_each_command_in_a_whole_sentence(path: tuple[str, ...]) -> None:
    done = run(*path, "--help", env={"COLUMNS": "60"})
    assert "..." not in done.stdout.replace("[ARGS]...", "")
    below = done.stdout.partition("Example:\n")[2].splitlines()
    assert all(line.startswith("  sixring ") for line in below), "an example can be copied as it stands"


def test_the_names_others_rely_on_are_all_there() -> None:
    promised = (
        "practice init doctor call import queue tail export audit verify rehearse serve dnc gate cadence why"
        " recordings voicemail override sound rep correct assign"
    )
    assert set(promised.split()) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_in_the_overview_is_the_commands_own(name: str) -> None:
    command = sixring.get_command(click.Context(sixring), name)
    assert command is not None
    assert command.help is not None
    assert command.help.splitlines()[0] == COMMANDS[name][1]


def test_help_imports_no_room_and_nothing_heavy() -> None:
    script = (
        "import sys, json\nfrom cli.main import main\ncode = main(['--help'])\n"
        "json.dump([code, sorted(sys.modules)], sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stderr)
    assert code == 0
    rooms = {module.partition(".")[0] for module in modules} & {
        "cadence",
        "store",
        "telephony",
        "floor",
        "tui",
    }
    assert not rooms
    assert not set(HEAVY) & set(modules)
    assert "Example" in done.stdout


def test_version_tells_the_distributions_own() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout.split()[0]) == (0, "sixring")
    assert done.stdout.split()[1][0].isdigit()
