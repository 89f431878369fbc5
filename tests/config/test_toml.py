"""Every complaint about a TOML file names file, line, field and mend."""

from pathlib import Path

import msgspec
import pytest

from config.errors import ConfigError
from config.toml import Document, dotted, read
from config.toml_lines import line_of


class Row(msgspec.Struct, forbid_unknown_fields=True):
    hours: str = ""
    count: int = 0


class File(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    rows: dict[str, Row] = {}
    steps: list[Row] = []
    maybe: Row | None = None


TEXT = '''name = "a"
[rows.FL]
hours = "8-20"
[rows.TX]
count = 3
[[steps]]
hours = """
count = no line of ours
"""
[[steps]]
count = 5
'''


def fault(tmp_path: Path, text: str) -> str:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        read(path, File)
    return str(raised.value).removeprefix(f"{tmp_path}/")


def test_a_good_file_becomes_its_type(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("\ufeff" + TEXT.replace("\n", "\r\n"), encoding="utf-8")
    assert read(path, File).rows["TX"].count == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "count = 5",
            'count = "5"',
            "x.toml, line 11, steps[2].count: should be a whole number, not a text in quotes",
        ),
        ("count = 5", "cuont = 5", "x.toml, line 11, steps[2].cuont: unknown key; did you mean `count`?"),
        (
            "count = 3",
            "count = 3.5",
            "x.toml, line 5, rows.TX.count: should be a whole number, not a number with a point",
        ),
        ("count = 3", "zebra = 3", "x.toml, line 5, rows.TX.zebra: unknown key; known here: hours, count"),
        ('name = "a"', "", "x.toml, line 1, the file: `name` is missing; add a line `name = ...`"),
        (
            "[rows.TX]",
            "[maybe]\nhourz = 1\n[rows.TX]",
            "x.toml, line 5, maybe.hourz: unknown key; did you mean `hours`?",
        ),
        ('hours = "8-20"', "hours = ", "x.toml, line 3, column 9: Invalid value; mend the TOML there"),
    ],
)
def test_an_error_names_line_field_and_mend(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert fault(tmp_path, TEXT.replace(old, new, 1)) == said


def test_a_table_that_stands_there_twice_is_named_as_it_stands_there(tmp_path: Path) -> None:
    said = fault(tmp_path, TEXT + "[rows.TX]\n")
    assert said == "x.toml, line 12, column 9: Cannot declare [rows.TX] twice; mend the TOML there"


def test_a_missing_and_an_undecodable_file_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read"):
        read(tmp_path / "nowhere.toml", File)
    (tmp_path / "latin.toml").write_bytes(b'# a name\nname = "\xe9"')
    with pytest.raises(ConfigError, match=r"latin\.toml, line 2: byte 17 is not UTF-8; save the"):
        read(tmp_path / "latin.toml", File)


def test_a_reader_with_rules_of_its_own_names_the_line_too(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(TEXT, encoding="utf-8")
    error = Document.open(path).error(("steps", 1, "count"), "too many; write less")
    assert str(error) == f"{path}, line 11, steps[2].count: too many; write less"


def test_a_field_in_an_inline_table_is_reported_where_its_key_begins() -> None:
    assert line_of("a = 1\nb = { c = 1 }\n", ("b", "c")) == 2
    assert dotted(("b", 0, "c")) == "b[1].c"
