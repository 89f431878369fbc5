"""One row of a file into one lead, or into the reason why not. Pure: no store, no clock of its own.

A row is refused when nobody could be reached by it, when it tries to be
something else than data, or when a date or amount it states cannot be read. A
phone or mail that is no good beside another that is does not cost the lead:
what was written is kept in the notes and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from config.clock import DAY
from config.text import from_cell
from store.imports import cleaning, contacts
from store.imports.header_words import FIELDS
from store.imports.mapping import Mapping
from store.imports.moments import EARLIEST, MONTH_FIRST_REGIONS, moment
from store.imports.places import country_code, state_code, zone_name
from store.records import NewLead, NewPhone

_AMOUNT = re.compile(r"[-+]?\d+(?:[ ,.'\u2019\u00a0\u202f]\d{3})*(?:[.,]\d{1,2})?", re.ASCII).fullmatch
_CENTS = re.compile(r"[.,]\d{1,2}$")
_CURRENCY = re.compile(r"^(?:[A-Z]{3}|[$€£¥])\s*|\s*(?:[A-Z]{3}|[$€£¥])$")
# Fields that are one line of any text.
_PLAIN = (
    "name", "first_name", "last_name", "company", "title",
    "state", "postal_code", "source", "campaign", "owner",
)  # fmt: skip
_MOST = 2**53  # a value beyond this is a phone number in the wrong column


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: where, which field, why, and what to do about it."""

    line: int
    field: str  # empty: the row as a whole
    reason: str
    mend: str


@dataclass(frozen=True, slots=True)
class RowRules:
    """What a file cannot say about itself."""

    region: str  # of numbers without a country: ISO 3166 alpha-2
    zone: ZoneInfo  # of times without an offset
    now: int  # ms UTC
    dates: str = ""  # 'mdy' or 'dmy'; empty: by region
    source: str = ""  # for rows that state none
    campaign: str = ""

    @property
    def month_first(self) -> bool:
        """Whether `3/4/2026` is the fourth of March."""
        return self.dates == "mdy" or (not self.dates and self.region in MONTH_FIRST_REGIONS)


class LeadRow(NamedTuple):
    """A row that was taken. Texts are clean, numbers E.164, times ms UTC."""

    line: int
    ref: str  # the identity of this inquiry, the same whenever the row is read
    phones: tuple[tuple[str, str], ...]  # E.164 and kind, in the order of trying
    email: str
    name: str
    company: str
    title: str
    country: str
    region: str
    postal_code: str
    zone: str
    source: str
    campaign: str
    value: int
    owner: str
    consent: str
    notes: str
    arrived_at: int | None  # None: the file does not say
    flaws: int  # things in the row that could not be used and went to the notes

    def lead(self, import_id: int | None) -> NewLead:
        """As the store's ordinary door takes it."""
        _, ref, phones, email, *texts, arrived_at, _ = self
        return NewLead(
            email=email,
            phones=tuple(NewPhone(number, kind) for number, kind in phones),
            arrived_at=arrived_at,
            ref=ref,
            import_id=import_id,
            **dict(zip(_TEXTS, texts, strict=True)),  # type: ignore[arg-type]
        )


_TEXTS = LeadRow._fields[4:-2]


class _Refuse(Exception):  # noqa: N818 - a way out of one row, not an error
    def __init__(self, field: str, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.field, self.reason, self.mend = field, reason, mend


class Normaliser:
    """Rows of one file into leads.

    A missing column has the index -1, which is an empty cell put behind the row.
    """

    def __init__(self, mapping: Mapping, rules: RowRules) -> None:
        self._rules, self._month_first = rules, rules.month_first
        self._phone_columns = [(column.index, column.kind) for column in mapping.phones()]
        self._at = dict.fromkeys(FIELDS, -1) | {column.field: column.index for column in mapping.columns}
        self._plain = itemgetter(*(self._at[field] for field in _PLAIN))
        self._undated: dict[str, int] = {}  # rows without a date that are equal, and how many there were

    def row(self, line: int, cells: list[str]) -> LeadRow | Rejected:
        """The lead in `cells`, which are as many as the header has."""
        try:
            return self._row(line, [*cells, ""])
        except _Refuse as no:
            return Rejected(line, no.field, no.reason, no.mend)

    def _row(self, line: int, cells: list[str]) -> LeadRow:
        cells, tidy = _opened(cells)
        at, flaws = self._at, list[str]()
        country = _code("country", country_code, raw, flaws) if (raw := cells[at["country"]]) else ""
        phones = self._phones(cells, country or self._rules.region, flaws)
        email = self._email(raw, flaws) if (raw := cells[at["email"]]) else ""
        if not phones and not email:
            raise self._nobody(cells)
        arrived_at = self._arrived_at(raw) if (raw := cells[at["arrived_at"]]) else None
        said = self._said(cells, country, tidy, flaws)
        *_, source, campaign, _, _, _ = said
        notes = cells[at["notes"]].strip() if tidy else cleaning.paragraph(cells[at["notes"]])
        who = "\x1f".join([number for number, _ in phones] + [email])
        if arrived_at is None:
            ref = self._undated_ref(f"{who}\x1e{said}\x1e{notes}")
        else:
            ref = _ref(f"{who}\x1e{arrived_at}\x1e{source}\x1e{campaign}")
            arrived_at = min(arrived_at, self._rules.now)
        if flaws:
            notes = "\n".join([notes, *flaws] if notes else flaws)
        row = LeadRow._make((line, ref, phones, email, *said, notes, arrived_at, len(flaws)))
        return row if source and campaign else self._with_defaults(row)

    def _said(self, cells: list[str], country: str, tidy: bool, flaws: list[str]) -> tuple[str | int, ...]:
        """What the row says of the lead itself, from its name to its consent, in the order of `LeadRow`."""
        at, clean = self._at, str.strip if tidy else cleaning.line
        name, first, last, company, title, state, postal_code, source, campaign, owner = map(
            clean, self._plain(cells)
        )
        return (
            name or f"{first} {last}".strip(),
            company,
            title,
            country,
            state_code(state, country) if state else "",
            postal_code,
            _code("time zone", zone_name, raw, flaws) if (raw := cells[at["zone"]]) else "",
            source,
            campaign,
            self._value(raw) if (raw := cells[at["value"]]) else 0,
            owner,
            cells[at["consent"]].strip() if tidy else cleaning.line(cells[at["consent"]], cleaning.CONSENT),
        )

    def _with_defaults(self, row: LeadRow) -> LeadRow:
        source, campaign = self._rules.source, self._rules.campaign
        if source or campaign:
            return row._replace(source=row.source or source, campaign=row.campaign or campaign)
        return row

    def _undated_ref(self, content: str) -> str:
        """Equal rows without a date are told apart by their count: the second of them is a second inquiry."""
        ref = _ref(content)
        count = self._undated[ref] = self._undated.get(ref, 0) + 1
        return ref if count == 1 else f"{ref}.{count}"

    def _phones(self, cells: list[str], region: str, flaws: list[str]) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for index, kind in self._phone_columns:
            raw = cells[index].strip()
            if not raw:
                continue
            try:
                read = contacts.phone(raw, region)
            except contacts.Hostile as why:
                if raw.lower() in contacts.NOTHING:
                    continue
                raise _Refuse(
                    "phone", f'"{_quoted(raw)}" {why}', "write the number alone, with its country code"
                ) from None
            if read is None:
                if raw.lower() not in contacts.NOTHING:
                    flaws.append(f"phone as given: {_quoted(raw)}")
                continue
            number, extension = read
            found.setdefault(number, kind)
            if extension:
                flaws.append(f"{number} has extension {extension}")
        return tuple(found.items())

    def _email(self, raw: str, flaws: list[str]) -> str:
        raw = raw.strip()
        if not raw:
            return ""
        address = contacts.email(raw)
        if address is None:
            if raw.lower() not in contacts.NOTHING:
                flaws.append(f"email as given: {_quoted(raw)}")
            return ""
        return address

    def _nobody(self, cells: list[str]) -> _Refuse:
        """Why nobody can be reached by this row."""
        for index, _ in self._phone_columns:
            raw = cells[index].strip()
            if raw and raw.lower() not in contacts.NOTHING:
                region = self._rules.region
                return _Refuse(
                    "phone",
                    f'"{_quoted(raw)}" is no valid number',
                    f"write it with its country code, unless it is of {region}",
                )
        raw = cells[self._at["email"]].strip()
        if raw and raw.lower() not in contacts.NOTHING:
            return _Refuse(
                "email", f'"{_quoted(raw)}" is no mail address', "correct the address, or add a phone number"
            )
        return _Refuse(
            "", "has neither a phone number nor a mail address", "add one of them, or delete the row"
        )

    def _value(self, raw: str) -> int:
        text = raw.strip()
        if not text:
            return 0
        number = _CURRENCY.sub("", text)
        if not _AMOUNT(number) or len(number) > 24:
            raise _Refuse(
                "value",
                f'"{_quoted(text)}" is no amount',
                "write digits, or say --map value= to leave the column out",
            )
        whole = _CENTS.sub("", number)
        value = int(re.sub(r"[^\d-]", "", whole))
        if abs(value) > _MOST:
            raise _Refuse(
                "value",
                f'"{_quoted(text)}" is too large an amount',
                "look whether it stands in the right column",
            )
        return value

    def _arrived_at(self, raw: str) -> int | None:
        text = raw.strip()
        if not text or text.lower() in contacts.NOTHING:
            return None
        found = moment(text, self._rules.zone, month_first=self._month_first)
        if found is None:
            other = "dmy" if self._month_first else "mdy"
            raise _Refuse(
                "arrived_at",
                f'"{_quoted(text)}" is no date',
                f"write 2026-11-21 or 2026-11-21T14:05:00Z, or try --dates {other}",
            )
        if not EARLIEST <= found <= self._rules.now + DAY:
            when = "in the future" if found > EARLIEST else "before 1990"
            raise _Refuse("arrived_at", f'"{_quoted(text)}" is {when}', "correct the date, or leave it empty")
        return found


def _opened(cells: list[str]) -> tuple[list[str], bool]:
    """The cells as they were meant, and whether the row is tidy: then to strip a cell is to clean it."""
    joined = "".join(cells)
    if "\x00" in joined:
        raise _Refuse(
            "", "has NUL bytes in it", "the file is damaged or of another encoding; export it again"
        )
    if "'" in joined:
        cells = list(map(from_cell, cells))
    tidy = joined.isascii() and joined.isprintable() and "  " not in joined and len(joined) <= cleaning.LINE
    return cells, tidy


def _code(what: str, known: Callable[[str], str], raw: str, flaws: list[str]) -> str:
    """What is known by the name `raw`; a name that nothing is known by goes to the flaws."""
    raw = raw.strip()
    code = known(raw) if raw else ""
    if raw and not code:
        flaws.append(f"{what} as given: {_quoted(raw)}")
    return code


def _ref(content: str) -> str:
    return "row:" + blake2b(content.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _quoted(raw: str) -> str:
    """A piece of the file for a sentence."""
    return cleaning.line(raw, 40)
