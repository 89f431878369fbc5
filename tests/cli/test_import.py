"""`sixring import` as a person meets it; the importer's own depth is in tests/store/imports."""

import json
import re
from os import getpid
from pathlib import Path
from socket import gethostname

import pytest
from support.program import sixring

from cadence.rulebook import load
from config.clock import SystemClock
from store.store import Store

DOCS = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
GOOD = "Name,Phone,E-Mail\nAnna,(415) 555-0123,anna@acme.example\n\x1b[2JEve,212 555 0199,\n"


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(GOOD)
    return path


def test_an_import_shows_how_it_read_the_header_and_what_came_of_it(tmp_path: Path, leads: Path) -> None:
    done = sixring("import", leads, "--source", "web form", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "\n  taken by their names: name, phone\n  taken as: E-Mail -> email\n2 rows: 2 new" in done.stdout
    assert all(line.isprintable() for line in done.stdout.splitlines())
    assert "Anna" in sixring("queue", home=tmp_path / "home").stdout


def test_an_import_shows_what_it_did_not_take_and_what_it_was_told(tmp_path: Path, leads: Path) -> None:
    leads.write_text("Name,Mobile,Ring here,Shoe size,Hat\x1b[2J\nAnna,(415) 555-0123,4155550124,42,7\n")
    done = sixring("import", leads, "--map", "phone=Ring here", "--dry-run", home=tmp_path / "home")
    assert done.stdout.splitlines()[1:-1] == [
        "  taken by their names: name",
        "  taken as you said: Ring here -> phone",
        "  not used: Mobile, Shoe size, Hat·[2J",
        "1 row: 1 new, 0 joined to a lead, 0 known already, 0 rejected",
    ]


def test_where_output_is_ascii_a_character_is_its_escape_and_lines_keep_their_order(
    tmp_path: Path, leads: Path
) -> None:
    leads.write_text("Name,Phone,Größe\nAnna,4155550124,42\n", "utf-8")
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    done = sixring("import", leads, "--dry-run", home=tmp_path / "home", env=ascii_only)
    assert done.stdout.splitlines()[:3] == [
        "read as utf-8, columns split by ','",
        "  taken by their names: name, phone",
        "  not used: Gr\\xf6\\xdfe",
    ]


def test_beside_a_rep_on_shift_a_file_goes_in_by_slices(tmp_path: Path) -> None:
    leads, home = tmp_path / "leads.csv", tmp_path / "home"
    leads.write_text("Phone\n" + "".join(f"415555{n:04d}\n" for n in range(1_000, 1_600)))
    home.mkdir(mode=0o700)
    with Store.open(home / "sixring.db", load(), SystemClock()) as store:
        store.shifts.clock_in("ana", "Ana", gethostname(), getpid())
        done = sixring("import", leads, home=home)
        told = [event for event in store.log.after(0) if event.kind == "lead.imported"]
    assert "600 new" in done.stdout
    assert len(told) > 1


def test_a_second_import_changes_nothing(tmp_path: Path, leads: Path) -> None:
    sixring("import", leads, home=tmp_path / "home")
    events = sixring("tail", home=tmp_path / "home").stdout
    done = sixring("import", leads, "--json", home=tmp_path / "home")
    report = json.loads(done.stdout)
    assert (report["new"], report["joined"], report["repeated"]) == (0, 0, 2)
    assert sixring("tail", home=tmp_path / "home").stdout == events


def test_json_reports_what_is_documented(tmp_path: Path, leads: Path) -> None:
    leads.write_text("Name,Phone,Firm\nAnna,4155550123,Acme\n")
    done = sixring("import", leads, "--map", "company=Firm", "--json", home=tmp_path / "home")
    report = json.loads(done.stdout)
    section = DOCS.partition("\n## import\n")[2].partition("\n## ")[0]
    assert set(report) == set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert report["columns"]["Firm"] == "company"


def test_bad_rows_hold_everything_up_unless_told_to_keep_going(tmp_path: Path, leads: Path) -> None:
    leads.write_text(GOOD + "Nobody,,\n")
    done = sixring("import", leads, home=tmp_path / "home")
    assert done.returncode == 1
    assert "--keep-going" in done.stdout
    assert "line 4" in done.stdout
    assert (tmp_path / "leads.rejects.csv").exists()
    assert "Nobody is to be called." in sixring("queue", home=tmp_path / "home").stdout
    assert sixring("import", leads, "--keep-going", home=tmp_path / "home").returncode == 0
    assert "Anna" in sixring("queue", home=tmp_path / "home").stdout


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["no-such-file.csv"], "no file"),
        (["."], ". is a folder; name the CSV or TSV file"),
        (["leads.csv", "--map", "name=Nmae"], "Name"),
        (["leads.csv", "--map", "nome=Name"], "name"),
        (["leads.csv", "--cadence", "outbound-nine"], "inbound-six"),
    ],
)
def test_a_mistake_in_the_words_is_one_sentence(
    args: list[str], hint: str, tmp_path: Path, leads: Path
) -> None:
    done = sixring("import", *args, home=tmp_path / "home", cwd=leads.parent)
    assert done.returncode == 2, done.stdout + done.stderr
    assert hint in done.stderr
    assert done.stderr.count("\n") == 1
