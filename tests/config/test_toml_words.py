"""A value of another kind, size or number is told in the words of who wrote it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest

from config.toml import complaint


class Fields(msgspec.Struct):
    """One field of each kind that a settings file may have."""

    whole: int = 0
    share: float = 0.0
    yes: bool = False
    names: tuple[str, ...] = ()
    table: dict[str, int] = {}
    maybe: str | None = None
    either: int | list[int] = 0
    percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    title: Annotated[str, msgspec.Meta(min_length=1)] = "x"
    code: Annotated[str, msgspec.Meta(max_length=2)] = "x"
    pair: tuple[str, str] = ("a", "b")
    colour: Literal["red", "blue"] | None = None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("whole", "5", "should be a whole number, not a text in quotes"),
        ("whole", 1.5, "should be a whole number, not a number with a point"),
        ("share", True, "should be a number, not true or false"),
        ("yes", 1, "should be true or false, not a whole number"),
        ("names", "a", "should be a list in [ ], not a text in quotes"),
        ("table", 3, "should be a table, not a whole number"),
        ("maybe", 3, "should be a text in quotes, not a whole number"),
        ("either", "x", "should be a whole number or a list in [ ], not a text in quotes"),
        ("percent", 101, "should be from 0 to 100"),
        ("count", 0, "should be 1 or more"),
        ("title", "", "should not be empty"),
        ("code", "abc", "should have at most 2 characters"),
        ("pair", ["a"], "should have 2 entries, not 1"),
        ("colour", "green", "'green' is not one of red, blue"),
    ],
)
def test_it_says_what_may_stand_there(field: str, value: Any, said: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({field: value}, Fields)
    assert complaint(caught.value, Fields) == said
