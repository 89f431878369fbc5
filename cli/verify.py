"""`sixring verify`: the event log's hash chain."""

from __future__ import annotations

import click

from cli.lazy import Command, State, pass_state


@click.command(cls=Command, example="sixring verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/json.md).")
@pass_state
def command(state: State, as_json: bool) -> int:
    """Check the event log's hash chain.

    Exits 1 and names the first broken row where the log was changed behind
    the program's back. Keep the printed head somewhere else: with it, even a
    log that was rewritten as a whole is found out.
    """
    from cli.output import json_line, line
    from cli.session import opened

    with opened(state.home) as store:
        verdict = store.log.verify()
        seq, head = store.log.head()
    if as_json:
        json_line(
            {
                "clean": verdict.clean,
                "rows": verdict.rows,
                "first_broken": verdict.first_broken,
                "why": verdict.why,
                "head_seq": seq,
                "head": head,
            }
        )
    elif verdict.clean:
        line(f"clean: {verdict.rows} events, head {seq} {head}")
    else:
        line(f"broken at event {verdict.first_broken}: {verdict.why}")
    return 0 if verdict.clean else 1
