"""What `sixring audit` costs with 1,000,000 leads: the proof, the backlog, the figures of follow-up.

    python bench/audit.py [--leads 1000000] [--folder DIR]

Prints one JSON object. Leads, inquiries, two attempts and one mail each are
laid down in bulk; a tenth of the leads waits for its first call.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(1, str(Path(__file__).resolve().parents[1]))

from claim import NOON, fill

from cadence.rulebook import load
from config.clock import DAY, HOUR, MINUTE, HandClock
from store.audit import audit
from store.backlog import backlog
from store.store import Store
from store.yardsticks import follow_up

_SOURCES = ("web form", "landing page", "partner", "fair")
_ATTEMPT = (
    "token", "lead_id", "e164", "rep", "call_kind", "step", "allowed", "rules_version", "decision",
    "opened_at", "invited_at", "ended_at", "result", "disposition", "disposed_at", "plan_before",
)  # fmt: skip
_MAIL = (
    "lead_id", "anchor_at", "step", "template", "address", "subject", "text", "message_id", "state",
    "due_at", "staged_at", "settled_at",
)  # fmt: skip


def deepen(store: Store, leads: int) -> None:
    """Give the leads of `claim.fill` a past: an inquiry and a mail each, two calls to most."""
    began, engine = NOON - HOUR, store.core.engine

    def attempts() -> Iterator[tuple[Any, ...]]:
        for n in range(1, leads + 1):
            for step in (1, 2) if n % 10 else ():
                at = began + step * (n % 40) * MINUTE
                code = "won" if n % 50 == step else "interested" if n % 5 == step else "no_answer"
                yield (
                    n * 2 + step, n, f"+1415{2_000_000 + n}", f"rep{n % 8}", "step", step, 1, "1", "{}",
                    at, at, at, "answered", code, at, "{}",
                )  # fmt: skip

    def mails() -> Iterator[tuple[Any, ...]]:
        for n in range(1, leads + 1):
            yield n, began, 1, "first-reply", "a@x.example", "", "", f"<{n}>", "sent", began, began, began + n

    inquiries = ((n, began, began, _SOURCES[n % 4]) for n in range(1, leads + 1))
    with engine.write():
        engine.bulk("inquiry", ("lead_id", "at", "call_at", "source"), inquiries)
        engine.bulk("attempt", _ATTEMPT, attempts())
        engine.bulk("outbox", _MAIL, mails())
        engine.run("update lead set attempts = 2 where id % 10 <> 0")
    engine.rows("pragma wal_checkpoint(truncate)")


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 2)


def main() -> None:
    """Fill a store and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as folder,
        Store.open(Path(folder) / "large.db", load(), HandClock(NOON)) as store,
    ):
        fill(store, given.leads, given.leads // 10)
        deepen(store, given.leads)
        core = store.core
        took = {
            "leads": given.leads,
            "proof_s": seconds(lambda: audit(store)),
            "backlog_s": seconds(lambda: backlog(core)),
            "figures_s": seconds(lambda: follow_up(core, 0, NOON)),
            "figures_of_another_day_s": seconds(lambda: follow_up(core, NOON - 2 * DAY, NOON - DAY)),
        }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
