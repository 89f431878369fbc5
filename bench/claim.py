"""What the claim of the next lead costs with 10,000 and with 1,000,000 leads, and beside a bare UPDATE.

    python bench/claim.py [--leads 1000000] [--claims 2000] [--folder DIR]

Prints one JSON object a line. `claim` is `Queue.claim` with everything it does
(transaction, gate, lead and plan read, full durability); `look_up` is the
queue's one statement alone, in a transaction that is rolled back; `bare` is
`UPDATE … RETURNING` of one row by its key on the same file with the same
settings. Leads are laid down in bulk: a few are due in every band, most later.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cadence.model import Lane
from cadence.rulebook import load
from config.clock import HOUR, MINUTE, HandClock, from_iso
from store.records import Claim
from store.store import Store

NOON = from_iso("2026-11-17T20:00:00")
_LANES = (Lane.FRESH, Lane.CALLBACK, Lane.SOON, Lane.LONG, Lane.NURTURE)


_LEAD = (
    "id", "name", "email", "country", "region", "source", "created_at", "arrived_at", "cadence",
    "cadence_version", "anchor_at",
)  # fmt: skip


def _lead(n: int) -> tuple[Any, ...]:
    began = NOON - HOUR
    return n, f"Lead {n}", f"l{n}@x.example", "US", "CA", "web form", began, began, "inbound-six", 1, began


def fill(store: Store, leads: int, due: int) -> None:
    """`leads` leads with one number each; `due` of them are due, spread over every lane."""
    engine, every = store.core.engine, max(1, leads // due)

    def queued() -> Iterator[tuple[Any, ...]]:
        for n in range(1, leads + 1):
            late = n // every if n % every == 0 else None
            lane = int(_LANES[(n // every) % 5]) if late is not None else int(_LANES[n % 5])
            at = NOON - (late % 170) * MINUTE if late is not None else NOON + HOUR + n * 1_000
            yield n, lane, at, n % 7, "step", 1, at

    with engine.write():
        engine.bulk("lead", _LEAD, (_lead(n) for n in range(1, leads + 1)))
        engine.bulk(
            "queue", ("lead_id", "lane", "due_at", "value", "call_kind", "call_step", "call_at"), queued()
        )
        engine.bulk("phone", ("lead_id", "e164"), ((n, f"+1415{2_000_000 + n}") for n in range(1, leads + 1)))
    engine.rows("pragma wal_checkpoint(truncate)")


def timed(work: Callable[[int], object], times: int) -> list[float]:
    """Microseconds of each of `times` calls."""
    gc.collect()
    gc.disable()
    took = []
    for n in range(times):
        began = time.perf_counter_ns()
        work(n)
        took.append((time.perf_counter_ns() - began) / 1_000)
    gc.enable()
    return took


def summary(took: list[float]) -> dict[str, float]:
    """Median and 99th percentile, microseconds; and how many a second."""
    ranked = sorted(took)
    return {
        "p50_us": round(statistics.median(ranked), 1),
        "p99_us": round(ranked[int(len(ranked) * 0.99)], 1),
        "per_second": round(len(took) / sum(took) * 1e6),
    }


def measure(path: Path, leads: int, claims: int) -> dict[str, Any]:
    """Fill a store and measure the three."""
    clock = HandClock(NOON)
    with Store.open(path, load(), clock) as store:
        fill(store, leads, claims * 3)

        def claim(n: int) -> None:
            found = store.queue.claim(f"rep{n}")
            assert isinstance(found, Claim), found

        for n in range(20):
            store.queue.claim(f"warm{n}")
        whole = summary(timed(claim, claims))
        return {
            "leads": leads,
            "claim": whole,
            "look_up": summary(timed(_look_up(store, clock), claims)),
            "bare": summary(timed(_bare(store), claims)),
        }


def _look_up(store: Store, clock: HandClock) -> Callable[[int], None]:
    engine, sql = store.core.engine, store.queue._claim_sql  # noqa: SLF001

    def one(n: int) -> None:
        engine.conn.execute("begin immediate")  # type: ignore[attr-defined]
        engine.rows(sql, rep=f"look{n}", token=n, now=clock.now(), until=clock.now() + HOUR)
        engine.conn.execute("rollback")  # type: ignore[attr-defined]

    return one


def _bare(store: Store) -> Callable[[int], None]:
    engine = store.core.engine

    def one(n: int) -> None:
        with engine.write():
            engine.rows(
                "update queue set due_at = due_at + 1 where lead_id = :id returning lead_id", id=n + 1
            )

    return one


def main() -> None:
    """Measure both sizes and print what they cost beside each other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--claims", type=int, default=2_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        small = measure(Path(folder) / "small.db", 10_000, given.claims)
        large = measure(Path(folder) / "large.db", given.leads, given.claims)
    for one in (small, large):
        print(json.dumps(one))
    print(
        json.dumps(
            {
                "claim_p50_ratio": round(large["claim"]["p50_us"] / small["claim"]["p50_us"], 2),
                "claim_p99_ratio": round(large["claim"]["p99_us"] / small["claim"]["p99_us"], 2),
                "look_up_p50_ratio": round(large["look_up"]["p50_us"] / small["look_up"]["p50_us"], 2),
                "claims_beside_bare": round(large["claim"]["per_second"] / large["bare"]["per_second"], 2),
            }
        )
    )


if __name__ == "__main__":
    main()
