"""`sixring why`: one lead's whole story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from store.store import Store


@click.command(
    cls=Command, example="sixring why 17\nsixring why +14155550123\nsixring why 'anna acme' --json"
)
@click.argument("lead")
@click.option(
    "--json", "as_json", is_flag=True, help="The lead's events, one JSON object a line (docs/json.md)."
)
@pass_state
def command(state: State, lead: str, as_json: bool) -> None:
    """Tell a lead's whole history, what comes next and why.

    LEAD is its number in the queue, or what finds it: a name, a company, a
    telephone number, a mail address.
    """
    from cli.output import json_line, line
    from cli.session import opened
    from config.clock import iso
    from store.event_json import json_record

    with opened(state.home) as store:
        found = store.leads.get(_one(store, lead))
        if as_json:
            for event in store.log.of_lead(found.id):
                json_line(json_record(event))
            return
        line(
            ", ".join(
                filter(None, (f"lead {found.id}: {found.name}", found.title, found.company, found.email))
            )
        )
        for told in store.leads.history(found.id):
            line(f"{iso(told.at)}  {told.text}")
        coming = store.leads.coming(found.id)
    line(f"next: {coming.next}")
    for reason in coming.why:
        line(f"      {reason}")


def _one(store: Store, typed: str) -> int:
    """The id of the one lead that was meant.

    Raises:
        NotFound: it fits none.
        UsageError: it fits several.
    """
    from config.errors import UsageError
    from store.errors import NotFound

    if typed.isascii() and typed.isdecimal() and len(typed) < 10:
        return int(typed)
    found = store.leads.find(typed, 6)
    if not found:
        raise NotFound(f"No lead fits {typed!r}; try a part of the name, or the number.")
    if len(found) > 1:
        some = ", ".join(f"{lead.id} {lead.name}" for lead in found[:5])
        raise UsageError(f"Several leads fit {typed!r} ({some}); give the number of one.")
    return found[0].id
