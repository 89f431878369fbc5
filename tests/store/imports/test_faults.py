"""Hostile files end to end, processes that die, and a floor that dials meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import pytest
from support.factories import NOON, new_lead
from support.postgres import until_gone

from cadence.rulebook import Rulebook
from config.clock import HandClock, SystemClock
from config.errors import UsageError
from store.imports.report import ImportOptions
from store.imports.run import run
from store.records import Claim
from store.store import Store

ROOT = Path(__file__).parents[3]

_CHILD = """
import sys
from pathlib import Path
from cadence.rulebook import load
from config.clock import HandClock
from store.imports.report import ImportOptions
from store.imports.run import run
from store.store import Store
def progress(phase, done, total):
    if phase == "writing":
        print("writing", flush=True)
store = Store.open(sys.argv[1], load(), HandClock(int(sys.argv[3])))
run(store, Path(sys.argv[2]), ImportOptions(keep_going=sys.argv[4] == "slices"), progress)
print("done", flush=True)
"""


def big_file(folder: Path, rows: int) -> Path:
    path = folder / "leads.csv"
    lines = (f"L{n},+1415{2_000_000 + n},l{n}@x.com\n" for n in range(rows))
    path.write_text("name,phone,email\n" + "".join(lines))
    return path


@pytest.mark.parametrize("delay_s", [0.0, 0.05, 0.15, 0.3])
def test_kill_9_in_the_middle_leaves_all_or_nothing_and_a_second_run_completes_it(
    location: str, book: Rulebook, tmp_path: Path, delay_s: float
) -> None:
    path = big_file(tmp_path, 4_000)
    Store.open(location, book, HandClock(NOON)).close()
    arguments = [sys.executable, "-c", _CHILD, location, str(path), str(NOON), "whole"]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "writing\n"
        time.sleep(delay_s)  # the moment of the kill is what varies here
        child.send_signal(signal.SIGKILL)
    until_gone(location, child.pid)
    with Store.open(location, book, HandClock(NOON)) as store:
        there = store.leads.count()
        assert there in (0, 4_000)
        report = run(store, path, ImportOptions())
        assert report.new == 4_000 - there
        assert store.leads.count() == 4_000
        assert store.log.verify().clean
        assert store.core.engine.rows("select count(*) as n from import_run") == [{"n": 1}]
    assert not list(tmp_path.glob(".*.part"))


def test_slices_let_a_rep_claim_meanwhile(
    open_store: object, location: str, book: Rulebook, tmp_path: Path
) -> None:
    """A claim waits for a slice at most, not for the import."""
    with Store.open(location, book, HandClock(NOON)) as store:
        store.leads.add(new_lead(9_000, arrived_at=NOON))
    path = big_file(tmp_path, 4_500)
    waits: list[float] = []
    stop = threading.Event()

    def dial() -> None:
        with Store.open(location, book, HandClock(NOON)) as own:
            while not stop.is_set():
                began = time.monotonic()
                claim = own.queue.claim("rep1")
                assert isinstance(claim, Claim)
                own.queue.release(claim, "test")
                waits.append(time.monotonic() - began)

    rep = threading.Thread(target=dial)
    rep.start()
    try:
        with Store.open(location, book, SystemClock()) as store:
            report = run(store, path, ImportOptions(keep_going=True))
    finally:
        stop.set()
        rep.join(20)
    assert report.new == 4_500
    assert len(waits) > 5
    assert median(waits) < max(1.0, report.seconds / 4)  # the disk of a busy machine may hold up one of them


def test_a_slice_that_died_is_completed_by_running_it_again(
    open_store: object, location: str, book: Rulebook, tmp_path: Path
) -> None:
    path = big_file(tmp_path, 5_000)
    with Store.open(location, book, HandClock(NOON)) as store:
        text = path.read_text()
        path.write_text("".join(text.splitlines(keepends=True)[:2_001]))
        run(store, path, ImportOptions(keep_going=True))  # as far as the first slice came
        path.write_text(text)
        report = run(store, path, ImportOptions(keep_going=True))
        assert (report.new, report.repeated) == (3_000, 2_000)


HOSTILE = {
    "escape sequences": (
        "name,phone\n\x1b[31mEvil\x1b]0;x\x07 [bold red]Bob[/],4155552671\n",
        "Evil [bold red]Bob[/]",
    ),
    "a bidi override": ("name,phone\nBob\u202egnp.exe,4155552671\n", "Bobgnp.exe"),
    "a formula": ('name,phone\n"=HYPERLINK(""http://x"",""y"")",4155552671\n', '=HYPERLINK("http://x","y")'),
    "SQL": ("name,phone\nRobert'); drop table lead;--,4155552671\n", "Robert'); drop table lead;--"),
    "a lone carriage return": ("name,phone\rBob,4155552671\r", "Bob"),
    "quotes within": ('name,phone\nBob "the" Lee,4155552671\n', 'Bob "the" Lee'),
    "emoji and marks": ("name,phone\nZoe\u0308 👩‍👩‍👧,4155552671\n", "Zoë 👩‍👩‍👧"),
    "placeholders and percent signs": ("name,phone\n:name %s %(x)s ?,4155552671\n", ":name %s %(x)s ?"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_arrive_clean_and_stay_data(store: Store, tmp_path: Path, kind: str) -> None:
    text, name = HOSTILE[kind]
    path = tmp_path / "leads.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert run(store, path, ImportOptions()).new == 1
    assert [row["name"] for row in store.core.engine.rows("select name from lead")] == [name]


def test_bytes_that_are_no_text_in_the_encoding_found_reject_nothing_silently(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(b"name,phone\nA\x00na,4155552671\nBob,2125550101\n")
    report = run(store, path, ImportOptions())
    assert (report.new, report.rejected, store.leads.count()) == (1, 1, 0)
    assert "NUL" in report.first_rejects[0].reason


def test_a_spreadsheet_is_refused_by_its_bytes_whatever_its_name(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(b"PK\x03\x04\x14\x00\x06\x00")
    with pytest.raises(UsageError, match="save as CSV"):
        run(store, path, ImportOptions())
    assert store.log.head()[0] == 0
