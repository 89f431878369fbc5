"""What the claim of the next lead costs with 10,000 and with 1,000,000 leads, and beside a bare UPDATE.

    python bench/claim.py [--leads 1000000] [--claims 2000] [--processes 32] [--folder DIR]

Prints one JSON object a line; all are measured in alternation. `claim` is
`Queue.claim` with everything it does (transaction, gate, lead and plan read,
full durability); `look_up` is the queue's one statement alone, in a
transaction that is rolled back; `bare` is `UPDATE … RETURNING` of one row by
its key on the same file with the same settings. Leads are laid down in bulk: a
few are due in every band, most later. At the end many processes claim from the
large file at once: no lead may be claimed twice.
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
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cadence.model import Lane
from cadence.rulebook import load
from config.clock import HOUR, MINUTE, HandClock, from_iso
from store.errors import StoreError
from store.ranks import claim_sql
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


EACH = 30  # leads that each process of the crowd takes

Work = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process of the crowd got, and between which moments."""

    leads: list[int]
    began: float
    ended: float
    waited_in_vain: (
        int  # claims that did not get the write lock within the store's patience, and were repeated
    )


def alternate(works: dict[str, Work], times: int) -> dict[str, list[float]]:
    """Microseconds of `times` rounds of all `works`; what else the machine does hits all alike."""
    took: dict[str, list[float]] = {name: [] for name in works}
    gc.collect()
    gc.disable()
    for n in range(times):
        for name, work in works.items():
            began = time.perf_counter_ns()
            work(n)
            took[name].append((time.perf_counter_ns() - began) / 1_000)
    gc.enable()
    return took


def summary(took: list[float]) -> dict[str, float]:
    """Median and 99th percentile, microseconds."""
    ranked = sorted(took)
    return {
        "p50_us": round(statistics.median(ranked), 1),
        "p99_us": round(ranked[int(len(ranked) * 0.99)], 1),
    }


def _claim(store: Store) -> Work:
    def one(n: int) -> None:
        found = store.queue.claim(f"rep{n}")
        assert isinstance(found, Claim), found

    return one


def _look_up(store: Store, clock: HandClock) -> Work:
    engine, sql = store.core.engine, claim_sql(store.core.engine.skip_locked, 1, store.core.owner_ms)

    def one(n: int) -> None:
        engine.conn.execute("begin immediate")  # type: ignore[attr-defined]
        engine.rows(sql, route0="", rep=f"look{n}", token=n, now=clock.now(), until=clock.now() + HOUR)
        engine.conn.execute("rollback")  # type: ignore[attr-defined]

    return one


def _bare(store: Store) -> Work:
    engine = store.core.engine

    def one(n: int) -> None:
        with engine.write():
            engine.rows(
                "update queue set due_at = due_at + 1 where lead_id = :id returning lead_id", id=n + 1
            )

    return one


def crowd(path: Path, processes: int, claims: int) -> dict[str, Any]:
    """So many processes on one file, each taking `claims` leads for as many reps: who got what, how fast."""
    context = get_context("spawn")
    ready, got = context.Barrier(processes), context.Queue()
    members = [context.Process(target=_member, args=(path, n, claims, ready, got)) for n in range(processes)]
    for member in members:
        member.start()
    found = [got.get(timeout=300) for _ in members]
    for member in members:
        member.join()
    leads = [lead for taken in found for lead in taken.leads]
    seconds = max(taken.ended for taken in found) - min(taken.began for taken in found)
    return {
        "what": "crowd",
        "processes": processes,
        "claims": len(leads),
        "claimed_twice": len(leads) - len(set(leads)),
        "waited_in_vain": sum(taken.waited_in_vain for taken in found),
        "per_second": round(len(leads) / seconds),
    }


def _member(path: Path, place: int, claims: int, ready: Barrier, got: Queue[Taken]) -> None:
    """One process; like a desk, it asks again where the lock did not come within the store's patience."""
    leads: list[int] = []
    in_vain = 0
    with Store.open(path, load(), HandClock(NOON), create=False) as store:
        ready.wait()
        began = time.monotonic()
        while len(leads) < claims:
            try:
                claim = store.queue.claim(f"crowd{place}-{len(leads)}")
            except StoreError:
                in_vain += 1
                continue
            assert isinstance(claim, Claim), claim
            leads.append(claim.lead.id)
        got.put(Taken(leads, began, time.monotonic(), in_vain))


def main() -> None:
    """Measure both sizes in alternation and print what they cost beside each other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--claims", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    clock, book = HandClock(NOON), load()
    with (
        tempfile.TemporaryDirectory(dir=given.folder) as folder,
        Store.open(Path(folder) / "small.db", book, clock) as small,
        Store.open(Path(folder) / "large.db", book, clock) as large,
    ):
        works: dict[str, Work] = {}
        for name, store, leads in (("small", small, 10_000), ("large", large, given.leads)):
            fill(store, leads, given.claims * 2 + given.processes * EACH)
            works |= {
                f"claim_{name}": _claim(store),
                f"look_up_{name}": _look_up(store, clock),
                f"bare_{name}": _bare(store),
            }
        alternate({name: lambda n, one=one: one(-1 - n) for name, one in works.items()}, 20)
        found = {name: summary(took) for name, took in alternate(works, given.claims).items()}
        together = crowd(Path(folder) / "large.db", given.processes, EACH)
    for name, took in found.items():
        print(json.dumps({"what": name, **took}))
    print(json.dumps(together))
    print(json.dumps(ratios(found)))


def ratios(found: dict[str, dict[str, float]]) -> dict[str, float]:
    """1,000,000 leads beside 10,000, and the claim beside the bare UPDATE."""

    def ratio(one: str, other: str, which: str) -> float:
        return round(found[one][which] / found[other][which], 2)

    return {
        "claim_p50_large_to_small": ratio("claim_large", "claim_small", "p50_us"),
        "claim_p99_large_to_small": ratio("claim_large", "claim_small", "p99_us"),
        "look_up_p50_large_to_small": ratio("look_up_large", "look_up_small", "p50_us"),
        "claims_per_second_beside_bare": ratio("bare_large", "claim_large", "p50_us"),
    }


if __name__ == "__main__":
    main()
