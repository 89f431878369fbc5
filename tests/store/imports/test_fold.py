"""Repeats folded into a new lead leave what the store's own door leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.factories import NOON

from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, HandClock, iso
from store.imports import fold
from store.imports.report import ImportOptions
from store.imports.run import run
from store.store import Store

HEADER = "name,company,phone,mobile,email,state,source,value,consent,created_at\n"
row = st.tuples(
    st.sampled_from(["", "Ana", "Bob"]),
    st.sampled_from(["", "Acme"]),
    st.sampled_from(["", "4155552671", "2125550100"]),
    st.sampled_from(["", "4155552671", "3035550100", "8085550123"]),
    st.sampled_from(["", "a@x.com", "b@x.com"]),
    st.sampled_from(["", "CA", "FL"]),
    st.sampled_from(["", "web", "fair"]),
    st.sampled_from(["", "5", "9"]),
    st.sampled_from(["", "yes"]),
    st.sampled_from(
        ["", *(iso(NOON - ms) for ms in (0, HOUR // 2, HOUR, 2 * HOUR, DAY, 9 * DAY, 200 * DAY))]
    ),
)


def taken_in(book: Rulebook, folder: Path, text: str) -> dict[str, list[tuple[Any, ...]]]:
    (folder / "leads.csv").write_text(HEADER + text)
    database = folder / "one.db"
    for left in folder.glob("one.db*"):
        left.unlink()
    with Store.open(database, book, HandClock(NOON)) as store:
        run(store, folder / "leads.csv", ImportOptions(keep_going=True))
        lead = "select * from lead order by id"
        # Not `lead.changed`: the store's door names a number there also where it stays another lead's.
        told = "select lead_id, body from event where kind = 'lead.inquired' order by lead_id, seq"
        inquiries = "select lead_id, at, source, campaign, ref from inquiry order by ref"
        phones = "select lead_id, e164, kind, position, bad from phone order by e164"
        return {
            sql: [tuple(found.values()) for found in store.core.engine.rows(sql)]
            for sql in (lead, "select * from queue order by lead_id", phones, inquiries, told)
        }


@settings(max_examples=40)
@given(rows=st.lists(row, min_size=2, max_size=6))
def test_folding_is_what_asking_one_by_one_is(
    book: Rulebook, tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    text = "".join(",".join(cells) + "\n" for cells in rows)
    folded = taken_in(book, tmp_path, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fold.Folder, "fold", lambda _self, repeats: list(repeats))
        assert taken_in(book, tmp_path, text) == folded
