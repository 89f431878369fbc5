"""README's commands run as they are written, in a fresh home; a block marked `sh skip` needs a person."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def title(block: str) -> str:
    return block.strip().splitlines()[-1].split("#")[0].strip()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("block", BLOCKS, ids=title)
def test_a_block_of_the_readme_runs_as_written(block: str, tmp_path: Path) -> None:
    for name in (".venv", "Makefile", "pyproject.toml", "requirements", "scripts"):
        (tmp_path / name).symlink_to(ROOT / name)
    # `make` cannot run itself inside of its own tests: its recipe is looked at instead.
    script = re.sub(r"^make ", "make --dry-run ", block, flags=re.MULTILINE)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SIXRING_", "MAKE"))}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**env, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


def test_files_the_readme_points_to_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing


def test_the_programs_commands_in_the_readme_exist() -> None:
    from cli.main import COMMANDS

    named = set(re.findall(r"\.venv/bin/sixring ([a-z]+)", README))
    assert named
    assert named <= set(COMMANDS)
