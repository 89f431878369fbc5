"""The sixring.toml that `sixring init` writes: the commented template with the answers filled in."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from config.errors import SixringError
from config.home import Home

Answers = Mapping[tuple[str, str], str | int | bool | list[str]]  # (section, field) -> value


def template() -> str:
    """The commented text with every default."""
    return (files("config") / "data" / "sixring.toml").read_text(encoding="utf-8")


def render(answers: Answers) -> str:
    """The template with `answers` in place of defaults.

    Raises:
        KeyError: an answer names a field that the template does not have.
    """
    wanted = dict(answers)
    section, lines = "", []
    for line in template().splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        field = re.match(r"(\w+) = ", line)
        if field and (section, field[1]) in wanted:
            lines.append(f"{field[1]} = {_toml(wanted.pop((section, field[1])))}")
        else:
            lines.append(line)
    if wanted:
        raise KeyError(f"no such field in the template: {sorted(wanted)}")
    return "\n".join(lines) + "\n"


def write(home: Home, answers: Answers, *, replace: bool = False) -> None:
    """Write the settings of `home`, readable by its owner only.

    Raises:
        SixringError: there is one already and `replace` is off, or it cannot be written.
    """
    home.make()
    path = home.config_file
    if path.exists() and not replace:
        raise SixringError(f"{path} is there already; edit it, or give --force to write it anew.")
    fresh = path.with_suffix(".toml.new")
    try:
        _write_private(fresh, render(answers))
        fresh.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SixringError(f"{path} cannot be written ({why}); name another folder with --home.") from error


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _toml(value: str | int | bool | list[str]) -> str:
    """`value` as TOML; JSON's texts and lists are TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
