"""Four weeks of a floor on the real store, judged from outside. The large one is bench/simulated_floor.py."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.simulation.floor import Floor, Hold, simulate
from support.simulation.judge import judge
from support.tamper import blunt

from store.audit import audit
from store.yardsticks import FollowUp, follow_up

LEADS = 400


@dataclass(frozen=True)
class Past:
    """What is left of the four weeks."""

    floor: Floor
    path: Path

    def judged(self, path: Path | None = None, holds: list[Hold] | None = None) -> dict[str, list[str]]:
        seen = self.floor.holds if holds is None else holds
        return judge(path or self.path, seen, self.floor.clock.now(), self.floor.callers.rang)

    def measured(self) -> FollowUp:
        return follow_up(self.floor.store.core, 0, self.floor.clock.now())


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    path = tmp_path_factory.mktemp("floor") / "sixring.db"
    floor = simulate(path, LEADS)
    yield Past(floor, path)
    floor.store.close()


def test_no_lead_is_lost_and_no_call_is_unlawful(past: Past) -> None:
    assert past.judged() == {
        name: []
        for name in (
            "ghosts", "hours", "caps", "gaps", "two_reps", "too_many_calls", "after_an_end",
            "after_do_not_call", "mails", "callers", "missed_first", "on_the_heels",
        )
    }  # fmt: skip


def test_the_audit_agrees_with_the_judge_and_the_log_holds(past: Past) -> None:
    assert audit(past.floor.store).clean
    assert past.floor.store.log.verify().clean


def test_everything_that_befalls_a_floor_befell_this_one(past: Past) -> None:
    rows = past.floor.store.core.engine.rows
    kinds = {row["kind"] for row in rows("select distinct kind from event")}
    wanted = {
        "lead.inquired", "lead.skipped", "lead.planned", "attempt.disposed", "attempt.undone", "mail.sent",
        "mail.failed", "call.missed", "dnc.added", "callback.agreed", "callback.settled", "shift.out",
    }  # fmt: skip
    assert wanted <= kinds
    assert {row["status"] for row in rows("select distinct status from lead")} == {
        "open", "won", "refused", "opted_out",
    }  # fmt: skip
    assert len({hold.rep for hold in past.floor.holds}) == 5
    assert {row["why"] for row in rows("select distinct why from missed_call")} == {
        "busy", "not answered", "the session ended while it rang",
    }  # fmt: skip
    spoken = rows("select count(distinct disposition) as n from attempt where direction = 'in'")
    assert spoken[0]["n"] >= 4, "conversations they began, with different ends"


def test_a_floor_that_is_not_overloaded_calls_at_once_and_leaves_nobody_out(past: Past) -> None:
    total = past.measured().total
    assert total.leads == LEADS
    assert total.within_1_min > 0.8 * total.at_once > 0.4 * LEADS
    assert total.never_called < 0.03 * total.callable, "only those who came in the last hours"
    assert 2 < total.calls / total.callable <= 6


TAMPERED = {
    "ghosts": "delete from queue where lead_id = (select max(lead_id) from queue)",
    "hours": "update attempt set opened_at = opened_at / 86400000 * 86400000 + 28800000",
    "caps": "update attempt set e164 = '+13052000000'",
    "gaps": "update attempt set e164 = '+13052000000'",
    "two_reps": "update attempt set ended_at = ended_at + 86400000 * 5",
    "too_many_calls": "update attempt set lead_id = 1, call_kind = 'step'",
    "after_an_end": "update attempt set disposition = 'won' where disposed_at is not null",
    "after_do_not_call": """insert or ignore into suppression(value, kind, added_at, added_by, why)
        select distinct e164, 'phone', 1, 'x', 'x' from attempt""",
    "mails": "update outbox set state = 'ready'",
    "callers": "delete from missed_call where id = 1",
    "missed_first": "update event set at = at - 86400000 * 2 where kind = 'call.missed'",
    "on_the_heels": """update attempt set call_kind = 'step', opened_at = (select max(i.ended_at) + 60000
        from attempt i where i.lead_id = attempt.lead_id and i.direction = 'in')
        where direction = 'out' and lead_id in (select lead_id from attempt where direction = 'in')""",
}


@pytest.mark.parametrize(("check", "sql"), TAMPERED.items())
def test_the_judge_sees_what_it_is_there_to_see(past: Past, check: str, sql: str, tmp_path: Path) -> None:
    copy = tmp_path / "tampered.db"
    past.floor.store.core.engine.rows("pragma wal_checkpoint(truncate)")
    shutil.copy(past.path, copy)
    blunt(str(copy), sql)
    assert past.judged(copy)[check]


def test_the_judge_sees_two_reps_with_one_lead(past: Past) -> None:
    twice = [Hold(1, "ana", 100, 200), Hold(1, "ben", 150, 160)]
    assert past.judged(holds=twice)["two_reps"]
