"""A process of its own that works on a store: `python store_worker.py JOB LOCATION REP COUNT`.

What it says on standard output, a JSON object a line, it has committed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from support.factories import NOON, new_lead, number

from cadence.model import Result
from cadence.rulebook import load
from config.clock import HandClock
from store.errors import LeaseLost, Settled
from store.records import CallEnd, Claim
from store.sqlite import SQLite
from store.store import Store

PATIENCE_MS = 100_000


def say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def opening(store: Store, rep: str, count: int) -> None:
    """Only open the store; `count` is not used."""
    say(tables=store.leads.count())


def claiming(store: Store, rep: str, count: int) -> None:
    """Claim up to `count` leads, put each far away, and say which they were."""
    for _ in range(count):
        claim = store.queue.claim(rep)
        if not isinstance(claim, Claim):
            break
        say(lead=claim.lead.id, token=claim.token)
        store.queue.skip(claim, "test", NOON + 10**10)


def arriving(store: Store, rep: str, count: int) -> None:
    """Add `count` leads, one transaction each; the numbers are this rep's own."""
    first = int(rep) * count
    for n in range(first, first + count):
        say(lead=store.leads.add(new_lead(n)), n=n)


def calling(store: Store, rep: str, count: int) -> None:
    """Work `count` calls from claim to disposition, saying each fact once it is committed."""
    shift = store.shifts.clock_in(rep, rep, "elsewhere", 1, alive=lambda _: False)
    store.attempts.recover(rep)
    for _ in range(count):
        claim = store.queue.claim(rep, shift.id)
        if not isinstance(claim, Claim):
            break
        try:
            attempt = store.attempts.begin(claim, rep, shift.id)
        except LeaseLost:  # they called, and another rep answered
            continue
        say(fact="begun", attempt=attempt.id, lead=claim.lead.id)
        store.attempts.instant(attempt.id, "invited", NOON + 100, f"sip-{attempt.id}")
        store.attempts.instant(attempt.id, "answered", NOON + 900)
        say(fact="answered", attempt=attempt.id)
        store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, NOON + 60_000, 800, 59_100, 200), rep)
        say(fact="ended", attempt=attempt.id)
        store.attempts.dispose(attempt.id, "interested", rep)
        say(fact="disposed", attempt=attempt.id)


def answering(store: Store, rep: str, count: int) -> None:
    """Answer the first `count` calls that come in, each from its own number; every other is missed first."""
    shift = store.shifts.clock_in(rep, rep, "elsewhere", 1, alive=lambda _: False)
    for n in range(count):
        sip = f"sip-in-{n}"
        if n % 2:
            missed = store.inbound.missed(number(n), "", sip, rep, NOON, "busy")
            say(fact="missed", n=n, lead=missed.lead_id)
        try:
            attempt, claim = store.inbound.answer(number(n), "", sip, rep, shift.id, NOON)
        except Settled:
            continue
        say(fact="answered", n=n, attempt=attempt.id, lead=attempt.lead_id, held=claim is not None)
        store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, NOON + 60_000, 0, 60_000, 200), rep)
        store.attempts.dispose(attempt.id, "interested", rep)
        say(fact="disposed", n=n, attempt=attempt.id)


JOBS = {job.__name__: job for job in (opening, claiming, arriving, calling, answering)}


def main(job: str, location: str, rep: str, count: str) -> None:
    with Store.open(location, load(), HandClock(NOON)) as store:
        if isinstance(store.core.engine, SQLite):  # a desk asks again; a worker waits for its turn
            store.core.engine.conn.execute(f"pragma busy_timeout = {PATIENCE_MS}")
        JOBS[job](store, rep, int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
