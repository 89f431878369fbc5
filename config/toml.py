"""Read a TOML file into a type; whatever is wrong is said with file, line, field and mend.

One reader for `sixring.toml`, cadences, dispositions and the gate's rules:
`read(path, type)` decodes with msgspec, and turns each of its complaints into
a `ConfigError` that a person can act on. A reader with rules of its own opens
a `Document` and calls `document.error(...)` for the line of a field.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from config.errors import ConfigError
from config.toml_lines import FieldPath, line_of
from config.toml_words import in_words

T = TypeVar("T")

_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_PART = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|(\[\.\.\.\])")
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_TUPLE = re.compile(r"\(('[^()]*'),?\)")  # tomllib's name of a table
_MISSING = re.compile(r"missing required field `([^`]*)`")


def read(path: Path, wanted: type[T]) -> T:
    """The file at `path` as a `wanted`, usually a `msgspec.Struct`.

    Raises:
        ConfigError: the file cannot be read, is no TOML, or does not fit the type.
    """
    return Document.open(path).decode(wanted)


class Document:
    """A parsed TOML file that still knows on which line each field stands."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        """Use `open`."""
        self.path = path
        self.text = text
        self.data = data

    @classmethod
    def open(cls, path: Path) -> Document:
        """Read and parse `path`.

        Raises:
            ConfigError: it cannot be read, is not UTF-8, or is no TOML.
        """
        try:
            raw = path.read_bytes()
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except OSError as fault:
            raise ConfigError(
                f"{path}: cannot be read ({fault.strerror}); check that it exists and is yours"
            ) from fault
        except UnicodeDecodeError as fault:
            line = raw.count(b"\n", 0, fault.start) + 1
            raise ConfigError(
                f"{path}, line {line}: byte {fault.start} is not UTF-8; save the file as UTF-8"
            ) from fault
        try:
            return cls(path, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as fault:
            raise ConfigError(_syntax(path, str(fault))) from fault

    def decode(self, wanted: type[T]) -> T:
        """The whole file as a `wanted`.

        Raises:
            ConfigError: a field is unknown, missing or of the wrong kind.
        """
        try:
            return msgspec.convert(self.data, wanted)
        except msgspec.ValidationError as fault:
            raise self._explain(fault, wanted) from fault

    def error(self, field: FieldPath, what: str) -> ConfigError:
        """An error about `field` (keys and list positions from the top), ready to be raised.

        `what` says what is wrong and how to mend it.
        """
        line = line_of(self.text, field)
        return ConfigError(f"{self.path}, line {line}, {dotted(field) or 'the file'}: {what}")

    def _explain(self, fault: msgspec.ValidationError, wanted: type[Any]) -> ConfigError:
        what, parts = _what_and_where(fault)
        field = self._named(parts, wanted, str(fault))
        if unknown := _UNKNOWN.search(what):
            return self.error((*field, unknown[1]), _unknown_key(unknown[1], _keys(wanted, field)))
        if missing := _MISSING.search(what):
            return self.error(field, f"`{missing[1]}` is missing; add a line `{missing[1]} = ...`")
        told = in_words(what, _type_at(wanted, field))
        key, _, rest = told.partition(" ")  # a rule of a whole table begins with the key it is about
        if key in _keys(wanted, field):
            return self.error((*field, key), rest)
        return self.error(field, told)

    def _named(self, parts: FieldPath, wanted: type[Any], fault: str) -> FieldPath:
        """`parts` with each `...` (a key that msgspec does not tell) replaced by the key at fault."""
        data: Any = self.data
        named: FieldPath = ()
        for part in parts:
            key = self._culprit(named, data, wanted, fault) if part == "..." else part
            named = (*named, key)
            data = data.get(key, {}) if isinstance(data, Mapping) else data[key]
        return named

    def _culprit(self, parent: FieldPath, table: Mapping[str, Any], wanted: type[Any], fault: str) -> str:
        return next((key for key in table if self._fails_with(parent, key, wanted, fault)), "...")

    def _fails_with(self, parent: FieldPath, key: str, wanted: type[Any], fault: str) -> bool:
        """Whether the same fault shows with `key` as the only entry of the table at `parent`."""
        try:
            msgspec.convert(_only(self.data, parent, key), wanted)
        except msgspec.ValidationError as again:
            return str(again) == fault
        return False


def complaint(fault: msgspec.ValidationError, wanted: Any) -> str:  # noqa: ANN401 - a type, or an alias of one
    """What is wrong with an answer that is no `wanted`, for somebody who has just typed it."""
    what, field = _what_and_where(fault)
    return in_words(what, _type_at(wanted, field))


def dotted(field: FieldPath) -> str:
    """`("steps", 0, "at")` as a person writes it: `steps[1].at`; lists count from 1."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in field)
    return text.removeprefix(".")


def _only(data: Any, parent: FieldPath, key: str) -> Any:  # noqa: ANN401 - any TOML value
    if not parent:
        return {key: data[key]}
    head, *rest = parent
    inner = _only(data[head], tuple(rest), key)
    if isinstance(data, list):
        return [inner if place == head else value for place, value in enumerate(data)]
    return {**data, head: inner}


def _what_and_where(fault: msgspec.ValidationError) -> tuple[str, FieldPath]:
    match = _AT.match(str(fault))
    return (match["what"], _parts(match["path"] or "")) if match else (str(fault), ())


def _parts(spot: str) -> tuple[str | int, ...]:
    return tuple(
        name or ("..." if dots else int(place))
        for name, place, dots in (part.groups("") for part in _PART.finditer(spot))
    )


def _keys(wanted: Any, field: FieldPath) -> list[str]:  # noqa: ANN401 - a type, or an alias of one
    """The keys that the table at `field` may have, as far as the types tell."""
    inner = _type_at(wanted, field)
    struct = next(
        (one for one in (inner, *get_args(inner)) if hasattr(one, "__struct_encode_fields__")), None
    )
    return list(struct.__struct_encode_fields__) if struct is not None else []


def _type_at(wanted: Any, field: FieldPath) -> Any:  # noqa: ANN401 - a type, or an alias of one
    for part in field:
        wanted = _inner(wanted, part)
    return wanted


def _inner(wanted: Any, part: str | int) -> Any:  # noqa: ANN401 - a type, or an alias of one
    """The type of the value at `part` of a `wanted`; None where the types do not tell."""
    if hasattr(wanted, "__metadata__"):
        return _inner(wanted.__origin__, part)
    if isinstance(wanted, UnionType) or get_origin(wanted) is Union:
        inner = (_inner(one, part) for one in get_args(wanted))
        return next((one for one in inner if one is not None), None)
    if hasattr(wanted, "__struct_fields__"):
        return {field.encode_name: field.type for field in msgspec.structs.fields(wanted)}.get(str(part))
    arguments = [one for one in get_args(wanted) if one is not Ellipsis]
    return arguments[-1] if arguments else None


def _unknown_key(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1)
    if near:
        return f"unknown key; did you mean `{near[0]}`?"
    return "unknown key; known here: " + ", ".join(known) if known else "unknown key; remove it"


def _syntax(path: Path, fault: str) -> str:
    """A TOML syntax error, with the line where every other error has it."""
    match = re.match(r"(.*) \(at line (\d+), column (\d+)\)$", fault, re.DOTALL)
    if match:
        what = _TUPLE.sub(_table, match[1])
        return f"{path}, line {match[2]}, column {match[3]}: {what}; mend the TOML there"
    return f"{path}: {fault}; mend the TOML there"


def _table(keys: re.Match[str]) -> str:
    """A table as it stands in the file, where tomllib says `('sip', 'x')`."""
    return "[" + ".".join(re.findall("'([^']*)'", keys[0])) + "]"
