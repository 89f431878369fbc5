from __future__ import annotations

import pytest
from support.factories import called, new_lead
from support.tamper import blunt

from cadence.model import Result
from config.clock import HOUR, HandClock
from store.audit import audit
from store.store import Store


def test_an_untouched_floor_is_clean(store: Store, clock: HandClock) -> None:
    for n in range(4):
        store.leads.add(new_lead(n))
    attempt = called(store, clock, Result.ANSWERED)
    store.attempts.dispose(attempt.id, "won", "rep1")
    called(store, clock, Result.BUSY)
    clock.advance(2 * HOUR)
    report = audit(store)
    assert report.clean
    assert report.summary == "3 open leads, each with its next action"
    assert (report.leads, report.open, report.with_call, report.unfinished) == (4, 3, 3, 0)
    assert report.overdue == 3
    assert report.ghosts == ()


GHOSTS = {
    "nothing is planned": "delete from queue where lead_id = 2",
    "still in the queue": "update lead set status = 'won' where id = 2",
    "does not exist": "delete from lead where id = 2",
    "no call of any kind": """insert into callback(lead_id, rep, agreed_at, due_at)
        select id, 'ana', 1, 2 from lead where id = 3""",
}


@pytest.mark.parametrize(("why", "sql"), GHOSTS.items())
def test_the_audit_finds_what_the_constraints_would_have_refused(
    store: Store, location: str, why: str, sql: str
) -> None:
    for n in range(2):
        store.leads.add(new_lead(n))
    store.leads.add(new_lead(2, phones=()))
    blunt(location, sql)
    report = audit(store)
    assert not report.clean
    assert [why in ghost.why for ghost in report.ghosts] == [True]
    assert "1 lead is lost" in report.summary
