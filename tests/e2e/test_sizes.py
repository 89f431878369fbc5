"""Terminals of other sizes, and sizes that change under a call."""

from __future__ import annotations

from pathlib import Path

from support.practice_home import Person, assert_books_are_clean, attempts, practice_home
from support.tmux import needs_tmux, workstation

pytestmark = needs_tmux


def test_a_wide_terminal_shows_timeline_and_notes(tmp_path: Path) -> None:
    home = practice_home(tmp_path / "home", [Person("Tom Talking", "8")])
    with workstation(home, (120, 40)) as desk:
        shown = desk.until("PREVIEW.*Tom Talking")
        assert "─ Timeline ─" in shown
        assert "─ Notes ─" in shown
        desk.type("qq")
        assert desk.ended() == 0


def test_a_call_survives_terminals_that_are_too_small(tmp_path: Path) -> None:
    home = practice_home(tmp_path / "home", [Person("Tom Talking", "8")])
    with workstation(home, (10, 3)) as desk:
        desk.until("Sixring")
        desk.resize(80, 24)
        desk.until("PREVIEW.*Tom Talking")
        desk.press("Space")
        desk.until("TALKING")
        desk.resize(60, 15)
        desk.until("needs 80 columns by 24 rows")
        desk.resize(1, 1)
        desk.type("m")
        desk.resize(80, 24)
        desk.until("MUTED: m unmutes")
        desk.until(r"talk 00:(0[1-9]|[1-5]\d)")
        desk.type("8")
        desk.until("Tom Talking: Won")
        desk.type("qq")
        assert desk.ended() == 0
    assert [attempt["disposition"] for attempt in attempts(home)] == ["won"]
    assert_books_are_clean(home)
