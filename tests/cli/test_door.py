"""However a command ends: one exit code, at most one sentence, never a traceback."""

import subprocess
from pathlib import Path

import click
import pytest
from support.program import PROGRAM, environment, sixring
from support.terminal import terminal

from cli.door import guarded
from cli.lazy import Command
from config.errors import SixringError, UsageError


def ending_with(error: BaseException) -> click.Command:
    def fail() -> None:
        raise error

    return Command("fail", callback=fail, example="fail", help="Fail.")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXRING_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SixringError("The disk is full."), 1, "sixring: The disk is full.\n"),
        (UsageError("That is no time."), 2, "sixring: That is no time.\n"),
        (SixringError("there is no lead 99"), 1, "sixring: There is no lead 99.\n"),
        (SixringError("leads.csv is empty.."), 1, "sixring: leads.csv is empty.\n"),
        (
            click.UsageError("Bad option (Did you mean --b?)"),
            2,
            "sixring: Bad option (Did you mean --b?) See 'sixring --help'.\n",
        ),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (click.exceptions.Exit(3), 3, ""),
        (click.UsageError("Bad."), 2, "sixring: Bad. See 'sixring --help'.\n"),
    ],
)
def test_an_end_has_its_code_and_its_sentence(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(ending_with(error), []) == code
    assert capsys.readouterr().err == said


def test_a_surprise_is_one_sentence_and_a_private_file_with_the_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(ending_with(ZeroDivisionError("by\nzero")), []) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError" in said
    (log,) = (tmp_path / "home" / "logs").iterdir()
    assert str(log) in said
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_surprise_without_a_home_still_finds_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "home").write_text("a file in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert guarded(ending_with(ZeroDivisionError()), []) == 1
    (log,) = tmp_path.glob("crash-*.log")
    assert str(log) in capsys.readouterr().err


def test_a_surprise_may_quote_what_no_encoding_can_write(tmp_path: Path) -> None:
    path = "caf\udce9.csv"  # as Python tells of a file whose name is no UTF-8
    assert guarded(ending_with(ValueError(f"J\u00fcrgen, in {path}")), []) == 1
    (log,) = (tmp_path / "home" / "logs").iterdir()
    assert "J\u00fcrgen, in caf\\udce9.csv" in log.read_text("utf-8")


def test_a_workstation_is_not_drawn_in_escapes(tmp_path: Path) -> None:
    practice = [str(PROGRAM), "practice", "--home", str(tmp_path / "home")]
    with terminal(practice, PYTHONIOENCODING="iso-8859-1") as desk:
        assert desk.exit_code() == 2
    assert b"draws in UTF-8, the locale says iso8859-1: set LC_ALL=C.UTF-8." in desk.output


def test_what_an_error_quotes_cannot_move_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(ending_with(SixringError("no such lead: \x1b[2J\x9b31m\u202e\r\n")), [])
    said = capsys.readouterr().err.removesuffix("\n")
    assert said.isprintable()


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["queu"], "did you mean 'queue'"),
        (["queue", "--jsn"], "--json"),
        (["queue", "--limit", "many"], "--limit"),
        (["tail", "--lines", "-1"], "--lines"),
        (["dnc", "add", "+14155550123"], "--why"),
        (["dnc", "check", "not a number"], "neither"),
        (["export", "payrol"], "did you mean 'payroll'"),
        (["export"], "needs one of its commands: calls, payroll. See 'sixring export --help'"),
        (["gate", "+14155550123", "--at", "never"], "--at: 'never' is not a time; write"),
    ],
)
def test_a_mistyped_call_is_one_sentence_and_exit_code_two(
    args: list[str], hint: str, tmp_path: Path
) -> None:
    done = sixring(*args, home=tmp_path)
    assert done.returncode == 2
    assert hint in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    "args", [["queue"], ["tail"], ["audit"], ["verify"], ["export", "calls"], ["why", "1"], ["dnc", "list"]]
)
def test_a_home_without_leads_says_where_to_begin_and_stays_untouched(
    args: list[str], tmp_path: Path
) -> None:
    done = sixring(*args, home=tmp_path / "home")
    assert done.returncode == 1
    assert "sixring import" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("args", [["queue"], ["verify"], ["import", "leads.csv"], ["dnc", "list"]])
def test_a_broken_configuration_is_exit_code_two(args: list[str], tmp_path: Path) -> None:
    (tmp_path / "leads.csv").write_text("name,phone\nAnna,+14155550123\n")
    (tmp_path / "sixring.toml").write_text("[frim]\n")
    done = sixring(*args, home=tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "firm" in done.stderr


def test_the_program_alone_says_how_to_begin(tmp_path: Path) -> None:
    done = sixring(home=tmp_path)
    assert done.returncode == 2
    assert "sixring init" in done.stderr
    assert "sixring practice" in done.stderr


@pytest.mark.parametrize("args", [[], ["practice"]])
def test_the_workstation_refuses_to_draw_into_a_pipe(args: list[str], tmp_path: Path) -> None:
    (tmp_path / "sixring.toml").write_text("")
    done = sixring(*args, home=tmp_path)
    assert done.returncode == 2
    assert "terminal" in done.stderr


def test_a_reader_that_leaves_early_is_no_error_to_talk_about(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [PROGRAM, "--help"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) in (0, 141)
    assert said == b""


def test_a_closed_output_is_no_surprise(tmp_path: Path) -> None:
    shut = f"exec '{PROGRAM}' --help >&- 2>&-"
    assert subprocess.run(["sh", "-c", shut], env=environment(tmp_path), timeout=60).returncode == 0
    assert not (tmp_path / "logs").exists()


def test_a_word_that_is_no_text_in_the_locale_is_one_sentence(tmp_path: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [PROGRAM, "dnc", "add", "+14155550123", "--why", b"\xff"],
        env=environment(tmp_path, ascii_only), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "sixring: A word of the call is no text in this locale: use UTF-8, as in LC_ALL=C.UTF-8.\n"
    )


@pytest.mark.parametrize(
    "words", [("import", "A" * 300), ("verify", "--anchor", "A" * 300), ("--home", "A" * 300, "queue")]
)
def test_a_name_that_no_file_can_have_is_no_surprise(words: tuple[str, ...], tmp_path: Path) -> None:
    done = sixring(*words, home=tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.endswith(" cannot be opened (file name too long).\n")
    assert not list(tmp_path.rglob("crash-*"))


def test_a_long_word_is_quoted_without_its_middle(tmp_path: Path) -> None:
    said = sixring("queue", "--limit", "7" * 20_000 + "x", home=tmp_path).stderr
    assert len(said) < 1_100
    assert said.startswith("sixring: Invalid value for '--limit': '777")
    assert said.endswith("See 'sixring queue --help'.\n")


def test_a_home_that_cannot_be_a_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = sixring("init", "--defaults", "--home", tmp_path / "file" / "home")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--home" in done.stderr
