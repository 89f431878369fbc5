"""The walls between rooms at run time: what a room drags into memory when all of it is imported."""

import subprocess
import sys

import pytest

SCRIPT = """
import importlib, pkgutil, sys
for name in sys.argv[1:]:
    room = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(room, "__path__", []), name + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def dragged_in(*rooms: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", SCRIPT, *rooms], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("room", "never"),
    [
        ("config", {"cadence", "store", "telephony", "floor", "tui", "cli"}),
        ("cadence", {"store", "telephony", "floor", "tui", "cli", "sqlite3", "asyncio"}),
        ("store", {"telephony", "floor", "tui", "cli", "pjsua2", "textual"}),
        ("telephony.client", {"store", "floor", "tui", "cli", "pjsua2", "textual"}),
        ("floor", {"tui", "cli", "pjsua2", "textual"}),
        ("tui", {"cli", "pjsua2"}),
        ("cli", {"pjsua2"}),
    ],
)
def test_a_room_drags_in_nothing_from_above(room: str, never: set[str]) -> None:
    modules = dragged_in(room)
    assert room.partition(".")[0] in modules
    assert not modules & never
