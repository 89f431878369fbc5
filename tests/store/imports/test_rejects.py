"""The rows that were not taken, in a file to mend and import again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.imports import GOOD, KEEP, counts

from config.errors import SixringError
from store.imports.rejects import COLUMNS
from store.imports.report import Report
from store.store import Store


def test_all_or_nothing_with_the_bad_rows_in_a_file_to_mend(
    store: Store, load: Callable[..., Report], tmp_path: Path
) -> None:
    report = load(GOOD + 'Ana,415-555-2671,,\n"=cmd()",sip:x@y,,\nBob,,,\n')
    assert report.refused
    assert counts(report) == (1, 0, 0, 2)
    assert store.leads.count() == 0
    assert report.rejects_file == tmp_path / "leads.rejects.csv"
    with report.rejects_file.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["rejected_line"], row["rejected_field"], row["name"]) for row in rows] == [
        ("3", "phone", "'=cmd()"),
        ("4", "", "Bob"),
    ]
    assert [reject.line for reject in report.first_rejects] == [3, 4]


def test_the_rejects_once_mended_are_imported_as_they_are(store: Store, load: Callable[..., Report]) -> None:
    report = load(GOOD + "Ana,415-555-2671,,\nBob,555,,\n", KEEP)
    assert report.rejects_file is not None
    mended = report.rejects_file.read_text("utf-8").replace(",555,", ",212-555-0101,")
    assert counts(load(mended, name="mended.csv")) == (1, 0, 0, 0)


def test_a_rejected_row_is_kept_as_it_was_also_one_that_was_too_wide_or_could_start_a_formula(
    store: Store, load: Callable[..., Report]
) -> None:
    report = load(GOOD + "-Ana,+1 (415) 555-2671,,soon\nBob,212-555-0101,,,more\n")
    assert report.rejects_file is not None
    written = report.rejects_file.read_text("utf-8")
    assert "Bob,212-555-0101,,,more" in written
    mended = written.replace(",soon", ",2026-03-04").replace(",,,more", ",,")
    assert counts(load(mended, name="mended.csv")) == (2, 0, 0, 0)
    [ana] = store.leads.find("Ana")
    assert (ana.name, ana.phones[0].e164) == ("-Ana", "+14155552671")


def test_what_is_rejected_twice_has_its_reason_once(store: Store, load: Callable[..., Report]) -> None:
    first = load(GOOD + "Ana,sip:x@y,,\n").rejects_file
    assert first is not None
    second = load(first.read_text("utf-8").replace("sip:x@y", "*67"), name="again.csv").rejects_file
    assert second is not None
    with second.open(newline="", encoding="utf-8") as file:
        header, row = csv.reader(file)
    assert header == [*COLUMNS, *GOOD.strip().split(",")]
    assert (row[0], row[4:]) == ("2", ["Ana", "*67", "", ""])


def test_rejects_that_cannot_be_written_stop_the_import(
    store: Store, load: Callable[..., Report], tmp_path: Path
) -> None:
    options = replace(KEEP, rejects=tmp_path / "missing" / "r.csv")
    with pytest.raises(SixringError, match="cannot write the rejects file"):
        load(GOOD + "Ana,415-555-2671,,\nBob,,,\n", options)
    assert store.leads.count() == 0
