"""Import of one lead file, three ways in one run: `sqlite3 .import`, `sqlite-utils insert`, and ours.

    python bench/import_leads.py [--rows 200000] [--repeat 1]

The file has numbers in five spellings, 5 % of them repeated, and a mail and a
time in each row. The peers: `.import` puts raw text into one table with a
unique index; `sqlite-utils insert` puts it into one without. Ours reads,
normalises to E.164, joins repeats, gives each lead its first plan, and leaves
four tables with their indexes and constraints. Meanwhile somebody else asks
for the write lock every few milliseconds: how long it was refused at a stretch
is what a rep would have waited.
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
from pathlib import Path

ROOT = Path(__file__).parents[1]
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


class Onlooker:
    """Another writer of a database: asks for its lock again and again, and never keeps it."""

    _EVERY_S = 0.005

    def __init__(self, path: Path) -> None:
        self.longest = 0.0  # seconds of refusals at a stretch
        self._path, self._over = path, threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Onlooker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._path.exists():
            if self._over.wait(self._EVERY_S):
                return
        conn = sqlite3.connect(f"file:{self._path}?mode=rw", uri=True, timeout=0, isolation_level=None)
        refused_at = None
        while not self._over.wait(self._EVERY_S):
            try:
                conn.execute("begin immediate")
                conn.execute("rollback")
                refused_at = None
            except sqlite3.OperationalError:
                refused_at = refused_at or time.perf_counter()
                self.longest = max(self.longest, time.perf_counter() - refused_at)
        conn.close()


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


def utils_insert(*options: str) -> Callable[[Path, Path], str]:
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


def sixring(folder: Path, leads: Path) -> str:
    command = [sys.executable, "-c", OURS, str(folder / "sixring.db"), str(leads)]
    with Onlooker(folder / "sixring.db") as other:
        out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    new, joined, rejected = out.split()
    return f"{new} new, {joined} joined, {rejected} rejected; locked for {other.longest:.2f} s at a stretch"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=1, help="the best of so many runs counts")
    options = parser.parse_args()
    ways: dict[str, Callable[[Path, Path], str]] = {
        "sqlite-utils insert": utils_insert(),
        "sqlite-utils insert --no-detect-types": utils_insert("--no-detect-types"),
        "sixring import": sixring,
    }
    if shutil.which("sqlite3"):
        ways = {"sqlite3 .import, one unique index": shell_import, **ways}
    best: dict[str, tuple[float, float, str]] = {}
    with tempfile.TemporaryDirectory() as place:
        leads = Path(place) / "leads.csv"
        write_file(leads, options.rows)
        for _ in range(options.repeat):
            for name, way in ways.items():
                folder = Path(tempfile.mkdtemp(dir=place))
                best[name] = min(
                    best.get(name, (float("inf"), 0.0, "")), timed(lambda way=way, to=folder: way(to, leads))
                )
    ours = best["sixring import"]
    print(f"{'':38} {'CPU s':>7} {'wall s':>7} {'rows/s':>9}   ours to it: CPU, wall")
    for name, (spent, wall, said) in best.items():
        ratios = f"{ours[0] / spent:6.2f} {ours[1] / wall:6.2f}"
        print(f"{name:38} {spent:7.2f} {wall:7.2f} {options.rows / wall:9,.0f}   {ratios}   {said}")


if __name__ == "__main__":
    main()
