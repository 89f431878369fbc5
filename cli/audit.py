"""`sixring audit`: every open lead has its next action."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state


@click.command(cls=Command, example="sixring audit\nsixring audit --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/json.md).")
@pass_state
def command(state: State, as_json: bool) -> int:
    """Prove that every open lead has its next action and a date.

    Exits 1 and lists the leads where one has not.
    """
    from cli.session import opened
    from store.audit import audit

    with opened(state.home) as store:
        report = audit(store)
    raise NotImplementedError(report, as_json)
