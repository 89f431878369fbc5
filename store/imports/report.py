"""What an import was asked to do, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from store.imports.mapping import Mapping, Override
from store.imports.normalise import Rejected

Progress = Callable[[str, int, int], None]  # 'reading' or 'writing', done, of how many


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be read and what becomes of it."""

    region: str = "US"  # of numbers without a country, and of the order of dates: ISO 3166 alpha-2
    zone: str = "America/New_York"  # of times without an offset: the firm's
    map: tuple[Override, ...] = ()  # see `mapping.parse_overrides`
    encoding: str = ""  # empty: found out
    delimiter: str = ""  # empty: found out
    dates: str = ""  # 'mdy' or 'dmy'; empty: by region
    source: str = ""  # for rows that state none
    campaign: str = ""
    cadence: str | None = None  # None: their campaign's, or the floor's own
    keep_going: bool = False  # take the good rows of a file that has bad ones, slice by slice
    dry_run: bool = False  # read, compare, report; write nothing but the rejects
    rejects: Path | None = None  # None: `leads.rejects.csv` beside `leads.csv`
    by: str = ""  # login of who imports


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an import. Every row of the file is one of new, joined, repeated and rejected."""

    rows: int
    new: int
    joined: int  # another inquiry of a lead we have, or of one earlier in the file
    repeated: int  # inquiries that were imported before: nothing was written for them
    rejected: int
    flawed: int  # of those taken: rows with something unusable that went to the notes
    written: bool  # False: a dry run, or `refused`
    refused: bool  # because of the bad rows the good ones were left out, or would be
    first_rejects: tuple[Rejected, ...]  # the first few; all of them are in the file
    rejects_file: Path | None
    mapping: Mapping
    encoding: str
    delimiter: str
    sha256: str
    import_id: int | None  # None: nothing was written
    locked_ms: int  # the longest the store was kept from other writers
    seconds: float
