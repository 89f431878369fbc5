"""Finding a lead by what a rep types: words of its name, company or address, or digits of its number.

On SQLite the words live in an FTS5 table of their own, which is brought up to
date here, in slices, before it is asked: an arrival or an import pays nothing
for it. On PostgreSQL it is an ordinary index.
"""

from __future__ import annotations

import re

from store.core import Core

_SLICE = 20_000
_WORD = re.compile(r"\w+")
_FEWEST_DIGITS = 3


def find_ids(core: Core, text: str, limit: int) -> list[int]:
    """Ids of the leads that match all words, or the digits, of `text`; best first, numbers before words."""
    found = dict.fromkeys(_by_digits(core, text, limit))
    if len(found) < limit and (words := _WORD.findall(text)):
        found.update(dict.fromkeys(_by_words(core, words, limit)))
    return list(found)[:limit]


def catch_up(core: Core) -> int:
    """Bring the words of all leads into the index; how many were new. Does nothing on PostgreSQL."""
    if core.engine.dialect != "sqlite":
        return 0
    new = 0
    while fresh := _index_slice(core):
        new += fresh
    return new


def _index_slice(core: Core) -> int:
    last = core.engine.rows("select coalesce(max(rowid), 0) as id from lead_words")[0]["id"]
    if not core.engine.rows("select 1 as x from lead where id > :last limit 1", last=last):
        return 0
    with core.write():
        return core.engine.run(
            """insert into lead_words(rowid, name, company, email)
                select id, name, company, coalesce(email, '') from lead
                where id > (select coalesce(max(rowid), 0) from lead_words) order by id limit :slice""",
            slice=_SLICE,
        )


def _by_digits(core: Core, text: str, limit: int) -> list[int]:
    """By the end of a number, or by its beginning when it is written with a plus."""
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) < _FEWEST_DIGITS or re.search(r"[^\W\d]", text):
        return []
    pattern = f"+{digits}%" if text.strip().startswith("+") else f"%{digits}%"
    rows = core.engine.rows(
        "select lead_id from phone where e164 like :pattern order by id limit :limit",
        pattern=pattern,
        limit=limit,
    )
    return [row["lead_id"] for row in rows]


def _by_words(core: Core, words: list[str], limit: int) -> list[int]:
    if core.engine.dialect == "sqlite":
        catch_up(core)
        query = " ".join(f'"{word}"*' for word in words)
        rows = core.engine.rows(
            "select rowid as id from lead_words where lead_words match :query order by rank limit :limit",
            query=query,
            limit=limit,
        )
    else:
        rows = core.engine.rows(
            """select id from lead
                where to_tsvector('simple',
                        translate(name || ' ' || company || ' ' || coalesce(email, ''), '@.-_+', '     '))
                    @@ to_tsquery('simple', :query)
                order by id limit :limit""",
            query=" & ".join(f"{word}:*" for word in words),
            limit=limit,
        )
    return [row["id"] for row in rows]
