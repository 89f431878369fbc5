"""`sixring cadence check`: a file is held against the other cadences too, not only against itself."""

from __future__ import annotations

from pathlib import Path

from support.program import sixring

DATA = Path(__file__).parents[2] / "cadence" / "data" / "cadences"


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (DATA / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_our_own_cadences_pass(tmp_path: Path) -> None:
    done = sixring("cadence", "check", *sorted(DATA.glob("*.toml")), home=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count(": ok") == len(list(DATA.glob("*.toml")))


def test_an_end_that_leads_nowhere_is_named_with_its_line(tmp_path: Path) -> None:
    path = changed(tmp_path, "inbound-six", 'then = "nurture"', 'then = "nurtur"')
    done = sixring("cadence", "check", path, home=tmp_path / "home")
    assert done.returncode == 2
    assert "no cadence is named 'nurtur'" in done.stderr
    assert str(path) in done.stderr


def test_a_circle_of_cadences_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "inbound-six", 'then = "nurture"', 'then = "inbound-six"')
    done = sixring("cadence", "check", path, home=tmp_path / "home")
    assert done.returncode == 2
    assert "circle" in done.stderr
