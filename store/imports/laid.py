"""Rows laid out in a table of the connection's own, so that under the lock they need only be copied.

Nobody waits while a temporary table is filled, and a row that is copied costs
the engine half of what one costs that comes in from Python. A column that says
the same in every row is not laid out: it goes into the copy as a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from store.engine import Engine

Columns = Mapping[LiteralString, Sequence[Any]]
Made = Mapping[LiteralString, LiteralString]  # column to what it is made of: {x} is a laid-out column


@dataclass(frozen=True, slots=True)
class Laid:
    """One temporary table: the columns that differ from row to row, and what all rows say alike."""

    table: LiteralString
    varying: tuple[LiteralString, ...]
    alike: dict[LiteralString, Any]
    rows: int

    def made(self, sources: Made) -> dict[LiteralString, LiteralString]:
        """Each column as SQL says it: of this table, or the parameter that stands for it."""
        words: dict[str, LiteralString] = {name: self.table + "." + name for name in self.varying}
        words |= {name: "null" if value is None else ":" + name for name, value in self.alike.items()}
        return {name: source.format_map(words) for name, source in sources.items()}

    def into(self, table: LiteralString, made_of: Made, having: LiteralString = "") -> LiteralString:
        """Its copy into `table`: all rows, or those that have a `having`."""
        values = self.made({**made_of, "having": "{" + having + "}"} if having else made_of)
        where = f" where cast({values.pop('having')} as text) is not null" if having else " where true"
        columns, said = ", ".join(values), ", ".join(values.values())
        return f"insert into {table}({columns}) select {said} from {self.table}{where}"  # noqa: S608 - our names

    def onto(self, table: LiteralString, made_of: Made) -> LiteralString:
        """The change of the rows of `table` whose id stands in `lead_id` here."""
        said = ", ".join(name + " = " + value for name, value in self.made(made_of).items())
        # The plus keeps SQLite from reading all of `table` beside an index it would have to make first.
        return f"update {table} set {said} from {self.table} where {table}.id = +{self.table}.lead_id"  # noqa: S608


def lay(engine: Engine, table: LiteralString, key: LiteralString, columns: Columns) -> Laid:
    """Fill the temporary `table` with what differs; `key` always does.

    Raises:
        StoreError: the database failed.
    """
    alike = {name: said[0] for name, said in columns.items() if name != key and _all_alike(said)}
    varying = tuple(name for name in columns if name not in alike)
    types = ", ".join(f"{name} {_type(columns[name])}" for name in varying)
    engine.run(f"drop table if exists {table}")
    engine.run(f"create temp table {table}({types})")
    engine.bulk(table, varying, zip(*(columns[name] for name in varying), strict=True))
    return Laid(table, varying, alike, len(columns[key]))


def turned(names: Sequence[LiteralString], rows: Sequence[tuple[Any, ...]]) -> Columns:
    """Rows as columns."""
    return dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())


def _all_alike(said: Sequence[Any]) -> bool:
    return bool(said) and said[0] == said[-1] and said.count(said[0]) == len(said)


def _type(said: Sequence[Any]) -> LiteralString:
    first = next((value for value in said if value is not None), "")
    return "bigint" if isinstance(first, int) else "text"
