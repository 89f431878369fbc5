"""`sixring rep`: who works here, what they bring, and which campaigns they get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Group, State, pass_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from cadence.campaigns import Abilities


@click.group(cls=Group, example="sixring rep add sam --team madrid --languages es,en --skills mortgage")
def command() -> None:
    """Keep who works here, and which campaigns they are called for.

    Campaigns that ask for a team, skills or languages are in
    rules/campaigns.toml; a rep gets the leads of those whose asks they meet,
    and of every campaign that asks for nothing. Who is not entered here brings
    nothing and gets the rest.
    """


def _words(_: click.Context, __: click.Parameter, value: str | None) -> frozenset[str] | None:
    return None if value is None else frozenset(word.strip() for word in value.split(",") if word.strip())


def _brought(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option(
            "--campaigns", callback=_words, metavar="A,B", help="Called for these alone; empty: all."
        ),
        click.option("--languages", callback=_words, metavar="A,B", help="Languages spoken, as in es,en."),
        click.option("--skills", callback=_words, metavar="A,B", help="Skills, each a word."),
        click.option("--team", metavar="NAME", help="The team."),
        click.option("--name", default="", help="The name that mails and reports show."),
    ):
        function = option(function)
    return function


@command.command("add", example='sixring rep add sam --name "Sam Reyes" --team madrid --languages es,en')
@click.argument("login")
@_brought
@pass_state
def add(state: State, /, login: str, name: str, **brought: str | frozenset[str] | None) -> None:
    """Enter a rep and what they bring.

    A rep who was here before brings from now on what is given, and nothing else.
    """
    from cadence.campaigns import Abilities

    _put(state, login, name, _changed(Abilities(), brought), create=True)


@command.command("set", example="sixring rep set sam --skills mortgage,senior")
@click.argument("login")
@_brought
@pass_state
def set_(state: State, /, login: str, name: str, **brought: str | frozenset[str] | None) -> None:
    """Change what a rep brings; what is not given stays."""
    from cli.session import opened

    with opened(state.home) as store:
        known = store.reps.get(login).abilities
    _put(state, login, name, _changed(known, brought), create=False)


@command.command("list", example="sixring rep list --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_state
def list_(state: State, as_json: bool) -> None:
    """Show the reps, what they bring, and the campaigns that nobody is fit for."""
    from cli.output import json_line, line, table
    from cli.session import opened

    with opened(state.home) as store:
        reps, campaigns = store.reps.all(), store.core.book.campaigns
    routes = {rep.login: campaigns.served_by(rep.abilities) for rep in reps}
    rows = [
        {
            "login": rep.login,
            "name": rep.name,
            "team": rep.abilities.team,
            "skills": sorted(rep.abilities.skills),
            "languages": sorted(rep.abilities.languages),
            "campaigns": [route for route in routes[rep.login] if route],
        }
        for rep in reps
    ]
    if as_json:
        for row in rows:
            json_line(row)
        return
    table(
        ("login", "name", "team", "skills", "languages", "campaigns that ask"),
        [tuple(_cell(value) for value in row.values()) for row in rows],
    )
    for name in campaigns.asking:
        if not any(name in served for served in routes.values()):
            line(f"Nobody is fit for campaign {name}: its leads wait for their owners alone.")


@command.command("route", example="sixring rep route")
@pass_state
def route(state: State) -> None:
    """Hand out the leads that are here already by what campaigns.toml says now.

    New leads are routed as they come.
    """
    from cli.output import line
    from cli.session import opened
    from cli.supervisor import machine_login

    with opened(state.home) as store:
        moved = store.reps.reroute(machine_login())
    line(f"{moved} {'lead goes' if moved == 1 else 'leads go'} to other reps now.")


def _cell(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _changed(known: Abilities, brought: dict[str, str | frozenset[str] | None]) -> Abilities:
    """`known` with what was given in its place."""
    from dataclasses import replace

    given = {field: value for field, value in brought.items() if value is not None}
    return replace(known, **given)  # type: ignore[arg-type]  # click's options are the fields


def _put(state: State, login: str, name: str, brings: Abilities, *, create: bool) -> None:
    from cli.output import line
    from cli.session import opened
    from cli.supervisor import machine_login

    with opened(state.home, create=create) as store:
        unknown = brings.campaigns - store.core.book.campaigns.asking.keys()
        store.reps.put(login, brings, machine_login(), name)
    line(f"{login} is entered.")
    for campaign in sorted(unknown):
        line(f"campaigns.toml names no campaign {campaign!r}: none of its leads are handed out by name.")
