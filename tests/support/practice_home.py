"""A practice home whose leads a test chose: the last digit of a number picks what happens."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from support.program import sixring

from cadence.rulebook import load
from config.clock import MINUTE, SystemClock, iso
from floor.practice_leads import practice_leads


@dataclass(frozen=True, slots=True)
class Person:
    """A lead of a test."""

    name: str
    digit: str  # what the practice carrier does, see `telephony.carrier`
    minutes_ago: int = 0  # of the inquiry; the first mail is due after ten

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.name.replace(' ', '.').lower()}@lead.example"


def practice_home(home: Path, people: Sequence[Person]) -> Path:
    """Make `home` a practice home with `people`, through the importer, where all may be called now."""
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "sixring.toml").write_text('[sip]\nserver = "practice"\n', encoding="utf-8")
    sheet = home / "people.csv"
    sheet.write_text(_csv(people), encoding="utf-8")
    done = sixring("import", sheet, "--json", home=home)
    assert done.returncode == 0, done.stderr + done.stdout
    assert json.loads(done.stdout)["new"] == len(people)
    return home


def _csv(people: Sequence[Person]) -> str:
    """`people` at places where it is calling time now, the first of them the freshest inquiry."""
    now = SystemClock().now()
    rows = list(csv.DictReader(StringIO(practice_leads(len(people), now, load(None).gate, only_open=True))))
    for index, (row, person) in enumerate(zip(rows, people, strict=True)):
        row |= {
            "name": person.name, "email": person.email, "phone": row["phone"][:-1] + person.digit,
            "arrived_at": iso(now - person.minutes_ago * MINUTE - index * 1000),
        }  # fmt: skip
    text = StringIO()
    sheet = csv.DictWriter(text, rows[0].keys())
    sheet.writeheader()
    sheet.writerows(rows)
    return text.getvalue()


def report(home: Path, *command: str, code: int = 0) -> list[dict[str, Any]]:
    """What `sixring command` prints, a JSON object a line."""
    done = sixring(*command, home=home)
    assert done.returncode == code, f"{command}: {done.stderr}{done.stdout}"
    return [json.loads(line) for line in done.stdout.splitlines()]


def attempts(home: Path) -> list[dict[str, Any]]:
    """`sixring export calls`."""
    return report(home, "export", "calls", "--format", "ndjson")


def events(home: Path) -> list[dict[str, Any]]:
    """The whole event log."""
    return report(home, "tail", "--json", "-n", "100000")


def assert_books_are_clean(home: Path) -> None:
    """`sixring audit` and `sixring verify` find nothing."""
    (audit,) = report(home, "audit", "--json")
    assert audit["clean"], audit
    (verdict,) = report(home, "verify", "--json")
    assert verdict["clean"], verdict
