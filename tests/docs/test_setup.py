"""`make setup` trusts no name on PATH, and says plainly what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "setup.sh"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with a shell's tools and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "env", "rm", "touch"):
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return folder


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def setup(path: Path, cwd: Path, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", script, ".venv", "requirements.txt"],
        cwd=cwd,
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def without_system_pythons(tmp_path: Path) -> Path:
    """The script as on a machine that has no Python in /usr/bin."""
    copy = tmp_path / "setup.sh"
    copy.write_text(SCRIPT.read_text().replace("/usr/bin/python", "/nowhere/python"))
    return copy


def test_names_that_do_not_run_are_no_python(bare: Path, tmp_path: Path) -> None:
    for name in ("python3.12", "python3.11", "python3"):
        program(bare, name, "exit 127")
    done = setup(bare, tmp_path, without_system_pythons(tmp_path))
    assert done.returncode == 1
    assert "no Python 3.11 or 3.12 runs here" in done.stderr
    assert "apt-get install" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv_is_named_with_the_package_to_install(bare: Path, tmp_path: Path) -> None:
    program(bare, "python3.12", "exit 127")
    program(bare, "python3.11", f'case "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"')
    done = setup(bare, tmp_path, without_system_pythons(tmp_path))
    assert done.returncode == 1
    assert "python3.11 runs, but its modules venv and ensurepip are missing" in done.stderr
    assert "python3-venv" in done.stderr


def test_uv_is_used_where_it_is_on_the_path(bare: Path, tmp_path: Path) -> None:
    program(bare, "uv", f'echo "uv $*" >> {tmp_path}/calls')
    done = setup(bare, tmp_path, without_system_pythons(tmp_path))
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text()
    assert "uv venv" in calls
    assert "--require-hashes -r requirements.txt" in calls
    assert "--no-deps --no-build-isolation -e ." in calls
