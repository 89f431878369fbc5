"""The pages hold together: links lead somewhere, commands exist with their options, and examples run."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.main import sixring

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/RESULTS.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
RUN_AS_WRITTEN = ("supervisors.md", "practice.md")
SHELL = re.compile(r"^```sh.*\n((?:.*\n)*?)^```", re.MULTILINE)
RUNNABLE = re.compile(r"^```sh\n((?:.*\n)*?)^```", re.MULTILINE)
CODE = re.compile(r"^```.*\n(?:.*\n)*?^```", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:docs|bench|scripts|tests)/[\w./-]+\.\w+)`")
RECORDS = ("attempt.ended", "attempt.blocked", "attempt.interrupted")  # told as a whole, not by name
SEPARATORS = {"|", "||", "&&", ";", "&"}


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def commands(script: str) -> Iterator[list[str]]:
    """The calls of `sixring` in a shell script, without the program's name."""
    for line in script.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()")
        lexer.whitespace_split = True
        call: list[str] | None = None
        for word in [*lexer, ";"]:
            if word in SEPARATORS:
                if call is not None:
                    yield call
                call = None
            elif call is not None:
                call.append(word)
            elif Path(word).name == "sixring":
                call = []


def why_not(call: list[str]) -> str:
    """Empty where the program has this command and these options."""
    command: click.Command = sixring
    context = click.Context(sixring)
    for word in call:
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(context, word)
            if found is None:
                return f"no command {word}"
            command = found
            continue
        options = {option for each in command.get_params(context) for option in each.opts}
        option = word.partition("=")[0]
        if re.match(r"--?[a-z]", word) and option not in options:
            return f"no option {option}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (heading and heading not in anchors(target)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = NAMED.findall(page.read_text(encoding="utf-8"))
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_is_shown_exists_with_its_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    calls = [call for script in SHELL.findall(text) for call in commands(script)]
    inline = [call for code in re.findall(r"`(sixring [^`…]+)`", text) for call in commands(code)]
    assert not {" ".join(call): why for call in calls + inline if (why := why_not(call))}


def test_a_command_that_does_not_exist_is_found_out() -> None:
    script = 'sixring tail -f --jsn | jq . # sixring nothing\nx=1; .venv/bin/sixring dnc ad +1 --why "a; b"\n'
    assert [why_not(call) for call in commands(script)] == ["no option --jsn", "no command ad"]


def run(script: str, home: Path) -> str:
    """Run a shell script with our program on its PATH, in a fresh home; its output."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SIXRING_")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=home,
        env={
            **env,
            "HOME": str(home),
            "TMPDIR": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", RUN_AS_WRITTEN)
def test_the_examples_of_a_page_run_one_after_the_other(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    without_jq = "command -v jq > /dev/null || jq() { cat > /dev/null; }\n"
    run(without_jq + "\n".join(RUNNABLE.findall(text)), tmp_path)


@pytest.mark.timeout(300)
def test_the_events_of_a_rehearsal_have_the_fields_that_json_md_names(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z.`, ]+`) \| (.+) \|$", text.partition("### Events")[2], re.MULTILINE)
    told = {kind: body for kinds, body in rows for kind in re.findall(r"[a-z]+\.[a-z]+", kinds)}
    home = f"--home {shlex.quote(str(tmp_path / 'floor'))}"
    events = run(f"sixring rehearse --calls 4 {home} > log; sixring tail --after 0 --json {home}", tmp_path)
    seen = {event["kind"]: event["body"] for event in map(json.loads, events.splitlines())}
    assert {"lead.imported", "shift.in", "shift.out", "attempt.opened", "mail.sent"} <= seen.keys()
    assert not {
        f"{kind}: {name}"
        for kind, body in seen.items()
        if kind not in RECORDS
        for name in body
        if not re.search(rf"\b{name}\b", told.get(kind, ""))
    }
