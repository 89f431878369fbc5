"""The complaints of msgspec about a value, in the words of the person who wrote the file."""

from __future__ import annotations

import re
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

_KIND = re.compile(r"Expected `([a-z| ]+)`, got `([a-z]+)`")
_BOUND = re.compile(r"Expected `(?:int|float)` (>=|<=) (-?[0-9.]+)")
_LENGTH = re.compile(r"Expected `(str|array|object)` of length (>= |<= )?(\d+)(?:, got (\d+))?")
_CHOICE = re.compile(r"Invalid enum value (.+)", re.DOTALL)
_BOUNDS = {">=": "or more", "<=": "or less"}
_PARTS = {"str": "characters", "array": "entries", "object": "entries"}
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list in [ ]",
    "object": "a table",
    "datetime": "a date",
    "date": "a date",
    "time": "a time of day",
}


def in_words(what: str, wanted: Any) -> str:  # noqa: ANN401 - a type, or an alias of one
    """The complaint `what` about a value that should be a `wanted`: what may stand there instead."""
    if kind := _KIND.fullmatch(what):
        return _another_kind(kind[1], kind[2])
    if bound := _BOUND.fullmatch(what):
        return f"should be {_from_to(wanted) or f'{bound[2]} {_BOUNDS[bound[1]]}'}"
    if length := _LENGTH.fullmatch(what):
        return _another_length(*length.groups())
    if choice := _CHOICE.fullmatch(what):
        some = _choices(wanted)
        return f"{choice[1]} is not one of {', '.join(some)}" if some else f"{choice[1]} is not known here"
    described = _note(wanted, "description") if "matching regex" in what else None
    return f"should be {described}" if described else what[:1].lower() + what[1:]


def _another_kind(wanted: str, found: str) -> str:
    kinds = [_KINDS.get(one, one) for one in wanted.split(" | ") if one != "null"]
    there = (
        "a number with a point" if found == "float" and "float" not in wanted else _KINDS.get(found, found)
    )
    return f"should be {' or '.join(kinds)}, not {there}"


def _another_length(kind: str, bound: str | None, count: str, there: str | None) -> str:
    if bound == ">= " and count == "1":
        return "should not be empty"
    least = {">= ": "at least ", "<= ": "at most ", None: ""}[bound]
    return f"should have {least}{count} {_PARTS[kind]}" + (f", not {there}" if there else "")


def _from_to(wanted: Any) -> str:  # noqa: ANN401 - a type, or an alias of one
    low, high = _note(wanted, "ge"), _note(wanted, "le")
    return f"from {low} to {high}" if low is not None and high is not None else ""


def _note(wanted: Any, name: str) -> Any:  # noqa: ANN401 - whatever the type was annotated with
    """The first `name` that a `msgspec.Meta` of the type, or of one of its kinds, has."""
    noted = (note for one in (wanted, *get_args(wanted)) for note in getattr(one, "__metadata__", ()))
    return next((found for note in noted if (found := getattr(note, name, None)) is not None), None)


def _choices(wanted: Any) -> list[str]:  # noqa: ANN401 - a type, or an alias of one
    if isinstance(wanted, UnionType) or get_origin(wanted) is Union:
        return [choice for one in get_args(wanted) for choice in _choices(one)]
    if get_origin(wanted) is Literal:
        return [str(one) for one in get_args(wanted)]
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return [str(one.value) for one in wanted]
    return []
