"""Imported registries: apart from our own list, in force by version, minded by the gate with their age."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.factories import claimed, new_lead, number

from cadence.model import LeadStatus
from config.clock import DAY, HandClock
from config.errors import UsageError
from store.errors import LeaseLost
from store.records import Waiting
from store.registries import Registry, date_of
from store.store import Store

NAME = "us-national"


def taken(store: Store, folder: Path, text: str, date: str = "2026-11-10", version: str = "v1") -> Registry:
    file = folder / "list.txt"
    file.write_text(text, encoding="utf-8")
    made = store.registries.replace(NAME, file, as_of=date_of(date), by="kim", version=version, country="US")
    assert (made.without, made.first_without) == (0, ())
    return made.registry


@pytest.mark.parametrize(
    "text",
    [
        "4152000000\n4152000001\n",
        "+14152000000\r\n(415) 200-0001\r\n",
        "phone,added\n4152000000,2020-01-01\n4152000001,2021-01-01\n",
        "415,2000000\n415,2000001\n",
        "2020-01-01;4152000000;a\n2021-01-01;4152000001;b\n",
        '4152000000.0\n="4152000001"\n',
    ],
)
def test_a_list_is_a_number_a_line_or_csv(store: Store, tmp_path: Path, text: str) -> None:
    made = taken(store, tmp_path, text)
    assert (made.numbers, made.current, made.file) == (2, True, "list.txt")
    assert store.registries.check(number(1)).listed == "us-national v1 of 2026-11-10"
    assert store.registries.check(number(2)).listed == ""
    assert store.dnc.check(number(1)) is None, "our own list is another"
    event = store.log.after(0)[-1]
    assert (event.kind, event.rep, event.body["numbers"]) == ("registry.imported", "kim", 2)


def test_lines_without_a_number_are_counted_and_the_first_are_named(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    lines = ["phone", "4152000000", "", "4.152E+09", "4152000001", *["none"] * 11]
    file.write_text("\n".join(lines), encoding="utf-8")
    made = store.registries.replace(NAME, file, as_of=date_of("2026-11-10"), by="kim", country="US")
    assert (made.registry.numbers, made.without) == (2, 12), "a header and an empty line are no mistakes"
    assert made.first_without == (4, *range(6, 15))
    assert store.log.after(0)[-1].body["without_number"] == 12


def test_what_another_import_of_that_name_lays_down_meanwhile_is_left_alone(
    store: Store, tmp_path: Path
) -> None:
    at_work = dict.fromkeys(("version", "by", "file", "sha256"), "") | {"name": NAME, "country": "US"}
    laid = store.registries._lay({**at_work, "as_of": 1, "now": store.core.now()})
    killed = store.registries._lay({**at_work, "as_of": 1, "now": store.core.now() - 2 * DAY})
    numbers = "insert into registry_number(e164, registry_id) values ('+14152000009', :id)"
    for one in (laid, killed):
        store.core.engine.run(numbers, id=one)
    taken(store, tmp_path, "4152000000\n")
    left = store.core.engine.rows("select registry_id from registry_number order by registry_id")
    assert [row["registry_id"] for row in left if row["registry_id"] <= killed] == [laid]


def test_a_new_version_takes_the_place_of_the_old_which_stays_named(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path, "4152000000\n")
    taken(store, tmp_path, "4152000001\n", "2026-11-17", "v2")
    assert store.registries.check(number(0)).listed == ""
    assert store.registries.check(number(1)).listed == "us-national v2 of 2026-11-17"
    assert [(one.version, one.current) for one in store.registries.all()] == [("v2", True), ("v1", False)]
    assert store.core.engine.rows("select count(*) as n from registry_number") == [{"n": 1}]


def test_a_file_without_a_number_changes_nothing(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path, "4152000000\n")
    with pytest.raises(UsageError, match="no telephone number of US"):
        taken(store, tmp_path, "name\nAna\n")
    assert store.registries.check(number(0)).listed
    with pytest.raises(UsageError, match="line 2: cannot be read as CSV"):
        taken(store, tmp_path, "4152000001\n" + "9" * 200_000 + "\n")
    assert not store.registries.check(number(1)).listed
    assert store.core.engine.rows("select count(*) as n from registry_number") == [{"n": 1}]
    with pytest.raises(UsageError, match="cannot be read"):
        store.registries.replace(NAME, tmp_path / "none.txt", as_of=1, by="kim", country="US")


def test_a_listed_number_is_refused_once_the_inquiry_is_old(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    store.leads.add(new_lead())
    taken(store, tmp_path, "4152000000\n")
    assert claimed(store).lead.id == 1, "a recent inquiry allows the call"
    attempt, _ = store.attempts.begin_by_hand(number(0), "rep1")
    assert attempt.decision.allowed
    clock.advance(DAY)
    store.core.engine.run("update lead set arrived_at = :at", at=clock.now() - 100 * DAY)
    store.attempts.recover("rep1")
    refused, _ = store.attempts.begin_by_hand(number(0), "rep1")
    failed = [check.name for check in refused.decision.checks if not check.passed]
    assert "registry" in failed
    assert "us-national v1 of 2026-11-10" in refused.decision.why


def test_the_date_of_the_list_counts_not_that_of_its_import(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path, "4152000009\n", "2026-10-01")
    attempt, _ = store.attempts.begin_by_hand(number(1), "rep1")
    assert [check.name for check in attempt.decision.checks if not check.passed] == ["registry_age"]
    taken(store, tmp_path, "4152000009\n", "2026-11-16", "v2")
    assert store.attempts.begin_by_hand(number(1), "rep1")[0].decision.allowed


def test_a_lead_in_another_reps_preview_is_refused_with_the_reason(store: Store) -> None:
    store.leads.add(new_lead())
    claim = claimed(store, "rep2")
    store.dnc.add(number(0), "rep1", "said in the shop")
    with pytest.raises(LeaseLost, match=r"not to be called any more: .* said in the shop \(rep1\)"):
        store.attempts.begin(claim, "rep2")
    assert store.leads.plan(1).status is LeadStatus.OPTED_OUT
    assert isinstance(store.queue.claim("rep2"), Waiting)


def test_everything_ever_listed_is_told_with_what_was_taken_off(store: Store) -> None:
    store.dnc.add(number(0), "kim", "asked")
    store.dnc.remove(number(0), "kim", "wrong number")
    store.dnc.add(number(1), "kim", "asked")
    told = store.dnc.everything()
    assert [(entry.value, entry.removed_why) for _, entry in told] == [
        (number(0), "wrong number"),
        (number(1), ""),
    ]
    assert store.dnc.everything(after=told[0][0]) == told[1:]


def test_a_date_is_a_day(store: Store) -> None:
    with pytest.raises(UsageError, match="write it like"):
        date_of("20 Nov")
