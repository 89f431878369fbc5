"""Registries of numbers that are not to be called: imported lists with a date, apart from our own list.

A new version is laid down in slices, so that nobody waits for it at the write
lock, and takes effect in one moment. The numbers of the one before go; that it
was used, from when and with which checksum, stays.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from cadence import numbers
from cadence.ranking import age
from config.clock import DAY, iso
from config.errors import UsageError
from store.core import Core
from store.registry_file import RegistryFile

_SLICE = 20_000
_ABANDONED_MS = DAY  # a version that is not in force after so long is what a killed import left


# Not what another import of that name lays down at this moment.
_OLD = """select id from registry
    where name = :name and current = 0 and (numbers > 0 or imported_at < :before)
        and exists (select 1 from registry_number n where n.registry_id = registry.id)"""


@dataclass(frozen=True, slots=True)
class Registry:
    """One version of a registry that was imported."""

    id: int
    name: str
    country: str  # whose numbers it is for
    version: str
    as_of: int  # the date of the list, ms UTC
    imported_at: int
    imported_by: str
    file: str
    sha256: str
    numbers: int
    current: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import has brought in, and the lines of its file that it found no number on."""

    registry: Registry
    without: int
    first_without: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the registries say of one number."""

    listed: str = ""  # which one lists it, with its date; empty: none
    oldest_at: int = 0  # the date of the oldest that is for its country; 0: none is imported


class Registries:
    """`store.registries`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def replace(
        self, name: str, path: Path, *, as_of: int, by: str, version: str = "", country: str
    ) -> Taken:
        """Take the numbers of the file at `path` in place of those the registry `name` had.

        The file has a number a line, or is CSV with the numbers in one of its
        columns; lines without one are passed over, and told unless it is a header.

        Raises:
            UsageError: the file cannot be read, there is no number in it, or there is no such country.
            StoreError: the database failed; the former version stays in force.
        """
        core = self._core
        if not numbers.calling_code(country):
            raise UsageError(f'no country is called "{country}"; write two capital letters, as in US')
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as fault:
            raise UsageError(f"{path} cannot be read: {fault.strerror}") from fault
        laid = self._lay(
            {
                "name": name, "country": country, "version": version, "as_of": as_of, "by": by,
                "file": path.name, "sha256": digest, "now": core.now(),
            }
        )  # fmt: skip
        file = RegistryFile(path, country)
        try:
            self._fill(laid, file)
        except UsageError:
            self._drop(laid)
            raise
        self._take_effect(laid, name, by, file.without)
        made = next(one for one in self.all() if one.id == laid)
        return Taken(made, file.without, tuple(file.first_without))

    def _fill(self, registry_id: int, file: RegistryFile) -> None:
        """Lay down the numbers of the file.

        Raises:
            UsageError: it has none, or a line that is no CSV.
        """
        core, found, count = self._core, file.numbers(), 0
        while piece := list(islice(found, _SLICE)):
            with core.write():
                core.engine.many(
                    """insert into registry_number(e164, registry_id) values (:e164, :id)
                        on conflict do nothing""",
                    ({"e164": number, "id": registry_id} for number in piece),
                )
            count += len(piece)
        if not count:
            raise UsageError(
                f"no telephone number of {file.country} is in {file.path}: a line each, or a column of CSV"
            )

    def all(self) -> list[Registry]:
        """Every version that was ever in force, the latest first."""
        rows = self._core.engine.rows(
            "select * from registry where numbers > 0 order by imported_at desc, id desc"
        )
        return [Registry(**{**row, "current": bool(row["current"])}) for row in rows]

    def check(self, e164: str) -> Listing:
        """What the registries say of a number."""
        return listing(self._core, e164)

    def _lay(self, said: dict[str, object]) -> int:
        with self._core.write():
            made = self._core.engine.rows(
                """insert into registry(name, country, version, as_of, imported_at, imported_by, file, sha256)
                    values (:name, :country, :version, :as_of, :now, :by, :file, :sha256) returning id""",
                **said,
            )
        return int(made[0]["id"])

    def _take_effect(self, laid: int, name: str, by: str, without: int) -> None:
        """The new version rules from this transaction on; then the old numbers go."""
        core = self._core
        with core.write():
            count = core.engine.rows(
                "select count(*) as n from registry_number where registry_id = :id", id=laid
            )
            core.engine.run("update registry set current = 0 where name = :name and current = 1", name=name)
            core.engine.run(
                "update registry set current = 1, numbers = :n where id = :id", id=laid, n=count[0]["n"]
            )
            made = core.engine.rows("select version, as_of, sha256 from registry where id = :id", id=laid)[0]
            core.log.tell(
                "registry.imported",
                by,
                name=name,
                version=made["version"],
                dated_at=made["as_of"],
                sha256=made["sha256"],
                numbers=count[0]["n"],
                without_number=without,
            )
        old = core.engine.rows(_OLD, name=name, before=core.now() - _ABANDONED_MS)
        for row in old:
            self._drop(row["id"])

    def _drop(self, registry_id: int) -> None:
        """Let the numbers of one version go, in slices."""
        gone = 1
        while gone:
            with self._core.write():
                gone = self._core.engine.run(
                    """delete from registry_number where registry_id = :id and e164 in
                        (select e164 from registry_number where registry_id = :id limit :limit)""",
                    id=registry_id,
                    limit=_SLICE,
                )


def listing(core: Core, e164: str) -> Listing:
    """What the registries in force say of a number: one statement, and one probe for each of them."""
    rows = core.engine.rows(
        """select r.name, r.version, r.as_of, r.country, exists (select 1 from registry_number n
                where n.e164 = :e164 and n.registry_id = r.id) as listed
            from registry r where r.current = 1 order by r.as_of""",
        e164=e164,
    )
    if not rows:
        return Listing()
    country = numbers.country(e164)
    oldest = next((row["as_of"] for row in rows if row["country"] == country), 0)
    listed = [f"{row['name']} {row['version']}".strip() for row in rows if row["listed"]]
    if not listed:
        return Listing(oldest_at=oldest)
    as_of = next(row["as_of"] for row in rows if row["listed"])
    return Listing(f"{', '.join(listed)} of {iso(as_of)[:10]}", oldest)


def date_of(text: str) -> int:
    """A list's date (`2026-11-20`) as ms UTC.

    Raises:
        UsageError: it is no date.
    """
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{text!r} is no date; write it like 2026-11-20") from None
    return round(day.timestamp() * 1000)


def old(registry: Registry, now: int) -> str:
    """How old a list is, for a person."""
    return age(now - registry.as_of)
