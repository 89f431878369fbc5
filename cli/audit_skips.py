"""`sixring audit --skips`: who passes leads on, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.exports.period import Period
    from store.store import Store


def show(store: Store, reach: Period, *, as_json: bool) -> int:
    """Print one line for each rep who skipped, the largest share first; always 0."""
    from cli.output import json_line, line, table
    from store.skips import by_rep

    found = by_rep(store.core, reach.start, reach.end)
    if as_json:
        for one in found:
            json_line(
                {
                    "rep": one.rep, "skips": one.skips, "leads": one.leads, "dials": one.dials,
                    "share": round(one.share, 4), "reasons": dict(one.reasons),
                }
            )  # fmt: skip
    elif not found:
        line("Nobody skipped a lead in this period.")
    else:
        table(
            ("rep", "skips", "leads", "dials", "share", "reasons"),
            [
                (
                    one.rep, str(one.skips), str(one.leads), str(one.dials), f"{one.share:.0%}",
                    ", ".join(f"{reason} {count}" for reason, count in one.reasons),
                )
                for one in found
            ],
        )  # fmt: skip
    return 0
