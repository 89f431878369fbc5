"""`sixring verify`: the event log's hash chain, and anchors that were kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from store.anchors import Held
    from store.records import Verdict


@click.command(
    cls=Command,
    example="sixring verify\nsixring verify --anchor november.csv.anchor.json",
)
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="FILE|HASH",
    help="Also hold the log against this; may be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/json.md).")
@pass_state
def command(state: State, anchors: tuple[str, ...], as_json: bool) -> int:
    """Check the event log's hash chain.

    Exits 1 and names the first broken row where the log was changed behind
    the program's back. An anchor, which is the FILE.anchor.json of an export
    or a head that was printed here, finds even a log that was rewritten as a
    whole: keep it somewhere else.
    """
    from cli.session import opened
    from store.anchors import hold, read

    kept = [read(said) for said in anchors]
    with opened(state.home) as store:
        verdict = store.log.verify()
        held = [hold(store.core.engine, anchor) for anchor in kept]
        head = store.log.head()
    (_record if as_json else _tell)(verdict, held, *head)
    return 0 if verdict.clean and all(one.holds for one in held) else 1


def _record(verdict: Verdict, held: list[Held], seq: int, head: str) -> None:
    from cli.output import json_line

    json_line(
        {
            "clean": verdict.clean and all(one.holds for one in held),
            "rows": verdict.rows,
            "first_broken": verdict.first_broken,
            "why": verdict.why,
            "head_seq": seq,
            "head": head,
            "anchors": [
                {"anchor": one.anchor.said, "holds": one.holds, "seq": one.seq, "why": one.why}
                for one in held
            ],
        }
    )


def _tell(verdict: Verdict, held: list[Held], seq: int, head: str) -> None:
    """One sentence: that all is clean, or for each thing that is not, what it is."""
    from cli.output import line

    if not verdict.clean:
        line(f"broken at event {verdict.first_broken}: {verdict.why}")
    for one in held:
        if not one.holds:
            line(f"broken, says the anchor {one.anchor.said}: {one.why}")
    if verdict.clean and all(one.holds for one in held):
        line(f"clean: {verdict.rows} events{_proven(held)}, head {seq} {head}")


def _proven(held: list[Held]) -> str:
    if not held:
        return ""
    upto = max(one.seq or 0 for one in held)
    return f" (up to event {upto} as {'the anchor says' if len(held) == 1 else f'{len(held)} anchors say'})"
