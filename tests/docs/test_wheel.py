"""What is packed for installation: every data file that the program reads is in it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("config", "cadence", "store", "telephony", "floor", "tui", "cli")


def test_the_wheel_carries_every_file_of_every_room(tmp_path: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *ROOMS], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    source = tmp_path / "source"
    for name in [*tracked, "pyproject.toml", "README.md", "LICENSE", "requirements/run.in"]:
        if (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            source,
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    missing = [name for name in tracked if (ROOT / name).exists() and name not in packed]
    assert [name for name in missing if not name.endswith(".md")] == []
