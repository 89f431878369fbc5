"""What only a supervisor may do, from the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.program import sixring

NUMBER = "+14155550123"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A floor with one lead, and kim for a supervisor."""
    (tmp_path / "sixring.toml").write_text('[floor]\nsupervisors = ["kim"]\n', encoding="utf-8")
    leads = tmp_path / "leads.csv"
    leads.write_text(f"name,phone,state\nAna,{NUMBER},CA\n", encoding="utf-8")
    assert sixring("import", leads, home=tmp_path).returncode == 0
    return tmp_path


def told(home: Path) -> list[dict[str, object]]:
    done = sixring("tail", "--after", "0", "--json", home=home)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("target", ["1", NUMBER, "(415) 555-0123"])
def test_a_supervisor_lets_one_call_pass_and_the_log_says_so(home: Path, target: str) -> None:
    done = sixring(
        "override", target, "--by", "kim", "--reason", "asked for tonight", "--for", "2h", home=home
    )
    assert done.returncode == 0, done.stderr
    assert "may pass the gate until" in done.stdout
    event = told(home)[-1]
    assert (event["kind"], event["rep"]) == ("override.granted", "kim")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1", "--by", "sam", "--reason", "x"], "'sam' is no supervisor of sixring.toml: it names kim."),
        (["1", "--by", "kim", "--reason", " "], "needs a reason"),
        (["1", "--by", "kim", "--reason", "x", "--for", "soon"], "write it like"),
        (["1", "--by", "kim", "--reason", "x", "--for", "2 days"], "at most a day"),
        (["ana", "--by", "kim", "--reason", "x"], "neither the number of a lead nor"),
    ],
)
def test_anything_else_is_one_sentence_and_no_override(home: Path, words: list[str], said: str) -> None:
    done = sixring("override", *words, home=home)
    assert done.returncode == 2
    assert said in done.stderr
    assert "override.granted" not in [event["kind"] for event in told(home)]


CAMPAIGNS = '[[campaign]]\nname = "spain"\nlanguages = ["es"]\n'


def test_reps_are_entered_changed_and_listed_with_the_campaigns_they_get(home: Path) -> None:
    (home / "rules").mkdir(exist_ok=True)
    (home / "rules" / "campaigns.toml").write_text(CAMPAIGNS, encoding="utf-8")
    assert sixring("rep", "add", "bo", "--team", "north", home=home).returncode == 0
    assert "Nobody is fit for campaign spain" in sixring("rep", "list", home=home).stdout
    assert sixring("rep", "set", "bo", "--languages", "es, en", home=home).returncode == 0
    (listed,) = [json.loads(line) for line in sixring("rep", "list", "--json", home=home).stdout.splitlines()]
    assert (listed["team"], listed["languages"], listed["campaigns"]) == ("north", ["en", "es"], ["spain"])
    assert "0 leads go to other reps now." in sixring("rep", "route", home=home).stdout
    assert sixring("rep", "set", "nobody", "--team", "x", home=home).returncode == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[campaign]]\nname = "a"\n[[campaign]]\nname = "a"\n', "line 4"),
        ('[[campaign]]\nname = "a"\nlanguage = ["es"]\n', "languages"),
        ('[[campaign]]\nteam = "a"\n', "`name` is missing"),
    ],
)
def test_a_wrong_campaign_is_told_with_its_line(home: Path, text: str, said: str) -> None:
    (home / "rules").mkdir(exist_ok=True)
    (home / "rules" / "campaigns.toml").write_text(text, encoding="utf-8")
    done = sixring("rep", "list", home=home)
    assert done.returncode == 2
    assert "campaigns.toml" in done.stderr
    assert said in done.stderr


def test_a_registry_is_imported_with_its_date_and_stops_old_leads_in_the_gate(home: Path) -> None:
    file = home / "tps.csv"
    file.write_text("number\n4155550177\n", encoding="utf-8")
    done = sixring("dnc", "import", file, "--registry", "us-national", "--date", "2026-11-20", home=home)
    assert (done.returncode, done.stdout) == (
        0,
        "1 numbers of us-national, 2026-11-20, are in force in place of what it had.\n",
    )
    gate = sixring("gate", "+14155550177", "--at", "2026-11-23T15:00", home=home)
    assert gate.returncode == 1
    assert "us-national of 2026-11-20" in gate.stdout
    (listed,) = [
        json.loads(line) for line in sixring("dnc", "registries", "--json", home=home).stdout.splitlines()
    ]
    assert (listed["name"], listed["in_force"], listed["numbers"]) == ("us-national", True, 1)
    assert sixring("dnc", "check", "+14155550177", home=home).returncode == 0, "our own list is another"


def test_our_own_list_goes_in_and_out_as_a_file(home: Path) -> None:
    file = home / "asked.txt"
    file.write_text(f"{NUMBER}\nann@acme.example\n@evil.example\n", encoding="utf-8")
    assert sixring("dnc", "import", file, "--why", "letters", "--by", "kim", home=home).returncode == 0
    sixring("dnc", "remove", NUMBER, "--why", "=1+1", home=home)
    done = sixring("dnc", "export", "-", "--format", "ndjson", home=home)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["kind"] for row in rows] == ["phone", "email", "domain"]
    assert [row["removed_why"] for row in rows] == ["=1+1", "", ""]
    assert sixring("dnc", "export", home / "dnc.csv", home=home).returncode == 0
    assert '"\'=1+1"' in (home / "dnc.csv").read_text(encoding="utf-8"), "no cell is a formula"


@pytest.mark.parametrize(
    "words",
    [[], ["--registry", "x"], ["--registry", "x", "--why", "y"], ["--registry", "x", "--date", "soon"]],
)
def test_an_import_that_does_not_say_what_it_is_changes_nothing(home: Path, words: list[str]) -> None:
    file = home / "list.txt"
    file.write_text(f"{NUMBER}\n", encoding="utf-8")
    assert sixring("dnc", "import", file, *words, home=home).returncode == 2
    assert sixring("dnc", "check", NUMBER, home=home).returncode == 0


def test_only_a_supervisor_corrects(home: Path) -> None:
    done = sixring("correct", "1", "won", "--by", "sam", "--why", "x", home=home)
    assert (done.returncode, "no supervisor" in done.stderr) == (2, True)
    done = sixring("correct", "1", "won", "--by", "kim", "--why", "x", home=home)
    assert (done.returncode, "There is no attempt 1." in done.stderr) == (1, True)


def test_skips_are_reported_and_their_absence_too(home: Path) -> None:
    done = sixring("audit", "--skips", home=home)
    assert (done.returncode, done.stdout) == (0, "Nobody skipped a lead in this period.\n")
    assert sixring("audit", "--skips", "--json", home=home).stdout == ""


def test_all_that_a_rep_has_is_given_to_another_by_a_supervisors_word(home: Path) -> None:
    more = home / "more.csv"
    more.write_text(
        "name,phone,state,owner\nBo,+14155550124,CA,ben\nCy,+14155550125,CA,ben\n", encoding="utf-8"
    )
    sixring("import", more, home=home)
    sixring("rep", "add", "ann", home=home)
    done = sixring("assign", "--all-of", "ben", "--to", "ann", "--by", "kim", "--why", "has left", home=home)
    assert (done.returncode, done.stdout) == (0, "2 leads are for ann now.\n")
    back = sixring("assign", "3", "--to-team", "--by", "kim", "--why", "speaks French", home=home)
    assert back.stdout == "1 lead is for the team now.\n"
    assigned = [event for event in told(home) if event["kind"] == "lead.assigned"]
    assert [(event["lead_id"], event["rep"]) for event in assigned] == [(2, "kim"), (3, "kim"), (3, "kim")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["1", "--to", "kim", "--by", "sam"], "'sam' is no supervisor"),
        (["1", "--to", "nan", "--by", "kim"], "There is no rep 'nan'; sixring rep list shows who there is"),
        (["1", "--by", "kim"], "Say which"),
        (["--to-team", "--by", "kim"], "Say which"),
        (["9", "--to-team", "--by", "kim"], "There is no lead 9"),
    ],
)
def test_what_cannot_be_assigned_is_one_sentence(home: Path, words: list[str], said: str) -> None:
    done = sixring("assign", *words, "--why", "x", home=home)
    assert done.returncode != 0
    assert said in done.stderr
