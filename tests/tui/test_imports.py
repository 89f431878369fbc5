"""What an import drags in, seen in a fresh interpreter: the only way to prove that a deferral defers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BELOW = ("config", "cadence", "store", "telephony", "floor")
DECIDERS = ("ui", "intents", "router", "session", "lines", "scene", "panes", "overlays", "footer", "keysdoc")


def loaded(code: str) -> set[str]:
    """Modules in memory after `code`."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def modules_of(package: str) -> list[str]:
    """Every module of a room that imports without a telephone's native library."""
    folder = ROOT / package
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in folder.rglob("*.py")]
    native = ("telephony.engine", "telephony.carrier")
    return sorted(
        n.removesuffix(".__init__") for n in names if not n.startswith(native) and "__main__" not in n
    )


@pytest.mark.parametrize("package", BELOW)
def test_nothing_below_the_screen_knows_textual(package: str) -> None:
    code = "".join(f"import {name}\n" for name in modules_of(package))
    assert not {name for name in loaded(code) if name.split(".")[0] in ("textual", "tui")}


def test_what_decides_and_what_draws_knows_no_textual_either() -> None:
    code = "".join(f"import tui.{name}\n" for name in DECIDERS)
    assert not {name for name in loaded(code) if name.split(".")[0] == "textual"}


def test_the_screen_loads_no_telephone_numbers_store_or_stack_before_its_first_paint() -> None:
    heavy = {"phonenumbers", "sqlite3", "psycopg", "pjsua2", "jinja2", "hypothesis", "sqlite_utils"}
    assert not heavy & loaded("import tui.app")


def test_the_frame_rate_is_raised_before_textual_reads_it() -> None:
    code = "import tui.app, textual.constants as c; assert c.MAX_FPS == 120, c.MAX_FPS"
    assert "textual" in loaded(code)
