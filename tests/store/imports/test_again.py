"""Repeats of stored leads, worked out for many at once, leave what the store's own door leaves for each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.factories import NOON, claimed, new_lead
from support.postgres import Cluster

from cadence.happenings import PhoneMarkedBad, Replied
from cadence.model import Result
from cadence.rulebook import Rulebook
from config.clock import DAY, HOUR, HandClock, iso
from store.imports import again
from store.imports.report import ImportOptions
from store.imports.run import run
from store.records import CallEnd, NewPhone
from store.store import Store

HEADER = "name,company,phone,mobile,email,state,source,value,owner,consent,created_at\n"
NUMBERS = ("+14155552671", "+12125550100", "+18085550123", "+442071838750")
AFTER = NOON + 40 * DAY
MIGRATED = "migrated"  # see conftest
STATES = (
    "fresh", "held", "no_answer", "voicemail", "busy", "refused", "won", "do_not_call", "callback",
    "wrong number", "replied", "mail suppressed", "reassigned",
)  # fmt: skip

leads = st.lists(
    st.tuples(
        st.sampled_from(STATES),
        st.sampled_from(["", "a@x.com", "b@x.com", "c@x.com"]),
        st.sampled_from(["", "Acme"]),
        st.sampled_from(["", "web"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda lead: lead[1] or object(),
)
rows = st.lists(
    st.tuples(
        st.sampled_from(["", "Ana"]),
        st.sampled_from(["", "Globex"]),
        st.sampled_from(["", *NUMBERS]),
        st.sampled_from(["", *NUMBERS, "+13035550100", "+13035550101"]),
        st.sampled_from(["", "a@x.com", "b@x.com", "c@x.com", "d@x.com", "e@x.com"]),
        st.sampled_from(["", "CA", "FL"]),
        st.sampled_from(["", "fair"]),
        st.sampled_from(["", "5"]),
        st.sampled_from(["", "eve"]),
        st.sampled_from(["", "yes"]),
        st.sampled_from(
            ["", *(iso(AFTER - ms) for ms in (0, HOUR // 2, 2 * HOUR, 9 * DAY, 39 * DAY, 41 * DAY, 90 * DAY))]
        ),
    ),
    min_size=1,
    max_size=8,
)


def bring_into(store: Store, clock: HandClock, lead_id: int, state: str) -> None:
    """Let the lead, which is the only one that is due, have lived through something."""
    if state in ("fresh", "do_not_call", "mail suppressed", "wrong number", "replied", "reassigned"):
        others: dict[str, Callable[[], object]] = {
            "do_not_call": lambda: store.dnc.add(store.leads.get(lead_id).phones[0].e164, "rep", "asked us"),
            "mail suppressed": lambda: store.dnc.add(
                store.leads.get(lead_id).email or "nobody@x.com", "rep", "asked us"
            ),
            "wrong number": lambda: store.leads.happen(
                lead_id, PhoneMarkedBad(store.leads.get(lead_id).phones[0].e164, clock.now())
            ),
            "replied": lambda: store.leads.happen(lead_id, Replied(clock.now())),
            "reassigned": lambda: store.leads.assign([lead_id], "bob", "boss"),
        }
        others.get(state, lambda: None)()
        return
    claim = claimed(store, f"rep{lead_id}")
    if state == "held":
        return
    attempt = store.attempts.begin(claim, f"rep{lead_id}")
    if not attempt.decision.allowed:
        return
    results = {"no_answer": Result.NO_ANSWER, "busy": Result.BUSY}
    result = results.get(state, Result.ANSWERED)
    store.attempts.instant(attempt.id, "invited", clock.now(), f"sip-{attempt.id}")
    clock.advance(30_000)
    talk = 10_000 if result is Result.ANSWERED else 0
    if talk:
        store.attempts.instant(attempt.id, "answered", clock.now() - talk)
    store.attempts.finish(attempt.id, CallEnd(result, clock.now(), 3_000, talk), f"rep{lead_id}")
    if result is Result.ANSWERED:
        codes = {"refused": "not_interested"}
        at = clock.now() + 45 * DAY if state == "callback" else None
        store.attempts.dispose(attempt.id, codes.get(state, state), f"rep{lead_id}", callback_at=at)


def floor_with(book: Rulebook, folder: Path, had: Sequence[tuple[str, ...]]) -> Path:
    """A database with leads that have lived through something."""
    path = folder / "had.db"
    _remove(path)
    fill(path, book, had)
    return path


def fill(location: Path | str, book: Rulebook, had: Sequence[tuple[str, ...]]) -> None:
    clock = HandClock(NOON)
    with Store.open(location, book, clock) as store:
        for n, (state, email, company, source) in enumerate(had):
            lead_id = store.leads.add(
                new_lead(
                    n, name="", email=email, company=company, source=source, phones=(NewPhone(NUMBERS[n]),),
                    arrived_at=clock.now(), country="", region="",
                )
            )  # fmt: skip
            bring_into(store, clock, lead_id, state)


def taken_in(book: Rulebook, had: Path, text: str) -> dict[str, list[Any]]:
    """What a copy of the database `had` holds after the import."""
    leads = had.with_name("leads.csv")
    leads.write_text(HEADER + text)
    path = had.with_name("one.db")
    _remove(path)
    shutil.copy(had, path)
    with Store.open(path, book, HandClock(AFTER)) as store:
        run(store, leads, ImportOptions(keep_going=True))
        assert store.log.verify().clean
        return everything(store)


def _remove(database: Path) -> None:
    for left in database.parent.glob(f"{database.name}*"):
        left.unlink()


def everything(store: Store) -> dict[str, list[Any]]:
    """All but the ids and hashes that only the order of writing gives; the log of each lead in order."""
    found: dict[str, list[Any]] = {
        sql: [{**row, "token": None} for row in store.core.engine.rows(sql)]  # tokens are random
        for sql in (
            "select * from lead order by id",
            "select * from queue order by lead_id",
            "select lead_id, e164, kind, position, bad from phone order by e164",
            "select lead_id, at, call_at, source, campaign, import_id, ref from inquiry order by ref",
            "select lead_id, rep, due_at, settled_at, settled from callback order by id",
            "select total, added, joined, rejected, unchanged from import_run",
        )
    }
    events = store.log.after(0, 10_000)
    found["events"] = sorted(
        ((event.lead_id or 0, n, event.kind, json.dumps(event.body)) for n, event in _numbered(events)),
    )
    return found


def _numbered(events: list[Any]) -> list[tuple[int, Any]]:
    """Each event with its place among those of its lead."""
    counts: dict[int | None, int] = {}
    numbered = []
    for event in events:
        counts[event.lead_id] = counts.get(event.lead_id, 0) + 1
        numbered.append((counts[event.lead_id], event))
    return numbered


def leave_all(_self: again.Again, repeats: again.Repeats) -> tuple[again.Worked, Any]:
    """The long way: every repeat through the store's own door."""
    return again.Worked(), list(repeats)


@settings(max_examples=60)
@given(had=leads, rows=rows)
def test_many_at_once_is_what_one_by_one_is(
    book: Rulebook, tmp_path: Path, had: list[tuple[str, ...]], rows: list[tuple[str, ...]]
) -> None:
    floor = floor_with(book, tmp_path, had)
    text = "".join(",".join(cells) + "\n" for cells in rows)
    at_once = taken_in(book, floor, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again.Again, "work_out", leave_all)
        assert taken_in(book, floor, text) == at_once


@pytest.fixture
def twins(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Two fresh databases of one engine."""
    if engine_name == "sqlite":
        return str(tmp_path / "one.db"), str(tmp_path / "other.db")
    running: Cluster = request.getfixturevalue("postgres")
    return running.new_database(template=MIGRATED), running.new_database(template=MIGRATED)


HAD = [
    ("no_answer", "a@x.com", "", "web"),
    ("refused", "", "Acme", ""),
    ("held", "b@x.com", "", ""),
    ("fresh", "", "", ""),
]
ASKING = [
    ("Ana", "", NUMBERS[0], "+13035550100", "d@x.com", "CA", "fair", "5", "", "", iso(AFTER - 2 * HOUR)),
    ("Bo", "", NUMBERS[1], "", "e@x.com", "", "", "", "eve", "yes", iso(AFTER - 9 * DAY)),
    ("", "", NUMBERS[1], "+13035550101", "", "", "", "", "", "", iso(AFTER - HOUR // 2)),
    ("Cy", "Globex", NUMBERS[2], NUMBERS[3], "", "FL", "", "9", "", "", ""),
    ("", "", "+13035550199", NUMBERS[3], "c@x.com", "", "", "", "", "", iso(AFTER - 90 * DAY)),
    ("New", "", "+13035550102", "", "n@x.com", "", "", "", "", "", iso(AFTER - DAY)),
]


def test_on_both_engines_one_way_is_the_other(
    book: Rulebook, twins: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text(HEADER + "".join(",".join(cells) + "\n" for cells in ASKING))
    found = []
    for location in twins:
        fill(location, book, HAD)
        with Store.open(location, book, HandClock(AFTER)) as store:
            assert run(store, leads, ImportOptions()).joined == 5
            found.append(everything(store))
        monkeypatch.setattr(again.Again, "work_out", leave_all)
    without_records = [
        {**one, "events": [event for event in one["events"] if "attempt" not in event[2]]} for one in found
    ]
    assert without_records[0] == without_records[1]


def test_a_lead_that_is_called_while_its_repeat_is_worked_out_is_worked_out_again(
    store: Store,
    open_store: Callable[..., Store],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: HandClock,
) -> None:
    """Between the look at the lead and the lock another process ends it."""
    lead_id = store.leads.add(new_lead(0, arrived_at=clock.now()))
    clock.advance(2 * DAY)
    other, worked_out, looks = open_store(), again.Again.work_out, []

    def meanwhile(self: again.Again, repeats: again.Repeats) -> tuple[again.Worked, Any]:
        found = worked_out(self, repeats)
        looks.append(len(found[0].inquiries))
        if len(looks) == 1:
            other.leads.assign([lead_id], "bob", "boss")
        return found

    monkeypatch.setattr(again.Again, "work_out", meanwhile)
    leads = tmp_path / "leads.csv"
    leads.write_text("phone,owner\n4152000000,eve\n")
    assert run(store, leads, ImportOptions()).joined == 1
    assert looks == [1, 1]
    assert store.leads.get(lead_id).owner == "bob"


def test_a_rep_who_takes_the_lead_meanwhile_keeps_it(
    store: Store,
    open_store: Callable[..., Store],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: HandClock,
) -> None:
    store.leads.add(new_lead(0, arrived_at=clock.now()))
    other, worked_out, claims = open_store(), again.Again.work_out, []

    def meanwhile(self: again.Again, repeats: again.Repeats) -> tuple[again.Worked, Any]:
        found = worked_out(self, repeats)
        claims.append(claimed(other))
        return found

    monkeypatch.setattr(again.Again, "work_out", meanwhile)
    clock.advance(2 * DAY)
    leads = tmp_path / "leads.csv"
    leads.write_text("phone\n4152000000\n")
    assert run(store, leads, ImportOptions()).joined == 1
    [row] = store.core.engine.rows("select rep, token, due_at from queue")
    assert (row["rep"], row["token"], row["due_at"]) == ("rep1", claims[0].token, claims[0].expires_at)
