"""Files as the world sends them, and what is read of them."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import SixringError, UsageError
from store.imports.reader import Table, Unread

ROWS = [["name", "phone", "city"], ["Zoë Müller", "415-555-0123", "Köln"], ["Ana", "212-555-0100", ""]]


def write(folder: Path, data: bytes | str, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def cells(table: Table) -> list[list[str]]:
    return [row[1] for row in table.rows() if not isinstance(row, Unread)]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("cp1252", b""),
        ("latin-1", b""),
    ],
)
def test_reads_every_common_encoding_without_being_told(tmp_path: Path, encoding: str, mark: bytes) -> None:
    text = "\r\n".join(",".join(row) for row in ROWS)
    table = Table(write(tmp_path, mark + text.encode(encoding)))
    assert table.header == ROWS[0]
    assert cells(table) == ROWS[1:]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1251", "Иван Петрович Сидоров"),
        ("cp1250", "Małgorzata Wójcik z Łodzi, święta żółć"),
    ],
)
def test_reads_the_old_code_pages_of_other_scripts(tmp_path: Path, encoding: str, name: str) -> None:
    text = "name,phone\n" + "".join(f'"{name}",+7 495 123-45-{n}\n' for n in range(10, 40))
    assert cells(Table(write(tmp_path, text.encode(encoding))))[0][0] == name


def test_finds_cp1252_by_one_letter_in_the_last_line_of_a_long_file(tmp_path: Path) -> None:
    text = "name,phone\n" + "Ana,212-555-0100\n" * 40_000 + "Zoë,415-555-0123\n"
    assert cells(Table(write(tmp_path, text.encode("cp1252"))))[-1][0] == "Zoë"


def test_a_stated_encoding_overrules_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "name,phone\nŁukasz,1\n".encode("cp1250"))
    assert cells(Table(path, encoding="cp1250"))[0][0] == "Łukasz"
    with pytest.raises(UsageError, match="not text in utf-8"):
        Table(path, encoding="utf-8")
    with pytest.raises(UsageError, match='no encoding is called "klingon"'):
        Table(path, encoding="klingon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter_also_in_ragged_files(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["Name", "Phone", "Notes"]) + "\n"
    text += delimiter.join(["Ana", "212-555-0100"]) + "\n"
    text += delimiter.join(["Bob", "415-555-0123", '"a, b; c | d"']) + "\n"
    table = Table(write(tmp_path, text))
    assert table.delimiter == delimiter
    assert cells(table) == [["Ana", "212-555-0100", ""], ["Bob", "415-555-0123", "a, b; c | d"]]


def test_a_single_column_is_a_table(tmp_path: Path) -> None:
    table = Table(write(tmp_path, "phone\n415-555-0123\n\n212-555-0100\n"))
    assert list(table.rows()) == [(2, ["415-555-0123"]), (4, ["212-555-0100"])]


def test_obeys_excels_own_separator_line(tmp_path: Path) -> None:
    table = Table(write(tmp_path, "sep=;\nname;phone\nAna;212-555-0100\n"))
    assert list(table.rows()) == [(3, ["Ana", "212-555-0100"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_byte_order_mark_is_none_of_the_text_when_the_encoding_was_stated(
    tmp_path: Path, encoding: str
) -> None:
    path = write(tmp_path, '\ufeffsep=;\n"name";"phone"\nAna;212-555-0100\n'.encode(encoding))
    assert Table(path, encoding=encoding).header == ["name", "phone"]
    path = write(tmp_path, '\ufeff"name";"phone"\nAna;212-555-0100\n'.encode(encoding))
    assert Table(path, encoding=encoding).header == ["name", "phone"]


def test_the_empty_rows_below_a_sheet_are_no_rows(tmp_path: Path) -> None:
    table = Table(write(tmp_path, "name,phone\nAna,1\n,\n , \n,,,\nBob,2\n"))
    assert list(table.rows()) == [(2, ["Ana", "1"]), (6, ["Bob", "2"])]


def test_line_numbers_are_those_of_the_file_whatever_ends_a_line(tmp_path: Path) -> None:
    text = '\n\nname,notes\r\n\r\nAna,"one\r\ntwo\r\nthree"\r\nBob,"x\u2028y"\r\nCid,z\r\n'
    found = [row[0] for row in Table(write(tmp_path, text)).rows() if isinstance(row, tuple)]
    assert found == [5, 8, 9]
    lines = text.encode().split(b"\n")
    assert [lines[number - 1][:3] for number in found] == [b"Ana", b"Bob", b"Cid"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"  \r\n\n", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"PK\x03\x04\x14\x00", "spreadsheet .* zip .*save as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"SQLite format 3\x00", "SQLite"),
        (b",,,\n1,2,3,4\n", "no header"),
    ],
)
def test_what_is_no_table_is_refused_with_the_mend(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Table(write(tmp_path, data))


def test_a_missing_file_and_a_folder_are_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*No such file"):
        Table(tmp_path / "none.csv")
    with pytest.raises(UsageError, match=r"cannot read .*directory"):
        Table(tmp_path)


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert list(Table(write(tmp_path, "name,phone\n")).rows()) == []


def test_a_ten_megabyte_field_costs_its_row_and_not_the_file(tmp_path: Path) -> None:
    table = Table(write(tmp_path, "name,phone\nAna," + "9" * 10_000_000 + "\nBob,415-555-0123\n"))
    bad, good = table.rows()
    assert isinstance(bad, Unread)
    assert bad.line == 2
    assert "more than 131,072 characters" in bad.reason
    assert good == (3, ["Bob", "415-555-0123"])


def test_a_quotation_mark_that_never_closes_does_not_swallow_the_file_in_silence(tmp_path: Path) -> None:
    table = Table(write(tmp_path, 'name,phone\n"Ana,1\n' + "Bob,415-555-0123\n" * 2_000))
    [bad] = table.rows()
    assert isinstance(bad, Unread)
    assert (bad.line, bad.reason) == (2, "runs on to line 2002")


def test_too_many_fields_are_a_bad_row_unless_they_are_empty(tmp_path: Path) -> None:
    table = Table(write(tmp_path, "name,phone\nAna,1,,\nBob,2,oops\n"))
    good, bad = table.rows()
    assert good == (2, ["Ana", "1"])
    assert isinstance(bad, Unread)
    assert "3 fields where the header has 2" in bad.reason


def test_a_file_without_any_line_break_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no CSV table"):
        Table(write(tmp_path, b"x" * (17 << 20)))


@settings(max_examples=150)
@given(data=st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_sentence(tmp_path: Path, data: bytes) -> None:
    said, rows = "", []
    try:
        rows = list(Table(write(tmp_path, data)).rows())
    except SixringError as error:
        said = str(error)
    assert "\n" not in said
    assert all(isinstance(row, (tuple, Unread)) for row in rows)


cell = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=100)
@given(rows=st.lists(st.tuples(cell, cell, cell), min_size=1, max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_what_was_written_is_what_is_read(
    tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str
) -> None:
    quoted = [delimiter.join('"' + text.replace('"', '""') + '"' for text in row) for row in rows]
    text = "\n".join([delimiter.join(["name", "phone", "notes"]), *quoted])
    assert cells(Table(write(tmp_path, text))) == [list(row) for row in rows]
