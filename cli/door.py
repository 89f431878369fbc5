"""The one door: whatever ends a command becomes an exit code and at most one sentence.

0 done · 1 failed, or a check found something · 2 the words or the
configuration are off · 130 interrupted · 141 the reader of our output left.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path

import click

from cli.lazy import State
from config.errors import SixringError
from config.text import as_sentence, for_terminal

INTERRUPTED = 130
READER_LEFT = 141
_LONGEST = 1_000  # characters of a sentence: of what it quotes, the middle is left out
_NO_NAME = (errno.ENAMETOOLONG, errno.ELOOP)


def guarded(program: click.Command, args: list[str] | None = None) -> int:
    """Run `program` with `args` (default: the process's own); its exit code."""
    state = State()
    words = sys.argv[1:] if args is None else args
    _soften_streams()
    try:
        code = _invoke(program, words, state)
        sys.stdout.flush()
    except SixringError as error:
        return _say(str(error), error.exit_code)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _say(_usage(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort, EOFError):
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:  # noqa: BLE001  the door itself
        if isinstance(error, UnicodeEncodeError) and not "".join(words).isprintable():
            return _say("a word of the call is no text in this locale: use UTF-8, as in LC_ALL=C.UTF-8", 2)
        if isinstance(error, OSError) and error.errno in _NO_NAME:
            return _say(f"{error.filename} cannot be opened ({(error.strerror or '').lower()})", 2)
        return _say(_unexpected(error, state), 1)
    return code


def _invoke(program: click.Command, args: list[str], state: State) -> int:
    if "_SIXRING_COMPLETE" in os.environ:
        from click.shell_completion import shell_complete

        return shell_complete(program, {}, "sixring", "_SIXRING_COMPLETE", os.environ["_SIXRING_COMPLETE"])
    with program.make_context("sixring", list(args), obj=state) as context:
        result = program.invoke(context)
    return result if isinstance(result, int) else 0


def _say(sentence: str, code: int) -> int:
    if len(sentence) > _LONGEST:
        sentence = f"{sentence[: _LONGEST // 2]} … {sentence[-_LONGEST // 2 :]}"
    with suppress(OSError):  # nobody may be left to read it; the code still tells
        click.echo(f"sixring: {for_terminal(as_sentence(sentence))}", err=True)
    return code


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "sixring"
    sentence = error.format_message().strip().replace("\n", " ")
    return f"{as_sentence(sentence)} See '{path} --help'."


def _unexpected(error: Exception, state: State) -> str:
    where = _write_traceback(error, state)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    if isinstance(error, OSError) and error.strerror:
        what = f"{error.strerror}{f': {error.filename}' if error.filename else ''}"
    return f"Something failed that should not ({what}); the details are in {where}."


def _write_traceback(error: Exception, state: State) -> str:
    text = "".join(traceback.format_exception(error))
    name = f"{time.strftime('crash-%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.log"
    for folder in (_logs(state), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / name
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(text.encode("utf-8", "backslashreplace"))
        except OSError:
            continue
        return str(path)
    return "no file: neither the home nor the temporary folder can be written"


def _logs(state: State) -> Path:
    return state.home.logs


def _reader_left() -> int:
    # Python would complain when it flushes stdout at its end, so that goes nowhere.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_LEFT


def _soften_streams() -> None:
    """A terminal that cannot show a character gets its escape, not an error; a closed stream takes all."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  lives as long as we
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
