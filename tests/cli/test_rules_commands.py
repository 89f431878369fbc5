"""`sixring gate` and `sixring cadence`: the rules, asked from the shell."""

import json
from pathlib import Path

import pytest
from support.program import sixring

FLORIDA = "+18505550123"


def test_a_refusal_lists_every_check_and_when_it_may_be_called(tmp_path: Path) -> None:
    done = sixring("gate", FLORIDA, "--at", "2026-11-23T03:00", home=tmp_path)
    assert done.returncode == 1
    assert "not allowed" in done.stdout
    assert "window_number" in done.stdout
    assert "It may be called from 2026-11-23 08:00:00 on." in done.stdout


def test_json_gives_the_decision_as_it_would_be_stored(tmp_path: Path) -> None:
    done = sixring("gate", "(850) 555-0123", "--at", "2026-11-23T15:00", "--json", home=tmp_path)
    assert done.returncode == 0
    decision = json.loads(done.stdout)
    assert decision["e164"] == FLORIDA
    assert decision["allowed"] is True
    assert decision["at"] == "2026-11-23T20:00:00.000Z"
    assert {check["name"] for check in decision["checks"]} >= {"window_number", "window_address", "gap"}


@pytest.mark.parametrize(("number", "at"), [("sip:x@evil.example", ""), ("12", ""), (FLORIDA, "tomorrow")])
def test_what_is_no_number_or_no_time_is_a_usage_error(number: str, at: str, tmp_path: Path) -> None:
    done = sixring("gate", number, *(["--at", at] if at else []), home=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_an_emergency_number_by_hand_is_never_held_up(tmp_path: Path) -> None:
    assert sixring("gate", "911", "--at", "2026-11-23T03:00", home=tmp_path).returncode == 0


def test_asking_the_rules_leaves_no_trace(tmp_path: Path) -> None:
    sixring("gate", FLORIDA, home=tmp_path / "home")
    sixring("cadence", "show", home=tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_the_shipped_cadence_gives_the_studys_six_calls_and_five_mails(tmp_path: Path) -> None:
    done = sixring(
        "cadence", "show", "--from", "2026-11-24", "--zone", "America/New_York", "--json", home=tmp_path
    )
    assert done.returncode == 0, done.stderr
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [step["step"] for step in steps if step["kind"] == "call"] == [1, 2, 3, 4, 5, 6]
    assert [step["step"] for step in steps if step["kind"] == "mail"] == [1, 2, 3, 4, 5]
    assert steps[0]["at"] == "2026-11-24T15:00:00.000Z"
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)


def test_an_unknown_cadence_names_the_known_ones(tmp_path: Path) -> None:
    done = sixring("cadence", "show", "outbound-nine", home=tmp_path)
    assert done.returncode == 2
    assert "inbound-six" in done.stderr


def test_a_cadence_file_is_checked_to_the_line(tmp_path: Path) -> None:
    good = 'name = "ours"\nversion = 1\ntitle = "Ours"\nthen = "nurture"\n[[call]]\nwhen = "day 2"\n'
    (tmp_path / "good.toml").write_text(good)
    assert "1 call, 0 mails: ok" in sixring("cadence", "check", tmp_path / "good.toml", home=tmp_path).stdout
    (tmp_path / "bad.toml").write_text(good.replace("day 2", "tuesday"))
    done = sixring("cadence", "check", tmp_path / "bad.toml", home=tmp_path)
    assert done.returncode == 2
    assert "bad.toml" in done.stderr
    assert "6" in done.stderr
    assert "tuesday" in done.stderr
