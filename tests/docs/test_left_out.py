"""A run of the tests says which checks against other programs it left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
SUITE = """
import pytest

def test_plain():
    pass

@pytest.mark.interop
@pytest.mark.parametrize("code", [486, 603])
def test_a_peer(code):
    pass

@pytest.mark.interop
@pytest.mark.skipif(True, reason="sipp is not installed")
def test_a_peer_that_is_missing():
    pass
"""
CONFIG = "[pytest]\nmarkers = interop: needs a peer\n"
LAST = "checks against real peers did not run. `.venv/bin/python -m pytest -m interop` runs them"


def run(folder: Path, *words: str) -> str:
    """What pytest says of the small suite, under our conftest."""
    (folder / "pytest.ini").write_text(CONFIG)
    (folder / "conftest.py").write_text((HERE / "conftest.py").read_text())
    (folder / "test_suite.py").write_text(SUITE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist", "loadfile")])
def test_checks_that_were_not_chosen_are_counted_once_and_named(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    said = run(tmp_path, "-m", "not interop", *workers)
    assert "   3  test_suite.py: not chosen by -m 'not interop'\n" in said
    assert f"3 {LAST}" in said


def test_checks_that_were_chosen_and_miss_their_peer_are_told_with_the_peer(tmp_path: Path) -> None:
    said = run(tmp_path, "-m", "interop")
    assert "   1  test_suite.py: sipp is not installed\n" in said
    assert f"1 {LAST}" in said


def test_nothing_is_said_where_no_such_check_was_near(tmp_path: Path) -> None:
    assert "left out" not in run(tmp_path, "-k", "plain")
