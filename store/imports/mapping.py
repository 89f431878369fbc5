"""Which column is which field of a lead: guessed from the header, overruled by `--map`, shown to the user."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from config.errors import UsageError
from config.text import for_terminal
from store.imports.header_words import FIELDS, MANY, field_of, phone_kind

_ALIASES = {
    "region": "state",
    "zip": "postal_code",
    "timezone": "zone",
    "created_at": "arrived_at",
    "mail": "email",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column that fills a field."""

    field: str
    index: int  # from 0
    header: str
    guessed: bool  # by its header word; False: the user said so
    kind: str = ""  # of a phone column: mobile, work, home


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns in use, and the headers of those that are not."""

    columns: tuple[Column, ...]
    ignored: tuple[str, ...]

    def phones(self) -> tuple[Column, ...]:
        """The phone columns, in the order their numbers are tried."""
        return tuple(column for column in self.columns if column.field == "phone")


Override = tuple[str, str]


def parse_overrides(words: Sequence[str]) -> tuple[Override, ...]:
    """`["phone=Mobile No", "name=#2"]` as pairs; `#2` is the second column, `field=` drops a guess.

    Raises:
        UsageError: a word without `=`, or a field no lead has.
    """
    pairs = []
    for word in words:
        field, equals, header = word.partition("=")
        field = field.strip().lower()
        field = _ALIASES.get(field, field)
        if not equals:
            raise UsageError(
                f'--map wants field=Header, not "{for_terminal(word)}"; for example --map phone="Mobile No"'
            )
        if field not in FIELDS:
            raise UsageError(
                f'--map: a lead has no field "{for_terminal(field)}"{_nearest(field, FIELDS)}; '
                f"fields are {', '.join(FIELDS)}"
            )
        pairs.append((field, header.strip()))
    return tuple(pairs)


def map_columns(header: Sequence[str], overrides: Sequence[Override] = ()) -> Mapping:
    """Decide the columns of a file with this header.

    Raises:
        UsageError: an override names no column, a header in use stands twice,
            or no column can hold a phone number or a mail address.
    """
    said = [
        Column(
            field,
            index,
            header[index],
            guessed=False,
            kind=phone_kind(header[index]) if field == "phone" else "",
        )
        for field, name in overrides
        if name
        for index in [_find(header, name)]
    ]
    decided = {field for field, _ in overrides}
    taken = {column.index for column in said}
    columns = _single_valued(said, header) + _guess(header, decided, taken)
    if not any(column.field in ("phone", "email") for column in columns):
        names = ", ".join(f'"{for_terminal(name)}"' for name in header[:12])
        raise UsageError(
            f"no column looks like a phone number or a mail address among {names}; "
            "name one with --map phone=Header, or add a header line if the file has none"
        )
    used = {column.index for column in columns}
    ignored = tuple(name for index, name in enumerate(header) if name and index not in used)
    return Mapping(
        tuple(sorted(columns, key=lambda column: (FIELDS.index(column.field), column.index))), ignored
    )


def _find(header: Sequence[str], name: str) -> int:
    """The index of the column called `name`, or numbered `#n` from 1."""
    if name.startswith("#") and name[1:].isdecimal():
        if not 1 <= int(name[1:]) <= len(header):
            raise UsageError(f"--map: there is no column {name}; the file has {len(header)}")
        return int(name[1:]) - 1
    wanted = name.casefold()
    matches = [index for index, title in enumerate(header) if title.casefold() == wanted]
    if not matches:
        raise UsageError(f'--map: the file has no column "{for_terminal(name)}"{_nearest(name, header)}')
    if len(matches) > 1:
        raise UsageError(
            f'--map: two columns are called "{for_terminal(name)}"; '
            f"say which as #{matches[0] + 1} or #{matches[1] + 1}"
        )
    return matches[0]


def _nearest(word: str, known: Sequence[str]) -> str:
    by_fold = {name.casefold(): name for name in known if name}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1)
    return f'; did you mean "{for_terminal(by_fold[close[0]])}"?' if close else ""


def _single_valued(said: list[Column], header: Sequence[str]) -> list[Column]:
    counts = Counter(column.field for column in said if column.field not in MANY)
    twice = next((field for field, count in counts.items() if count > 1), None)
    if twice is not None:
        raise UsageError(f"--map: {twice} can be one column only, and {counts[twice]} were named")
    indexes = Counter(column.index for column in said)
    shared = next((index for index, count in indexes.items() if count > 1), None)
    if shared is not None:
        raise UsageError(
            f'--map: column "{for_terminal(header[shared])}" was named for two fields; a column is one field'
        )
    return said


def _guess(header: Sequence[str], decided: set[str], taken: set[int]) -> list[Column]:
    """The best-named column for each field the user has not decided."""
    candidates: dict[str, list[tuple[int, int]]] = {}
    for index, title in enumerate(header):
        known = field_of(title)
        if known is not None and index not in taken and known[0] not in decided:
            candidates.setdefault(known[0], []).append((known[1], index))
    columns = []
    for field, ranked in candidates.items():
        if field in MANY:
            columns += [
                Column(field, index, header[index], True, phone_kind(header[index])) for _, index in ranked
            ]
            continue
        best, *others = sorted(ranked)
        if others and others[0][0] == best[0]:
            raise UsageError(
                f'the header "{for_terminal(header[best[1]])}" stands twice '
                f"(columns {best[1] + 1} and {others[0][1] + 1}); "
                f"rename one, or say --map {field}=#{best[1] + 1}"
            )
        columns.append(Column(field, best[1], header[best[1]], True))
    return columns
