"""`sixring import`: a file from its bytes to its leads."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cadence.numbers import calling_code
from config.errors import UsageError
from store.imports import cleaning
from store.imports.accepted import Accepted
from store.imports.bulk import disk_apart, large_cache, no_garbage_hunts
from store.imports.mapping import map_columns
from store.imports.merge import Merged, Merger
from store.imports.normalise import LeadRow, Normaliser, Rejected, RowRules
from store.imports.reader import Table, Unread
from store.imports.rejects import RejectsFile
from store.imports.report import ImportOptions, Progress, Report
from store.imports.slices import Leftovers, Slicer, at_work, write_whole
from store.imports.source import Source
from store.store import Store

_FEW = 250  # rows that are written in a blink
_SOME = 10_000  # rows that are written while somebody opens the workstation
_TELL_EVERY = 5_000  # rows
_FILE_NAME = 255  # characters: no file system has longer ones


def run(store: Store, path: Path, options: ImportOptions, progress: Progress | None = None) -> Report:
    """Import `path`.

    All or nothing: one bad row, and no row is taken (`Report.refused`), unless
    `options.keep_going`. A server takes it as one transaction. An embedded
    database has one writer at a time: a large file goes in by slices, so short
    that nobody on shift notices, and all or nothing it is then too (`accepted`).
    With `keep_going` it goes in slices always.

    An inquiry that is here already is recognised (its contacts, time, source
    and campaign; without a time, the whole row) and changes nothing, also when
    the file has grown: running an import again completes it.

    Args:
        store: where to.
        path: a text table; see `reader.Table`.
        options: how to read it and what to do.
        progress: told now and then how far reading and writing are.

    Raises:
        UsageError: the file cannot be read as a table of leads, or an option is off.
        StoreError: the database failed; nothing of the transaction remains.
        SixringError: the rejects file cannot be written; with `keep_going` some rows may be in.
    """
    with no_garbage_hunts(), large_cache(store.core.engine):
        leftovers = Leftovers(store)
        while leftovers.step():
            pass
        return _Run(store, path, options, progress or _silent).go()


def _silent(phase: str, done: int, total: int) -> None:
    """No progress is wanted."""


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    flawed: int = 0
    new: int = 0
    joined: int = 0
    repeated: int = 0
    locked_ms: int = 0

    def add(self, merged: Merged) -> None:
        """Count one transaction."""
        self.new += merged.new
        self.joined += merged.joined
        self.repeated += merged.repeated
        self.locked_ms = max(self.locked_ms, merged.locked_ms)


class _Run:
    """One import."""

    def __init__(self, store: Store, path: Path, options: ImportOptions, progress: Progress) -> None:
        self._began = time.monotonic()
        self._store, self._options, self._progress = store, options, progress
        self._table = Table(path, encoding=options.encoding, delimiter=options.delimiter)
        self._mapping = map_columns(self._table.header, options.map)
        self._rejects = RejectsFile(_rejects_path(path, options), self._table.header)
        self._tally = _Tally()
        now = store.core.now()
        self._normaliser = Normaliser(self._mapping, _rules(options, now))
        self._source = self._named(now)
        self._merger = Merger(store, self._source)

    def go(self) -> Report:
        try:
            written = (
                self._slices() if self._options.keep_going and not self._options.dry_run else self._whole()
            )
            rejects_file = self._rejects.close()
        except BaseException:
            self._rejects.drop()
            raise
        return self._report(written, rejects_file)

    def _whole(self) -> bool:
        """Read everything before anything is written; whether something may have been."""
        rows = list(self._rows())
        if self._refused() or self._options.dry_run:
            self._tally.add(self._merger.preview(rows))
            return False
        self._progress("writing", 0, len(rows))
        if self._at_once(len(rows)) or self._merger.knows(rows):
            self._tally.add(self._merger.merge(rows))
        else:
            self._gently(rows)
        self._progress("writing", len(rows), len(rows))
        return True

    def _refused(self) -> bool:
        """Whether the bad rows keep the good ones out."""
        return self._rejects.count > 0 and not self._options.keep_going

    def _at_once(self, rows: int) -> bool:
        """Whether nobody minds so many rows in one transaction."""
        if self._store.core.engine.dialect != "sqlite":
            return True
        return rows <= (_FEW if at_work(self._store) else _SOME)

    def _gently(self, rows: list[LeadRow]) -> None:
        """All of `rows`, slice by slice, and all or nothing none the less."""
        accepted, source = Accepted.keep(self._store.core, self._source, rows)
        try:
            self._merger = Merger(self._store, source)
            self._merger.accept()
        except BaseException:
            accepted.done()
            raise
        done = 0
        for merged in write_whole(self._store, self._merger, accepted, rows):
            self._tally.add(merged)
            done += merged.rows
            self._progress("writing", done, len(rows))

    def _slices(self) -> bool:
        rows, rejected = self._rows(), 0
        with disk_apart(self._merger.engine) as settle:
            slicer = Slicer(self._store, self._merger, settle)
            while batch := slicer.take(rows):
                self._tally.add(slicer.write(batch, self._rejects.count - rejected))
                rejected = self._rejects.count
        return True

    def _rows(self) -> Iterator[LeadRow]:
        """The good rows; the others go to the rejects."""
        tally, rejects, normalise = self._tally, self._rejects, self._normaliser.row
        lines = self._table.survey.lines
        for row in self._table.rows():
            tally.rows += 1
            if tally.rows % _TELL_EVERY == 0:
                self._progress("reading", min(tally.rows, lines), lines)
            if isinstance(row, Unread):
                rejects.add(Rejected(row.line, "", row.reason, row.mend), row.cells)
                continue
            found = normalise(*row)
            if isinstance(found, Rejected):
                rejects.add(found, row[1])
                continue
            tally.flawed += found.flaws > 0
            yield found
        self._progress("reading", lines, lines)

    def _named(self, now: int) -> Source:
        options = self._options
        details = {
            "columns": {column.header: column.field for column in self._mapping.columns},
            "ignored": list(self._mapping.ignored),
            "encoding": self._table.survey.encoding,
            "delimiter": self._table.delimiter,
        }
        return Source(
            file=cleaning.line(self._table.path.name, _FILE_NAME),
            sha256=self._table.survey.sha256,
            by=options.by,
            started_at=now,
            cadence=options.cadence or "",
            details=json.dumps(details),
        )

    def _report(self, written: bool, rejects_file: Path | None) -> Report:
        tally = self._tally
        return Report(
            rows=tally.rows,
            new=tally.new,
            joined=tally.joined,
            repeated=tally.repeated,
            rejected=self._rejects.count,
            flawed=tally.flawed,
            written=written,
            refused=self._refused(),
            first_rejects=tuple(self._rejects.first),
            rejects_file=rejects_file,
            mapping=self._mapping,
            encoding=self._table.survey.encoding,
            delimiter=self._table.delimiter,
            sha256=self._table.survey.sha256,
            import_id=self._merger.import_id,
            locked_ms=tally.locked_ms,
            seconds=time.monotonic() - self._began,
        )


def _rules(options: ImportOptions, now: int) -> RowRules:
    if not calling_code(options.region):
        raise UsageError(f'no country is called "{options.region}"; --region wants two letters, as in US')
    if options.dates not in ("", "mdy", "dmy"):
        raise UsageError(f'--dates is mdy or dmy, not "{options.dates}"')
    try:
        zone = ZoneInfo(options.zone)
    except (KeyError, ValueError, OSError):
        raise UsageError(
            f'no time zone is called "{options.zone}"; write one like America/New_York'
        ) from None
    source, campaign = cleaning.line(options.source), cleaning.line(options.campaign)
    return RowRules(options.region, zone, now, options.dates, source, campaign)


def _rejects_path(path: Path, options: ImportOptions) -> Path:
    rejects = options.rejects or path.with_name(f"{path.stem}.rejects.csv")
    if rejects.resolve() == path.resolve():
        raise UsageError(
            f"the rejects cannot go to {rejects}, the file they come from; name another with --rejects"
        )
    return rejects
