"""Import of one lead file beside `sqlite3 .import` and `sqlite-utils insert`, alone, and beside a rep.

    python bench/import_leads.py [--rows 200000] [--repeat 1]

The file has numbers in five spellings, 5 % of them repeated, and a mail and a
time in each row. The peers: `.import` puts raw text into one table with a
unique index; `sqlite-utils insert` puts it into one without. Ours reads,
normalises to E.164, joins repeats, gives each lead its first plan, and leaves
four tables with their indexes and constraints. It runs with nobody on shift,
where it is some large slices, and with a rep on shift, where it is many small
ones; then a second file, in which every lead asks again, the same two ways.

Meanwhile two others want the write lock of the same database. The onlooker
asks every few milliseconds: how long it was refused at a stretch is how long
the lock was held. The rep asks twenty times a second and waits like every
program of ours: that is what somebody at a desk notices, or who clocks in.
How long a sync of the disk takes meanwhile is told beside it, for a slow disk
is slow for everybody.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

Way = Callable[[Path, Path], str]
Spent = tuple[float, float, str]  # processor seconds, wall seconds, what it said

ROOT = Path(__file__).parents[1]
ALONE, BESIDE = "sixring import", "sixring import, a rep on shift"
COLUMNS = "name,company,phone,email,state,source,campaign,created_at"
AREAS = {
    "415": "CA",
    "212": "NY",
    "303": "CO",
    "512": "TX",
    "702": "NV",
    "206": "WA",
    "312": "IL",
    "404": "GA",
}
CLOCK_IN = """
import os, socket, sys
from cadence.rulebook import load
from config.clock import SystemClock
from store.store import Store
with Store.open(sys.argv[1], load(), SystemClock()) as store:
    store.shifts.clock_in("ana", "Ana", socket.gethostname(), os.getpid())
"""
OURS = """
import sys
from pathlib import Path
from cadence.rulebook import load
from config.clock import SystemClock
from store.imports.report import ImportOptions
from store.imports.run import run
from store.store import Store
with Store.open(sys.argv[1], load(), SystemClock()) as store:
    report = run(store, Path(sys.argv[2]), ImportOptions())
    print(report.new, report.joined, report.rejected)
"""


def write_file(path: Path, rows: int) -> None:
    rng = random.Random(1)
    now = int(time.time())
    numbers: list[tuple[str, str]] = []
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS.split(","))
        for n in range(rows):
            if numbers and rng.random() < 0.05:
                area, local = rng.choice(numbers)
            else:
                area, local = rng.choice(list(AREAS)), f"{rng.randint(200, 999)}{rng.randint(0, 9999):04d}"
                numbers.append((area, local))
            exchange, line = local[:3], local[3:]
            spelling = rng.choice(
                ("({a}) {e}-{l}", "+1{a}{e}{l}", "{a}{e}{l}", "{a}-{e}-{l}", "1 {a} {e} {l}")
            )
            phone = spelling.format(a=area, e=exchange, l=line)
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - rng.randint(0, 20 * 86_400)))
            cells = (f"Ana Lee {n}", f"Firm {n % 5000}", phone, f"ana{n}@firm{n % 97}.example", AREAS[area])
            out.writerow((*cells, "web form", "spring", at))


def write_second(path: Path, first: Path) -> None:
    """The same people again, with another campaign, in the last three hours."""
    now = int(time.time())
    with first.open(newline="") as had, path.open("w", newline="") as file:
        rows, out = csv.reader(had), csv.writer(file)
        out.writerow(next(rows))
        for n, row in enumerate(rows):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 60 * (n % 180)))
            out.writerow([*row[:-2], "autumn", at])


class Other:
    """Another writer of a database: asks for its lock again and again, and never keeps it."""

    def __init__(self, path: Path, every_s: float, patience_s: float) -> None:
        self.waits: list[float] = []  # seconds without it, at a stretch
        self._path, self._every_s, self._patience_s = path, every_s, patience_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Other:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._path.exists():
            if self._over.wait(self._every_s):
                return
        uri = f"file:{self._path}?mode=rw"
        conn = sqlite3.connect(uri, uri=True, timeout=self._patience_s, isolation_level=None)
        asked_at = None
        while not self._over.wait(self._every_s):
            asked_at = asked_at or time.perf_counter()
            try:
                conn.execute("begin immediate")
                conn.execute("rollback")
            except sqlite3.OperationalError:
                continue
            self.waits.append(time.perf_counter() - asked_at)
            asked_at = None
        if asked_at is not None:
            self.waits.append(time.perf_counter() - asked_at)
        conn.close()


class Disk:
    """How long a sync of a few bytes takes, asked ten times a second beside everything else."""

    def __init__(self, folder: Path) -> None:
        self.waits: list[float] = []
        self._path, self._over = folder / "synced", threading.Event()
        self._thread = threading.Thread(target=self._sync)

    def __enter__(self) -> Disk:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sync(self) -> None:
        with self._path.open("wb", buffering=0) as file:
            while not self._over.wait(0.1):
                file.write(b"x" * 4096)
                began = time.perf_counter()
                os.fsync(file.fileno())
                self.waits.append(time.perf_counter() - began)


def told(waits: list[float]) -> str:
    """The 99th percentile and the greatest, in seconds."""
    ranked = sorted(waits) or [0.0]
    return f"{ranked[int(len(ranked) * 0.99)]:.3f} {ranked[-1]:.3f}"


def timed(run: Callable[[], str]) -> tuple[float, float, str]:
    """Processor seconds of the program, which a busy machine does not bend, and those on the wall."""
    began, before = time.perf_counter(), os.times()
    said = run()
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent, time.perf_counter() - began, said


def shell_import(folder: Path, leads: Path) -> str:
    table = f"create table lead({COLUMNS.replace('phone', 'phone unique')})"
    command = ["sqlite3", str(folder / "shell.db"), table, ".mode csv", f".import --skip 1 {leads} lead"]
    subprocess.run(command, check=False, stderr=subprocess.DEVNULL)  # it tells of each repeat as an error
    return ""


def utils_insert(*options: str) -> Way:
    def run(folder: Path, leads: Path) -> str:
        program = Path(sys.executable).with_name("sqlite-utils")
        command = [
            str(program),
            "insert",
            str(folder / "utils.db"),
            "lead",
            str(leads),
            "--csv",
            "--silent",
            *options,
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return ""

    return run


def python(code: str, *words: Path) -> str:
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def sixring(folder: Path, leads: Path) -> str:
    database = folder / "sixring.db"
    with Disk(folder) as disk, Other(database, 0.005, 0) as onlooker, Other(database, 0.05, 30) as rep:
        out = python(OURS, database, leads)
    new, joined, rejected = out.split()
    return (
        f"{new} new, {joined} joined, {rejected} rejected; p99 and most, s: "
        f"locked {told(onlooker.waits)}, a rep waited {told(rep.waits)}, a sync {told(disk.waits)}"
    )


def measure(
    ways: dict[str, Way], place: Path, leads: Path, repeat: int, before: Callable[[Path, str], None]
) -> dict[str, Spent]:
    """The best of so many runs of each way, in turns, each in a folder of its own."""
    best: dict[str, Spent] = {}
    for _ in range(repeat):
        for name, way in ways.items():
            folder = Path(tempfile.mkdtemp(dir=place))
            before(folder, name)
            spent = timed(partial(way, folder, leads))
            best[name] = min(best.get(name, spent), spent)
            shutil.rmtree(folder)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=1, help="the best of so many runs counts")
    options = parser.parse_args()
    ways: dict[str, Way] = {
        "sqlite-utils insert": utils_insert(),
        "sqlite-utils insert --no-detect-types": utils_insert("--no-detect-types"),
        ALONE: sixring,
        BESIDE: sixring,
    }
    if shutil.which("sqlite3"):
        ways = {"sqlite3 .import, one unique index": shell_import, **ways}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        first, second = place / "leads.csv", place / "second.csv"
        write_file(first, options.rows)
        write_second(second, first)

        def empty(database: Path, name: str) -> None:
            if name == BESIDE:
                python(CLOCK_IN, database / "sixring.db")

        def filled(database: Path, name: str) -> None:
            python(OURS, database / "sixring.db", first)
            empty(database, name)

        show(measure(ways, place, first, options.repeat, empty), options.rows)
        print("\na second file, in which each of them asks again")
        again = {name: way for name, way in ways.items() if name in (ALONE, BESIDE)}
        show(measure(again, place, second, options.repeat, filled), options.rows)


def show(best: dict[str, Spent], rows: int) -> None:
    ours = best[ALONE]
    print(f"{'':38} {'CPU s':>7} {'wall s':>7} {'rows/s':>9}   {ALONE} to it: CPU, wall")
    for name, (spent, wall, said) in best.items():
        ratios = f"{ours[0] / spent:6.2f} {ours[1] / wall:6.2f}"
        print(f"{name:38} {spent:7.2f} {wall:7.2f} {rows / wall:9,.0f}   {ratios}   {said}")


if __name__ == "__main__":
    main()
