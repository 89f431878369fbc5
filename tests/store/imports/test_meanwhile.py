"""What others write between the look at the store and the lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.imports import merge
from store.imports.known import Known
from store.imports.normalise import LeadRow
from store.imports.report import ImportOptions, Report
from store.imports.run import run
from store.records import NewLead, NewPhone
from store.store import Store

Deed = Callable[[Store], object]


def ana(store: Store) -> object:
    return store.leads.add(
        NewLead(name="Ana", phones=(NewPhone("+14155552671"),), arrived_at=1_700_000_000_000)
    )


def by_mail(store: Store) -> object:
    return store.leads.add(NewLead(name="Bob", email="bob@x.com", arrived_at=1_700_000_000_000))


def stranger(store: Store) -> object:
    store.dnc.add("+13035550199", "rep", "asked us")
    return store.leads.add(
        NewLead(name="Eve", phones=(NewPhone("+12125550199"),), arrived_at=1_700_000_000_000)
    )


@pytest.fixture
def import_while(
    store: Store, open_store: Callable[..., Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Report, int]]:
    """Import two leads; after each comparison with the store, another process does the next of the deeds."""

    def one(*deeds: Deed) -> tuple[Report, int]:
        other, left, compared, times = open_store(), list(deeds), merge.sort, 0

        def meanwhile(rows: list[LeadRow], known: Known) -> merge.Sorted:
            nonlocal times
            times += 1
            found = compared(rows, known)
            if left:
                left.pop(0)(other)
            return found

        monkeypatch.setattr(merge, "sort", meanwhile)
        path = tmp_path / "leads.csv"
        path.write_text("name,phone,email\nAna,415-555-2671,\nBob,,bob@x.com\n")
        return run(store, path, ImportOptions()), times

    return one


def test_a_stranger_and_a_do_not_call_wish_of_nobody_in_the_file_cost_no_second_look(
    store: Store, import_while: Callable[..., tuple[Report, int]]
) -> None:
    report, looks = import_while(stranger)
    assert (report.new, looks) == (2, 1)
    assert store.leads.count() == 3


def test_a_lead_of_the_file_that_arrives_meanwhile_is_joined_after_another_look(
    store: Store, import_while: Callable[..., tuple[Report, int]]
) -> None:
    report, looks = import_while(ana)
    assert (report.new, report.joined, looks) == (1, 1, 2)


def test_where_it_happens_again_and_again_the_last_look_is_under_the_lock(
    store: Store, import_while: Callable[..., tuple[Report, int]]
) -> None:
    report, looks = import_while(ana, by_mail, lambda other: other.dnc.add("+14155552671", "rep", "asked us"))
    assert (report.new, report.joined, looks) == (0, 2, 4)
    assert store.leads.count() == 2
    assert store.log.verify().clean


@pytest.mark.parametrize("value", ["+14155552671", "bob@x.com", "x.com"])
def test_somebody_of_the_file_who_wants_no_contact_meanwhile_is_marked(
    store: Store, import_while: Callable[..., tuple[Report, int]], value: str
) -> None:
    report, looks = import_while(lambda other: other.dnc.add(value, "rep", "asked us"))
    assert (report.new, looks) == (2, 2)
    bad = store.core.engine.rows(
        "select 1 as x from phone where bad > 0 union all select 1 from lead where email_bad > 0"
    )
    assert len(bad) == 1
