"""Four weeks of five reps and 20,000 leads on the real store: what the audit says, and an independent judge.

    python bench/simulated_floor.py [--leads 20000 5000] [--folder DIR] [--seed 7] [--write]

Prints one JSON object a floor (how long it took, what the judge found) and the
audit's table of all of them beside the studies; `--write` puts the table into
docs/cadence.md. The people, their answers and the rota are in
tests/support/simulation, where it stands what of them is read and what assumed.
The clock is moved by hand, the telephone and the mail server are not there;
everything else is the program. It takes minutes on a RAM disk, which is taken
where there is one, and many times as long on a disk that honours every commit.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "tests"))

from support.simulation.floor import simulate
from support.simulation.judge import judge

from cli.audit_figures import beside_studies, share
from store.audit import audit
from store.backlog import backlog
from store.yardsticks import FollowUp, follow_up

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cadence.md"
RAM = Path("/dev/shm")
BEGIN, END = "<!-- bench/simulated_floor.py writes from here -->\n", "<!-- to here -->\n"


@dataclass(frozen=True, slots=True)
class Figures:
    """One floor after its four weeks."""

    leads: int
    figures: FollowUp
    ghosts: int
    unlawful: int  # calls outside of hours, over a cap, too close, after an end or a do-not-call
    callbacks_late: int
    steps_late: int
    sound: bool


def work(path: Path, leads: int, seed: int) -> Figures:
    """Run one floor and have it judged."""
    began = time.monotonic()
    floor = simulate(path, leads, seed)
    took = time.monotonic() - began
    with floor.store as store:
        now = store.core.now()
        proof, late, figures = audit(store), backlog(store.core), follow_up(store.core, 0, now)
        intact = store.log.verify().clean
    wrong = judge(path, floor.holds, now, floor.callers.rang)
    found = {name: len(each) for name, each in wrong.items()}
    calls = figures.total.calls
    told = {"leads": leads, "calls": calls, "seconds": round(took, 1), "log_holds": intact, "judge": found}
    print(json.dumps(told), flush=True)
    return Figures(
        leads,
        figures,
        ghosts=len(proof.ghosts) + found["ghosts"],
        unlawful=sum(found.values()) - found["ghosts"] - found["two_reps"] - found["mails"],
        callbacks_late=late.callbacks_late,
        steps_late=late.steps_late,
        sound=intact and proof.clean and not any(found.values()),
    )


def table(floors: list[Figures]) -> Iterator[str]:
    """The audit of all floors beside the studies, in Markdown."""
    yield "| | " + " | ".join(f"{floor.leads:,} leads" for floor in floors) + " | studies |"
    yield "| --- |" + " ---: |" * len(floors) + " --- |"
    for lines in zip(*(beside_studies(floor.figures) for floor in floors), strict=True):
        label, _, _, found = lines[0]
        cells = (here + (f" ({of})" if of else "") for _, here, of, _ in lines)
        yield f"| {label} | {' | '.join(cells)} | {found} |"
    for label, values in (
        ("callbacks late at the end", [floor.callbacks_late for floor in floors]),
        ("steps late at the end", [floor.steps_late for floor in floors]),
        ("ghosts", [floor.ghosts for floor in floors]),
        ("calls outside of the law", [floor.unlawful for floor in floors]),
    ):
        yield f"| {label} | {' | '.join(f'{value:,}' for value in values)} | |"
    yield ""
    yield from _by_call(floors[0])


def _by_call(floor: Figures) -> Iterator[str]:
    yield f"Call by call, with {floor.leads:,} leads:"
    yield ""
    yield "| call | made | reached first | won | won of made |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for nth in floor.figures.by_call:
        name = f"{nth.number} and later" if nth is floor.figures.by_call[-1] else str(nth.number)
        yield f"| {name} | {nth.calls:,} | {nth.reached:,} | {nth.won:,} | {share(nth.won, nth.calls)} |"


def main() -> int:
    """Run the floors; 1 if a judge found anything."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, nargs="+", default=[20_000, 5_000])
    parser.add_argument("--folder", type=Path, default=RAM if RAM.is_dir() else None)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        floors = [work(Path(folder) / f"{leads}.db", leads, given.seed) for leads in given.leads]
    text = "\n".join(table(floors)) + "\n"
    print(text)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0 if all(floor.sound for floor in floors) else 1


if __name__ == "__main__":
    sys.exit(main())
