"""`sixring import`: leads out of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.lazy import Command, State, pass_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.settings import Settings
    from store.imports.mapping import Mapping
    from store.imports.report import ImportOptions, Report

_SHOWN = 5
_PATH = click.Path(path_type=Path)


@click.command(
    cls=Command,
    example=(
        "sixring import leads.csv --dry-run\n"
        "sixring import leads.csv --source 'web form' --map 'phone=Best phone'"
    ),
)
@click.argument("file", type=_PATH)
@click.option("--dry-run", is_flag=True, help="Read, compare and report; write nothing but the rejects.")
@click.option("--keep-going", is_flag=True, help="Take the good rows of a file that has bad ones.")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="FIELD=HEADER",
    help="Which column is which field; may be repeated.",
)
@click.option("--source", default="", help="Where the leads come from, where a row does not say.")
@click.option("--campaign", default="", help="Their campaign, where a row does not say.")
@click.option(
    "--cadence",
    default="",
    metavar="NAME",
    help="The cadence they start; default: their campaign's, or the floor's.",
)
@click.option(
    "--region", default="", metavar="CC", help="Country of numbers without one; default: the firm's."
)
@click.option(
    "--dates",
    type=click.Choice(["mdy", "dmy"]),
    help="How 3/4/2026 is meant; default: by region.",
)
@click.option("--encoding", default="", help="Of the file; default: found out.")
@click.option("--delimiter", default="", help="Of the file; default: found out.")
@click.option("--rejects", type=_PATH, help="Where bad rows go; default: FILE.rejects.csv beside it.")
@click.option("--by", default="", metavar="LOGIN", help="Who imports; default: [rep] login.")
@click.option("--json", "as_json", is_flag=True, help="The report as one JSON object (docs/json.md).")
@pass_state
def command(state: State, /, file: Path, as_json: bool, **words: Any) -> int:  # noqa: ANN401  one a click option, see `_options`
    """Bring leads in from a CSV or TSV file.

    Encoding, delimiter and headers are found out and shown. A person we have
    is joined: the new inquiry ranks the old lead anew. Bad rows go to a file
    with the reason of each, and then nothing is imported unless --keep-going.
    Importing a file twice changes nothing. Beside reps at work it is written
    in small steps that none of them notices, and is all or nothing none the
    less. Exits 1 where rows were refused.
    """
    from cli.output import json_line
    from cli.progress import progress_bar
    from cli.session import opened, settings_of
    from config.errors import UsageError

    options = _options(settings_of(state.home), words)
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name the CSV or TSV file with the leads.")
    if not file.is_file():  # before a store is made for nothing
        raise UsageError(f"There is no file {file}; name the CSV or TSV file with the leads.")
    from store.imports.run import run

    with opened(state.home, create=True) as store, progress_bar() as progress:
        report = run(store, file, options, progress)
    if as_json:
        json_line(_record(report))
    else:
        _tell(report)
    return 1 if report.refused else 0


def _options(settings: Settings, words: dict[str, Any]) -> ImportOptions:
    from store.imports.mapping import parse_overrides
    from store.imports.report import ImportOptions

    return ImportOptions(
        region=words["region"].upper() or settings.firm.region,
        zone=settings.firm.zone,
        map=parse_overrides(words["maps"]),
        encoding=words["encoding"],
        delimiter=words["delimiter"],
        dates=words["dates"] or "",
        source=words["source"],
        campaign=words["campaign"],
        cadence=words["cadence"],
        keep_going=words["keep_going"],
        dry_run=words["dry_run"],
        rejects=words["rejects"],
        by=words["by"] or settings.rep.login,
    )


def _record(report: Report) -> dict[str, object]:
    return {
        "rows": report.rows,
        "new": report.new,
        "joined": report.joined,
        "repeated": report.repeated,
        "rejected": report.rejected,
        "flawed": report.flawed,
        "written": report.written,
        "rejects_file": None if report.rejects_file is None else str(report.rejects_file),
        "columns": {column.header: column.field for column in report.mapping.columns},
        "ignored": list(report.mapping.ignored),
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "sha256": report.sha256,
        "import_id": report.import_id,
        "seconds": round(report.seconds, 3),
    }


def _tell(report: Report) -> None:
    from textwrap import wrap

    from cli.output import line
    from config.text import for_terminal

    line(f"read as {report.encoding}, columns split by {report.delimiter!r}")
    for title, names in _columns(report.mapping):
        if names:
            said = for_terminal(f"{title}: {', '.join(names)}")
            for row in wrap(said, initial_indent="  ", subsequent_indent="    "):
                line(row)
    rows = "1 row" if report.rows == 1 else f"{report.rows} rows"
    known = f"{report.joined} joined to a lead, {report.repeated} known already"
    line(f"{rows}: {report.new} new, {known}, {report.rejected} rejected")
    if report.flawed:
        line(f"{report.flawed} rows had something unusable; it went to the notes of the lead")
    for reject in report.first_rejects[:_SHOWN]:
        line(f"  line {reject.line}: {reject.field or 'row'}: {reject.reason}; {reject.mend}")
    if report.rejects_file is not None:
        line(f"rejected rows, each with its reason: {report.rejects_file}")
    if report.refused:
        line("Nothing was imported: mend the rejected rows, or take the good ones with --keep-going.")
    elif not report.written:
        line("Nothing was written: that was a dry run.")


def _columns(mapping: Mapping) -> Iterator[tuple[str, list[str]]]:
    """The columns of the file by what became of them, each in the words that are news to the reader."""
    plain, taken, said = [], [], []
    for column in sorted(mapping.columns, key=lambda column: column.index):
        field = f"{column.field} ({column.kind})" if column.kind else column.field
        if not column.guessed:
            said.append(f"{column.header} -> {field}")
        elif column.header.strip().casefold() == column.field:
            plain.append(field)
        else:
            taken.append(f"{column.header} -> {field}")
    yield "taken by their names", plain
    yield "taken as", taken
    yield "taken as you said", said
    yield "not used", list(mapping.ignored)
