"""A file from its bytes to its leads, on both engines."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.imports import GOOD, KEEP, counts

from cadence.model import Lane, LeadStatus
from config.clock import DAY, HOUR, HandClock, from_iso, iso
from config.errors import UsageError
from store.errors import StoreError
from store.imports import merge
from store.imports.known import Known
from store.imports.mapping import map_columns, parse_overrides
from store.imports.normalise import LeadRow, Normaliser, RowRules
from store.imports.report import ImportOptions, Report
from store.imports.run import run
from store.records import NewLead, NewPhone
from store.store import Store


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = ("lead", "queue", "phone", "inquiry", "import_run", "event", "chain", "callback", "note")
    return {
        table: sorted(
            (tuple(row.values()) for row in store.core.engine.rows(f"select * from {table}")), key=repr
        )  # type: ignore[arg-type]
        for table in tables
    }


def ago(store: Store, ms: int) -> str:
    return iso(store.core.now() - ms)


def test_a_row_becomes_a_lead_with_its_next_action(store: Store, load: Callable[..., Report]) -> None:
    report = load(GOOD + f"Ana Lee,(415) 555-2671,Ana@Example.com,{ago(store, HOUR)}\n")
    assert counts(report) == (1, 0, 0, 0)
    [row] = store.core.engine.rows("select id from lead")
    lead = store.leads.get(row["id"])
    assert (lead.name, lead.email, [phone.e164 for phone in lead.phones]) == (
        "Ana Lee",
        "ana@example.com",
        ["+14155552671"],
    )
    assert lead.arrived_at == store.core.now() - HOUR
    plan = store.leads.plan(lead.id)
    assert plan.status is LeadStatus.OPEN
    assert plan.call is not None
    assert plan.call.lane is Lane.FRESH


def test_the_bulk_path_writes_what_the_stores_own_door_writes(
    store: Store, load: Callable[..., Report]
) -> None:
    """One lead by each way, in places that differ, and no difference but contacts and refs."""
    rows = [
        (
            "Ana,Acme,CTO,415-555-2671,212-555-0199,ana@x.com,,CA,94110,,web,spring,10,ana,yes,hello",
            "415-555-2672",
            "ana@y.com",
        ),
        ("Bob,,,+442071838750,,,GB,,,Europe/London,,,,,,", "+442071838751", ""),
        ("Eve,,,,,eve@x.com,,,,,,,,,,", "", "eve@y.com"),
        ("Kim,,,808-555-0123,,kim@x.com,US,FL,,,,,,,,", "808-555-0124", "kim@y.com"),
    ]
    header = "name,company,title,phone,phone2,email,country,state,postal_code,zone,source,campaign,value,"
    header += "owner,consent,notes,created_at\n"
    for text, phone, email in rows:
        cells = text.split(",")
        twin = [*cells[:3], phone, "212-555-0198" if cells[4] else "", email, *cells[6:]]
        at = ago(store, 3 * DAY)
        before = {row["id"] for row in store.core.engine.rows("select id from lead")}
        load(header + text + f",{at}\n")
        # The same through `leads.arrive`: as somebody on the list who was taken off it again would come in.
        _arrive(store, dict(zip(header.strip().split(","), [*twin, at], strict=True)))
        one, other = (
            row
            for row in store.core.engine.rows(
                "select l.*, q.* from lead l join queue q on q.lead_id = l.id order by l.id"
            )
            if row["id"] not in before
        )
        own = {"id", "lead_id", "due_lead", "email"}
        assert {k: v for k, v in one.items() if k not in own} == {
            k: v for k, v in other.items() if k not in own
        }
        phones = [
            [(p.kind, p.position, p.bad) for p in store.leads.get(found["id"]).phones]
            for found in (one, other)
        ]
        assert phones[0] == phones[1]


def _arrive(store: Store, row: dict[str, str]) -> int:
    rules = RowRules("US", ZoneInfo("America/New_York"), store.core.now())
    found = Normaliser(map_columns(list(row)), rules).row(2, list(row.values()))
    assert isinstance(found, LeadRow), found
    return store.leads.add(found.lead(None))


def test_running_it_twice_changes_nothing(
    store: Store, load: Callable[..., Report], clock: HandClock
) -> None:
    text = GOOD + f"Ana,415-555-2671,,{ago(store, HOUR)}\nBob,212-555-0101,b@x.com,\n"
    text += f"Ana,415-555-2671,,{ago(store, 0)}\n"
    first = load(text)
    assert counts(first) == (2, 1, 0, 0)
    before = everything(store)
    clock.advance(3 * HOUR)
    again = load(text)
    assert counts(again) == (0, 0, 3, 0)
    assert again.import_id is None
    assert everything(store) == before


def test_a_file_that_has_grown_brings_only_its_new_rows(store: Store, load: Callable[..., Report]) -> None:
    text = GOOD + f"Ana,415-555-2671,,{ago(store, HOUR)}\nBob,212-555-0101,,\n"
    load(text)
    grown = "Phone;Name;E-Mail;Created at\n212-555-0102;Cid;;\n"
    grown += f'(212) 555-0101;Bob;;\n+14155552671;Ana;;"{ago(store, HOUR)}"\n'
    assert counts(load(grown, name="crm.csv")) == (1, 0, 2, 0)


def test_equal_rows_without_a_date_are_two_inquiries_once(store: Store, load: Callable[..., Report]) -> None:
    text = "name,phone\nAna,415-555-2671\nAna,415-555-2671\n"
    assert counts(load(text)) == (1, 1, 0, 0)
    assert counts(load(text)) == (0, 0, 2, 0)


def test_a_repeat_inquiry_ranks_the_old_lead_anew_and_is_told(
    store: Store, load: Callable[..., Report], clock: HandClock
) -> None:
    load(GOOD + f"Ana,415-555-2671,,{ago(store, 0)}\n")
    [lead] = store.leads.find("4155552671")
    clock.advance(40 * DAY)
    seq, _ = store.log.head()
    report = load(GOOD + f"Ana Lee,+1 415 555 2671,ana@x.com,{ago(store, 0)}\n", name="later.csv")
    assert counts(report) == (0, 1, 0, 0)
    plan = store.leads.plan(lead.id)
    assert plan.anchor_at == clock.now()
    told = [(event.kind, event.lead_id) for event in store.log.after(seq)]
    assert ("lead.inquired", lead.id) in told
    assert store.leads.get(lead.id).email == "ana@x.com"


def test_an_old_inquiry_that_comes_late_is_kept_and_ranks_nothing_anew(
    store: Store, load: Callable[..., Report]
) -> None:
    load(GOOD + f"Ana,415-555-2671,,{ago(store, HOUR)}\n")
    [lead] = store.leads.find("4155552671")
    before = store.leads.plan(lead.id)
    report = load(
        GOOD.replace("email", "mobile") + f"Ana,415-555-2671,212-555-0100,{ago(store, 9 * DAY)}\n",
        name="old.csv",
    )
    assert counts(report) == (0, 1, 0, 0)
    assert store.leads.plan(lead.id) == before
    assert [phone.e164 for phone in store.leads.get(lead.id).phones] == ["+14155552671", "+12125550100"]
    assert store.core.engine.rows("select count(*) as n from inquiry")[0]["n"] == 2


def test_rows_join_by_any_number_then_by_mail_within_one_file(
    store: Store, load: Callable[..., Report]
) -> None:
    text = (
        "name,phone,mobile,email\n"
        "Ana,415-555-2671,,ana@x.com\n"
        "Ana L,212-555-0100,415-555-2671,\n"
        "A Lee,,,ANA@x.com\n"
        "Lee,,212-555-0100,other@x.com\n"
        "Bob,,,bob@x.com\n"
    )
    assert counts(load(text)) == (2, 3, 0, 0)
    [lead] = [found for found in store.leads.find("Ana") if found.name == "Ana"]
    assert [phone.e164 for phone in lead.phones] == ["+14155552671", "+12125550100"]


def test_one_event_for_the_file_one_for_each_repeat_and_the_chain_holds(
    store: Store, load: Callable[..., Report]
) -> None:
    text = GOOD + "".join(f"L{n},212-555-{n:04d},,\n" for n in range(100, 150)) + "X,212-555-0100,,\n"
    report = load(text, ImportOptions(by="boss"))
    events = store.log.after(0)
    assert sorted(event.kind for event in events if event.kind != "lead.changed") == [
        "lead.imported",
        "lead.inquired",
    ]
    [told] = [event for event in events if event.kind == "lead.imported"]
    assert told.rep == "boss"
    assert told.body["sha256"] == report.sha256
    assert told.body["counts"] == {"total": 51, "added": 50, "joined": 1, "rejected": 0, "unchanged": 0}
    assert told.body["last_lead"] - told.body["first_lead"] == 49
    assert store.log.verify().clean


def test_somebody_on_the_do_not_call_list_is_not_called_because_a_file_names_him(
    store: Store, load: Callable[..., Report]
) -> None:
    store.dnc.add("+14155552671", "ana", "asked us")
    store.dnc.add("blocked.example", "ana", "asked us")
    report = load(GOOD + "Ana,415-555-2671,,\nBob,,bob@mail.blocked.example,\nCid,212-555-0100,,\n")
    assert counts(report) == (3, 0, 0, 0)
    [ana] = [lead for lead in store.leads.find("Ana") if lead.name == "Ana"]
    assert ana.phones[0].bad
    [bob] = [lead for lead in store.leads.find("Bob") if lead.name == "Bob"]
    assert bob.email_bad


def test_a_file_whose_name_is_no_text_is_imported_like_any_other(store: Store, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"m\xe4rz.csv")
    path.write_text("phone\n415-555-2671\n")
    assert run(store, path, ImportOptions(source="fair\x1b[31m")).new == 1
    assert store.core.engine.rows("select file from import_run") == [{"file": "mrz.csv"}]
    assert store.core.engine.rows("select source from lead") == [{"source": "fair"}]


def test_keep_going_takes_the_good_rows(store: Store, load: Callable[..., Report]) -> None:
    report = load(GOOD + "Ana,415-555-2671,,\nBob,,,\n", KEEP)
    assert counts(report) == (1, 0, 0, 1)
    assert not report.refused
    assert store.leads.count() == 1


def test_a_dry_run_says_what_would_be_and_writes_nothing(store: Store, load: Callable[..., Report]) -> None:
    load(GOOD + "Ana,415-555-2671,,\n")
    before = everything(store)
    text = (
        GOOD
        + f"Ana,415-555-2671,,{ago(store, 0)}\nBob,212-555-0101,,\nBob B,212-555-0101,,\nAna,415-555-2671,,\n"
    )
    assert counts(load(text, ImportOptions(dry_run=True))) == (1, 2, 1, 0)
    assert everything(store) == before


def test_options_reach_the_rows(store: Store, load: Callable[..., Report]) -> None:
    options = ImportOptions(
        region="GB", zone="Europe/London", dates="dmy", source="fair", campaign="may",
        map=parse_overrides(["phone=Kontakt", "arrived_at=Tag"]), delimiter="|",
    )  # fmt: skip
    report = load("Kontakt|Tag\n020 7183 8750|03/04/2026 10:00\n", options)
    assert counts(report) == (1, 0, 0, 0)
    [lead] = store.leads.find("2071838750")
    assert (lead.source, lead.campaign, lead.arrived_at) == ("fair", "may", from_iso("2026-04-03T09:00:00Z"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (ImportOptions(dates="ymd"), "--dates is mdy or dmy"),
        (ImportOptions(zone="Mars/Olympus"), "no time zone"),
        (ImportOptions(region="GERMANY"), 'no country is called "GERMANY"'),
        (ImportOptions(cadence="nonsense"), "no cadence is named"),
        (ImportOptions(rejects=Path("leads.csv")), "the file they come from"),
    ],
)
def test_wrong_options_are_said_before_anything_is_read(
    store: Store,
    load: Callable[..., Report],
    options: ImportOptions,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=said):
        load(GOOD + "Ana,415-555-2671,,\n", options)
    assert store.leads.count() == 0


def test_a_failing_store_keeps_nothing_of_the_file(store: Store, load: Callable[..., Report]) -> None:
    """A trigger stands for the full disk: the queue refuses its second row."""
    if store.core.engine.dialect == "sqlite":
        store.core.engine.script(
            "create trigger full before insert on queue when (select count(*) from queue) > 0"
            " begin select raise(abort, 'no room'); end;"
        )
    else:
        store.core.engine.script("alter table queue add constraint no_room check (lead_id < 2)")
    before = everything(store)
    with pytest.raises(StoreError):
        load(GOOD + "Ana,415-555-2671,,\nBob,212-555-0101,,\n")
    assert everything(store) == before


def test_an_arrival_between_looking_and_writing_is_joined_not_doubled(
    store: Store, open_store: Callable[..., Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process takes the same lead in after the file was compared with the store."""
    other = open_store()
    compared = merge.sort

    def meanwhile(rows: list[LeadRow], known: Known) -> merge.Sorted:
        found = compared(rows, known)
        monkeypatch.setattr(merge, "sort", compared)
        other.leads.add(NewLead(name="Ana", phones=(NewPhone("+14155552671"),), arrived_at=1_700_000_000_000))
        return found

    monkeypatch.setattr(merge, "sort", meanwhile)
    path = tmp_path / "leads.csv"
    path.write_text(GOOD + "Ana,415-555-2671,,\n")
    report = run(store, path, ImportOptions())
    assert counts(report) == (0, 1, 0, 0)
    assert store.leads.count() == 1


def test_progress_counts_up_to_the_end(store: Store, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    path = tmp_path / "leads.csv"
    path.write_text("phone\n" + "".join(f"212-555-{n:04d}\n" for n in range(100, 200)))
    run(store, path, ImportOptions(), lambda *step: told.append(step))
    assert told[-1] == ("writing", 100, 100)
    assert [step[0] for step in told] == sorted((step[0] for step in told), key=["reading", "writing"].index)


def test_many_rows_at_once_leave_the_store_as_whole_as_few(store: Store, load: Callable[..., Report]) -> None:
    """Enough rows for the path that builds indexes afterwards; then as many again into the full store."""
    indexes = _indexes(store)

    def text(first: int) -> str:
        rows = (
            f"L{n},2{n % 9 + 1}2-55{n % 10}-{n // 10:04d},l{n}@x.com,\n" for n in range(first, first + 6_000)
        )
        return GOOD + "".join(rows)

    one = load(text(1_000), name="a.csv")
    two = load(text(20_000), name="b.csv")
    assert one.new + two.new + one.joined + two.joined == 12_000
    assert store.leads.count() == one.new + two.new
    assert _indexes(store) == indexes
    if store.core.engine.dialect == "sqlite":
        assert store.core.engine.rows("pragma foreign_key_check") == []
        assert store.core.engine.rows("pragma integrity_check") == [{"integrity_check": "ok"}]
    assert store.core.engine.rows(
        "select count(*) as n from lead l left join queue q on q.lead_id = l.id where q.lead_id is null"
    ) == [{"n": 0}]
    assert store.log.verify().clean


def _indexes(store: Store) -> list[object]:
    sql = (
        "select sql from sqlite_master where type = 'index' order by name"
        if store.core.engine.dialect == "sqlite"
        else "select indexdef as sql from pg_indexes where schemaname = 'public' order by indexname"
    )
    return [row["sql"] for row in store.core.engine.rows(sql)]  # type: ignore[arg-type]
