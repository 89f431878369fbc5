"""Commands that are imported when they are called, know `--home`, and show an example."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from config.home import ENVIRONMENT, Home

Sections = Mapping[str, Mapping[str, tuple[str, str]]]


@dataclass(slots=True)
class State:
    """What the words before the command said."""

    home_named: str | None = None

    @property
    def home(self) -> Home:
        """The home of this run."""
        return Home.find(self.home_named)

    @property
    def practice_home(self) -> Home:
        """The folder somebody named, else one of its own beside the real home."""
        named = self.home_named or os.environ.get(ENVIRONMENT)
        return self.home if named else Home(self.home.practice)


pass_state = click.make_pass_decorator(State, ensure=True)


def _remember_home(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        context.ensure_object(State).home_named = value


home_option = click.option(
    "--home",
    metavar="DIR",
    expose_value=False,
    is_eager=True,
    callback=_remember_home,
    help="Folder of config and data (SIXRING_HOME).",
)


class _Example:
    """The part of a command that shows its example below its help."""

    example: str

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the example, each line as it is typed."""
        with formatter.section("Example"):
            for line in self.example.splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")  # not folded: it is to be copied


class Command(_Example, click.Command):
    """A command with an example; takes `--home` after its name too."""

    def __init__(self, *args: Any, example: str, **kwargs: Any) -> None:  # noqa: ANN401
        """As `click.Command`; `example` is what to type, a line each."""
        super().__init__(*args, **kwargs)
        self.example = example
        home_option(self)


class Group(_Example, click.Group):
    """A command with commands of its own."""

    command_class = Command

    def __init__(self, *args: Any, example: str, **kwargs: Any) -> None:  # noqa: ANN401
        """As `click.Group`; `example` is what to type, a line each."""
        super().__init__(*args, **kwargs)
        self.example = example

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """As `click.Group`; without a word it names its commands in one sentence.

        Raises:
            click.UsageError: `args` is empty, and the group does nothing by itself.
        """
        if not args and not self.invoke_without_command:
            known = ", ".join(self.list_commands(context))
            context.fail(f"'{context.command_path}' needs one of its commands: {known}")
        return super().parse_args(context, args)

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or fail with the likely one.

        Raises:
            click.UsageError: there is no such command.
        """
        known = self.list_commands(context)
        if args[0] not in known and not args[0].startswith("-"):
            likely = get_close_matches(args[0], known, 1)
            hint = f"; did you mean '{likely[0]}'?" if likely else ""
            context.fail(f"There is no command '{args[0]}'{hint}")
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with the whole first sentence of its help."""
        found = [self.get_command(context, name) for name in self.list_commands(context)]
        with formatter.section("Commands"):
            formatter.write_dl([(one.name or "", (one.help or "").split("\n")[0]) for one in found if one])


class LazyGroup(Group):
    """The program itself: commands by section, each imported when it is used."""

    def __init__(self, *args: Any, sections: Sections, **kwargs: Any) -> None:  # noqa: ANN401
        """As `Group`; `sections` gives title -> name -> (module of `cli`, summary)."""
        super().__init__(*args, **kwargs)
        self.sections = sections
        self._entries = {name: entry for section in sections.values() for name, entry in section.items()}

    def list_commands(self, _: click.Context) -> list[str]:
        """Every name, in the order of help."""
        return list(self._entries)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import the command `name`; None where there is none."""
        if name not in self._entries:
            return None
        command = import_module(f"cli.{self._entries[name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections, out of the table alone."""
        for title, commands in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, summary) for name, (_, summary) in commands.items()])
