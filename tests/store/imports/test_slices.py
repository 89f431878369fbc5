"""A file written beside reps at work: in short slices, and all or nothing none the less."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from support.factories import NOON

from cadence.rulebook import Rulebook
from config.clock import HandClock, iso
from config.errors import SixringError
from store.errors import StoreError
from store.imports import run as running
from store.imports import slices
from store.imports.accepted import left_behind
from store.imports.bulk import disk_apart
from store.imports.report import ImportOptions, Progress, Report
from store.imports.run import run
from store.imports.slices import LOCK_MS, ROOMY_MS, Leftovers
from store.store import Store

ROOT = Path(__file__).parents[3]
ROWS = 2_000

_CHILD = """
import os, signal, sys
from pathlib import Path
from cadence.rulebook import load
from config.clock import HandClock
from store.imports import accepted
from store.imports.report import ImportOptions
from store.imports.run import run
from store.store import Store
database, leads, now, when = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
def die(): os.kill(os.getpid(), signal.SIGKILL)
def progress(phase, done, total):
    if when == "in the middle" and phase == "writing" and done > total / 3:
        die()
if when == "before it is taken":
    keep = accepted.Accepted.keep
    accepted.Accepted.keep = lambda *words: (keep(*words), die())
if when == "when all is in":
    accepted.Accepted.done = lambda self: die()
with Store.open(database, load(), HandClock(now)) as store:
    run(store, leads, ImportOptions(by="boss"), progress)
"""


@pytest.fixture
def database(tmp_path: Path, book: Rulebook) -> Path:
    """One with a rep on shift."""
    path = tmp_path / "sixring.db"
    with Store.open(path, book, HandClock(NOON)) as store:
        store.shifts.clock_in("ana", "Ana", "here", os.getpid())
    return path


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    """New leads, and each tenth of them asking again."""
    path = tmp_path / "leads.csv"
    lines = []
    for n in range(ROWS):
        who = n - 5 if n % 10 == 9 else n
        lines.append(f"L{who},+1415{2_000_000 + who},l{who}@x.com,{iso(NOON - (ROWS - n) * 3_600_000)}\n")
    path.write_text("name,phone,email,created_at\n" + "".join(lines))
    return path


def imported(database: Path, book: Rulebook, leads: Path, progress: Progress | None = None) -> Report:
    with Store.open(database, book, HandClock(NOON)) as store:
        return run(store, leads, ImportOptions(by="boss"), progress)


def rows_of_slices(database: Path, book: Rulebook) -> list[int]:
    with Store.open(database, book, HandClock(NOON)) as store:
        events = store.log.after(0, 10_000)
        return [event.body["counts"]["total"] for event in events if event.kind == "lead.imported"]


def content(database: Path, book: Rulebook) -> dict[str, list[Any]]:
    """What an import leaves, but for the number of its transactions."""
    with Store.open(database, book, HandClock(NOON)) as store:
        assert store.log.verify().clean
        return {
            sql: [tuple(row.values()) for row in store.core.engine.rows(sql)]
            for sql in (
                "select * from lead order by id",
                "select * from queue order by lead_id",
                "select lead_id, e164, kind, position, bad from phone order by e164",
                "select lead_id, at, call_at, source, import_id, ref from inquiry order by ref",
                "select file, sha256, total, added, joined, rejected, unchanged from import_run",
                "select lead_id, body from event where kind = 'lead.inquired' order by lead_id, body",
            )
        }


def promises(database: Path) -> list[Path]:
    return list(database.parent.glob("*.import-*"))


@pytest.fixture
def expected(tmp_path: Path, book: Rulebook, leads: Path) -> dict[str, list[Any]]:
    """What the file leaves where nobody works and it is written at once."""
    alone = tmp_path / "alone.db"
    imported(alone, book, leads)
    return content(alone, book)


def test_slices_leave_what_one_transaction_leaves(
    database: Path, book: Rulebook, leads: Path, expected: dict[str, list[Any]]
) -> None:
    report = imported(database, book, leads)
    assert (report.new, report.joined, report.written) == (ROWS * 9 // 10, ROWS // 10, True)
    assert content(database, book) == expected
    assert not promises(database)
    with Store.open(database, book, HandClock(NOON)) as store:
        slices = [event for event in store.log.after(0, 10_000) if event.kind == "lead.imported"]
        assert len(slices) > 1
        assert sum(event.body["counts"]["added"] for event in slices) == report.new


@pytest.mark.parametrize("when", ["in the middle", "when all is in"])
def test_what_a_killed_import_left_is_written_by_whoever_looks_next(
    database: Path, book: Rulebook, leads: Path, expected: dict[str, list[Any]], when: str
) -> None:
    killed(database, leads, when)
    assert len(promises(database)) == 1
    with Store.open(database, book, HandClock(NOON)) as store:
        steps = Leftovers(store)
        while steps.step():
            pass
    assert content(database, book) == expected
    assert not promises(database)


def test_the_next_import_first_completes_what_was_left(
    database: Path, book: Rulebook, leads: Path, expected: dict[str, list[Any]]
) -> None:
    killed(database, leads, "in the middle")
    again = imported(database, book, leads)
    assert (again.new, again.repeated) == (0, ROWS)
    assert content(database, book) == expected


@pytest.mark.parametrize("head", ['{"file": "leads.csv"}', '{"shape": ["line: str"], "source": {}}'])
def test_what_another_version_left_is_told_once_and_completed_by_the_file_itself(
    database: Path, book: Rulebook, leads: Path, expected: dict[str, list[Any]], head: str
) -> None:
    killed(database, leads, "in the middle")
    (left,) = promises(database)
    _, *rows = left.read_text().splitlines()
    left.write_text("\n".join([head, *rows]))
    with pytest.raises(SixringError, match=r"left leads\.csv half imported: import it again") as told:
        imported(database, book, leads)
    (aside,) = promises(database)
    assert str(told.value).endswith(f"delete {aside}")
    again = imported(database, book, leads)
    assert again.repeated + again.new + again.joined == ROWS
    assert again.repeated > 0
    assert leads_of(content(database, book)) == leads_of(expected)


def leads_of(found: dict[str, list[Any]]) -> list[Any]:
    return found["select lead_id, e164, kind, position, bad from phone order by e164"]


def test_a_file_that_was_never_taken_leaves_nothing(database: Path, book: Rulebook, leads: Path) -> None:
    killed(database, leads, "before it is taken")
    with Store.open(database, book, HandClock(NOON)) as store:
        assert not Leftovers(store).step()
        assert store.leads.count() == 0
        assert not store.core.engine.rows("select 1 as x from import_run")
    assert not promises(database)


def killed(database: Path, leads: Path, when: str) -> None:
    arguments = [sys.executable, "-c", _CHILD, str(database), str(leads), str(NOON), when]
    assert subprocess.run(arguments, cwd=ROOT, check=False).returncode == -signal.SIGKILL


def test_a_store_that_fails_half_way_keeps_its_word_later(
    database: Path, book: Rulebook, leads: Path, expected: dict[str, list[Any]]
) -> None:
    with Store.open(database, book, HandClock(NOON)) as store:
        store.core.engine.script(
            "create trigger full before insert on queue when (select count(*) from queue) > 600"
            " begin select raise(abort, 'no room'); end;"
        )
        with pytest.raises(StoreError, match="of its rows are in, and the others follow"):
            run(store, leads, ImportOptions(by="boss"))
        assert 0 < store.leads.count() <= 601
        store.core.engine.script("drop trigger full;")
        steps = Leftovers(store)
        while steps.step():
            pass
    assert content(database, book) == expected


def test_nobody_takes_over_the_file_of_an_import_that_lives(
    database: Path, book: Rulebook, leads: Path
) -> None:
    """Asked in the middle of it, by another connection."""
    asked = []

    def ask(phase: str, done: int, total: int) -> None:
        if phase == "writing" and 0 < done < total:
            with Store.open(database, book, HandClock(NOON)) as other:
                asked.append(list(left_behind(other.core)))

    with Store.open(database, book, HandClock(NOON)) as store:
        run(store, leads, ImportOptions(), ask)
    assert asked
    assert not any(asked)


def test_two_who_look_for_leftovers_at_once_share_no_file(database: Path, book: Rulebook) -> None:
    left = database.with_name(f"{database.name}.import-abc.0")
    left.write_text("")
    with Store.open(database, book, HandClock(NOON)) as store:
        assert len([*left_behind(store.core), *left_behind(store.core)]) == 1


def test_a_file_that_is_here_already_leaves_no_trace(database: Path, book: Rulebook, leads: Path) -> None:
    imported(database, book, leads)
    before = content(database, book)
    report = imported(database, book, leads)
    assert (report.repeated, report.import_id) == (ROWS, None)
    assert content(database, book) == before


def test_a_slice_keeps_others_out_for_about_the_time_it_may(
    database: Path, book: Rulebook, leads: Path
) -> None:
    """Loosely, since other tests run beside this one: far below the time of the whole."""
    assert imported(database, book, leads).locked_ms < 10 * LOCK_MS


@pytest.fixture
def some(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file need not be large here to go in by slices where nobody works."""
    monkeypatch.setattr(running, "_SOME", 500)
    monkeypatch.setattr(slices, "ROOMY_MS", ROOMY_MS // 4)


@pytest.mark.usefixtures("some")
def test_with_nobody_at_work_a_large_file_goes_in_by_large_slices(
    tmp_path: Path, book: Rulebook, leads: Path, expected: dict[str, list[Any]]
) -> None:
    """The file that `expected` came from was small enough to be one transaction."""
    empty = tmp_path / "sixring.db"
    assert imported(empty, book, leads).written
    first = rows_of_slices(empty, book)[0]
    assert 4 * LOCK_MS < first < ROWS
    assert content(empty, book) == expected
    assert not promises(empty)


@pytest.mark.usefixtures("some")
def test_slices_shrink_as_soon_as_somebody_clocks_in_and_grow_when_all_have_left(
    tmp_path: Path, book: Rulebook, leads: Path
) -> None:
    path = tmp_path / "sixring.db"
    steps: list[int] = []

    def come_and_go(phase: str, done: int, total: int) -> None:
        if phase != "writing" or done in (0, total):
            return
        steps.append(done)
        with Store.open(path, book, HandClock(NOON)) as other:
            if len(steps) == 1:
                other.shifts.clock_in("ana", "Ana", "here", os.getpid())
            elif len(steps) == 3:
                other.shifts.clock_out(other.shifts.live()[0].id)

    imported(path, book, leads, come_and_go)
    alone, beside, still_beside, alone_again, *_ = rows_of_slices(path, book)
    assert max(beside, still_beside) < alone / 2
    assert alone_again > still_beside


@pytest.mark.parametrize("fails", [False, True])
def test_after_slices_each_commit_waits_for_the_disk_again(
    database: Path, book: Rulebook, fails: bool
) -> None:
    def waits(store: Store) -> tuple[int, int]:
        rows = store.core.engine.rows
        checkpoint = rows("pragma wal_autocheckpoint")[0]["wal_autocheckpoint"]
        return rows("pragma synchronous")[0]["synchronous"], checkpoint

    with Store.open(database, book, HandClock(NOON)) as store:
        before = waits(store)
        refused = pytest.raises(StoreError) if fails else nullcontext()
        with refused, disk_apart(store.core.engine) as settle:
            assert waits(store) == (1, 0)
            store.dnc.add("+13035550199", "rep", "asked us")
            settle()
            if fails:
                store.core.engine.rows("select * from nothing")
        assert before == waits(store) == (2, 1000)
        settled = store.core.engine.rows("pragma wal_checkpoint(passive)")[0]
        assert settled["log"] == settled["checkpointed"]
