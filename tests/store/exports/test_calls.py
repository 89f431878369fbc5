"""Every attempt, again, from the store."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.factories import NOON, called, claimed, new_lead, number

from cadence.model import Result
from config.clock import HOUR, MINUTE, HandClock, from_iso, iso
from config.errors import UsageError
from store.exports import calls
from store.exports.period import Period
from store.exports.writer import ExportError, sidecar
from store.records import CallEnd
from store.store import Store

ALWAYS = Period(0, NOON + 1000 * HOUR, ZoneInfo("America/New_York"))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def one_call(
    store: Store, clock: HandClock, n: int = 0, result: Result = Result.ANSWERED, **lead: Any
) -> int:
    """A lead, claimed, dialed and disposed of; the attempt's id."""
    store.leads.add(new_lead(n, arrived_at=clock.now(), **lead))
    attempt = called(store, clock, result)
    if result is Result.ANSWERED:
        store.attempts.dispose(attempt.id, "not_interested", "rep1", note="=later")
    return attempt.id


def test_an_attempt_is_told_whole_with_its_four_instants(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    start = clock.now()
    attempt_id = one_call(store, clock, name="=HYPERLINK(1)")
    calls.export(store.core, tmp_path / "calls.csv", ALWAYS, "csv")
    [row] = read(tmp_path / "calls.csv")
    assert tuple(row) == calls.COLUMNS
    stored = store.core.engine.rows("select * from attempt")[0]
    assert row["attempt_id"] == str(attempt_id)
    assert row["opened_at"] == iso(start)
    assert [row[f"{name}_at"] for name in ("invited", "ringing", "answered", "ended")] == [
        iso(stored[f"{name}_at"]) for name in ("invited", "ringing", "answered", "ended")
    ]
    assert (row["ring_seconds"], row["talk_seconds"]) == ("3.000", "30.000")
    assert (row["result"], row["disposition"], row["rep"]) == ("answered", "not_interested", "rep1")
    assert row["number"].startswith("+1415")
    assert (row["lead_name"], row["note"]) == ("'=HYPERLINK(1)", "'=later")
    assert (row["gate_allowed"], row["gate_why"]) == ("yes", "")
    assert row["rules_version"] == store.core.book.gate.version
    assert "check=window_number" in row["gate_checks"]
    closing = [event for event in store.log.after(0) if event.kind == "attempt.ended"]
    assert row["seq"] == str(closing[0].seq)
    found = store.core.engine.rows("select hash from event where seq = :seq", seq=closing[0].seq)[0]["hash"]
    assert row["hash"] == bytes(found).hex()


def test_ndjson_keeps_numbers_times_and_checks_as_they_are(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    one_call(store, clock, name="=HYPERLINK(1)")
    calls.export(store.core, tmp_path / "calls.ndjson", ALWAYS, "ndjson")
    [line] = (tmp_path / "calls.ndjson").read_text("utf-8").splitlines()
    row = json.loads(line)
    assert tuple(row) == calls.COLUMNS
    assert (row["talk_seconds"], row["gate_allowed"], row["lead_name"]) == (30.0, True, "=HYPERLINK(1)")
    assert {"check", "given", "passed", "why"} == set(row["gate_checks"][0])
    assert row["callback_at"] is None


def test_blocked_and_unfinished_attempts_are_listed_too(store: Store, clock: HandClock) -> None:
    store.leads.add(new_lead(1, arrived_at=clock.now()))
    claim = claimed(store)
    for _ in range(40):  # from noon to night in California, the lead held all the while
        clock.advance(15 * MINUTE)
        store.queue.renew(claim)
    refused = store.attempts.begin(claim, "rep1")
    assert not refused.decision.allowed
    clock.advance(14 * HOUR)
    store.leads.add(new_lead(2, arrived_at=clock.now()))
    open_attempt = store.attempts.begin(claimed(store, "rep2"), "rep2")
    rows = [dict(zip(calls.COLUMNS, row, strict=True)) for row in calls.rows(store.core, ALWAYS)]
    [blocked] = [row for row in rows if row["attempt_id"] == refused.id]
    assert (blocked["gate_allowed"], blocked["result"], blocked["invited_at"]) == (False, "blocked", None)
    assert "calls only" in str(blocked["gate_why"])
    assert blocked["hash"]
    [row] = [row for row in rows if row["attempt_id"] == open_attempt.id]
    assert (row["ended_at"], row["result"], row["talk_seconds"], row["seq"]) == (None, None, None, None)


def test_the_sidecar_anchors_the_file_in_the_chain(store: Store, clock: HandClock, tmp_path: Path) -> None:
    one_call(store, clock)
    path = tmp_path / "calls.csv"
    written = calls.export(store.core, path, ALWAYS, "csv", "rep1")
    said = json.loads(sidecar(path).read_text())
    seq, digest = store.log.head()
    assert said["sha256"] == written.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (said["head_seq"], said["head_hash"], said["rows"]) == (seq, digest, 1)
    assert (said["report"], said["rep"], said["zone"], said["until"]) == (
        "calls",
        "rep1",
        "America/New_York",
        iso(ALWAYS.end),
    )


def test_start_belongs_to_the_period_and_end_does_not(store: Store, clock: HandClock) -> None:
    opened = []
    for n in range(3):
        clock.advance(MINUTE)
        opened.append(clock.now())
        one_call(store, clock, n, Result.NO_ANSWER)
    period = Period(opened[0], opened[2], ALWAYS.zone)
    told = [row[calls.COLUMNS.index("opened_at")] for row in calls.rows(store.core, period)]
    assert told == [iso(opened[0]), iso(opened[1])]


def test_pages_lose_and_double_nothing(
    store: Store, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "PAGE_ROWS", 3)
    for n in range(10):
        one_call(store, clock, n, Result.NO_ANSWER)
        clock.advance(MINUTE)
    ids = [row[0] for row in calls.rows(store.core, ALWAYS)]
    assert len(ids) == 10
    assert ids == sorted(set(ids), key=ids.index)


def test_an_attempt_made_while_the_export_runs_is_left_for_the_next(
    store: Store, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "PAGE_ROWS", 1)
    for n in range(2):
        one_call(store, clock, n, Result.NO_ANSWER)
    rows = calls.rows(store.core, ALWAYS)
    first = next(rows)
    one_call(store, clock, 7, Result.NO_ANSWER)
    assert [first[0], *(row[0] for row in rows)] == [1, 2]


def test_each_rep_gets_a_file_and_no_name_leads_out_of_the_folder(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    reps = ("ana", "../../evil", "Ana", "/etc/cron.d/x", "", "con", ".hidden", "o'neil\n", "ana\x00")
    reps = tuple(rep for rep in reps if "\x00" not in rep and rep)
    for n, rep in enumerate(reps):
        store.leads.add(new_lead(n, arrived_at=clock.now()))
        attempt = store.attempts.begin(claimed(store, rep), rep)
        store.attempts.finish(attempt.id, CallEnd(Result.NO_ANSWER, clock.now() + 1), rep)
        clock.advance(MINUTE)
    folder = tmp_path / "out" / "reps"
    written = calls.export_by_rep(store.core, folder, ALWAYS, "csv")
    assert len({Path(one.path) for one in written}) == len(reps)
    assert {path.parent for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".csv"} == {
        folder
    }
    assert {row["rep"] for one in written for row in read(Path(one.path))} == set(reps)
    assert (folder / "calls-ana.csv").is_file()
    assert len({Path(one.path).name.casefold() for one in written}) == len(reps)


def test_an_export_to_standard_output_is_the_same_bytes(
    store: Store, clock: HandClock, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    one_call(store, clock)
    written = calls.export(store.core, "-", ALWAYS, "csv")
    out = capfdbinary.readouterr().out
    calls.export(store.core, tmp_path / "calls.csv", ALWAYS, "csv")
    assert out == (tmp_path / "calls.csv").read_bytes()
    assert written.sha256 == hashlib.sha256(out).hexdigest()
    assert len(list(csv.reader(io.StringIO(out.decode())))) == 2


def test_a_failing_export_leaves_the_old_file_and_no_litter(
    store: Store, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_call(store, clock)
    path = tmp_path / "calls.csv"
    path.write_text("the old one")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        calls.export(store.core, path, ALWAYS, "csv")
    assert path.read_text() == "the old one"
    assert [found.name for found in tmp_path.glob("*calls*")] == ["calls.csv"]


def test_a_missing_folder_and_a_file_in_the_way_are_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot write"):
        calls.export(store.core, tmp_path / "none" / "calls.csv", ALWAYS, "csv")
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match="cannot make the folder"):
        calls.export_by_rep(store.core, tmp_path / "taken", ALWAYS, "csv")


def test_a_page_is_found_by_index(store: Store) -> None:
    """Neither the attempts nor their events are searched from end to end."""
    if store.core.engine.dialect != "sqlite":
        pytest.skip("the planner of PostgreSQL goes by statistics that an empty table lacks")
    sql = "explain query plan " + calls._PAGE + calls._ORDER
    bounds = {"start": 0, "end": 1, "head": 1, "limit": 1, "newest": 1, "at": 0, "id": 0}
    plan = [row["detail"] for row in store.core.engine.rows(sql, **bounds)]  # type: ignore[arg-type]
    assert any("attempt_time" in step for step in plan), plan
    assert any("event_lead" in step for step in plan), plan
    assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in plan), plan


def test_dates_reach_as_far_as_they_say() -> None:
    from store.exports.period import period

    zone = ZoneInfo("America/New_York")
    now = from_iso("2026-11-21T15:00:00Z")
    day = period("2026-11-01", "2026-11-01", zone, now)  # the clock goes back: 25 hours
    assert (iso(day.start), iso(day.end)) == ("2026-11-01T04:00:00.000Z", "2026-11-02T05:00:00.000Z")
    exact = period("2026-11-20T09:00", "2026-11-20T10:00Z", ZoneInfo("UTC"), now)
    assert exact.end - exact.start == HOUR
    assert period("", "", zone, now).end == now
    assert [local.date() for local in period("2026-03-07", "2026-03-09", zone, now).days()] == [
        "2026-03-07",
        "2026-03-08",
        "2026-03-09",
    ]
    for since, until, said in (
        ("2026-13-01", "", "--from: .* no date"),
        ("", "soon", "--to: "),
        ("2026-11-02", "2026-11-01", "is not before --to"),
    ):
        with pytest.raises(UsageError, match=said):
            period(since, until, zone, now)


def told(store: Store, attempt_id: int) -> dict[str, Any]:
    rows = (dict(zip(calls.COLUMNS, row, strict=True)) for row in calls.rows(store.core, ALWAYS))
    return next(row for row in rows if row["attempt_id"] == attempt_id)


def test_a_call_of_theirs_is_told_with_its_way_its_sound_and_to_whom_it_was_given(
    store: Store, clock: HandClock
) -> None:
    store.leads.add(new_lead(0))
    attempt, _ = store.inbound.answer(number(0), "", "=cmd@x", "rep1", None, clock.now())
    store.recordings.begin(attempt.id, "desk", "a.wav", clock.now())
    store.recordings.announced(attempt.id, clock.now() + 5)
    store.recordings.objected(attempt.id, "rep1", clock.now() + 9)
    store.attempts.transferred(attempt.id, "204", done=True, attended=True, at=clock.now())
    end = CallEnd(
        Result.ANSWERED, clock.now() + MINUTE, 0, MINUTE, packets=3_000, lost=30, jitter_ms=12, quality="fair"
    )
    store.attempts.finish(attempt.id, end, "rep1")
    row = told(store, attempt.id)
    assert (row["direction"], row["transferred_to"], row["invited_at"]) == ("in", "204", None)
    assert (row["packets"], row["packets_lost"], row["jitter_ms"], row["quality"]) == (3_000, 30, 12, "fair")
    assert (row["announced_at"], row["objected_at"]) == (iso(clock.now() + 5), iso(clock.now() + 9))
    assert (row["recording"], row["notice"]) == ("deleted", "heard")
    assert (row["talk_seconds"], row["number"], row["sip_call_id"]) == (60.0, number(0), "=cmd@x")


def test_a_call_whose_sound_nobody_measured_tells_no_zeros(store: Store, clock: HandClock) -> None:
    row = told(store, one_call(store, clock))
    assert (row["direction"], row["quality"], row["announced_at"]) == ("out", "", None)
    assert (row["packets"], row["packets_lost"], row["jitter_ms"]) == (None, None, None)


def test_an_objection_and_an_unheard_notice_are_told_with_the_call(store: Store, clock: HandClock) -> None:
    unrecorded, untold = one_call(store, clock, 0), one_call(store, clock, 1)
    store.recordings.objected(unrecorded, "rep1", clock.now())
    store.recordings.begin(untold, "desk", "a.wav", clock.now(), "notice")
    store.recordings.keep(untold, "a.wav", 1, 1, "ab")
    row = told(store, unrecorded)
    assert (row["objected_at"], row["recording"], row["notice"]) == (iso(clock.now()), "", "")
    row = told(store, untold)
    assert (row["objected_at"], row["recording"], row["notice"]) == (None, "kept", "not heard")


def test_who_said_it_is_told_apart_from_what_recorded_itself(store: Store, clock: HandClock) -> None:
    said, by_itself = one_call(store, clock, 0), one_call(store, clock, 1, Result.BUSY)
    assert [told(store, said)[name] for name in ("disposed_by", "automatic")] == ["rep1", False]
    row = told(store, by_itself)
    assert (row["disposition"], row["disposed_by"], row["automatic"]) == ("busy", "", True)
    store.attempts.undo(by_itself, "rep1")
    assert [told(store, by_itself)[name] for name in ("disposition", "automatic")] == [None, None]
    store.attempts.dispose(by_itself, "busy", "rep1")
    assert [told(store, by_itself)[name] for name in ("disposed_by", "automatic")] == ["rep1", False]


def test_what_a_rep_notes_in_the_call_and_its_wrap_up_is_the_calls_note(
    store: Store, clock: HandClock, tmp_path: Path
) -> None:
    store.leads.add(new_lead(0))
    store.leads.note(1, "rep1", "read the card")
    attempt = store.attempts.begin(claimed(store), "rep1")
    store.leads.note(1, "rep1", "=wants a quote")
    store.leads.note(1, "rep2", "somebody else's word")
    store.attempts.finish(attempt.id, CallEnd(Result.ANSWERED, clock.now() + 1, 0, 1), "rep1")
    store.leads.note(1, "rep1", "by Friday")
    store.attempts.dispose(attempt.id, "interested", "rep1", note="keen")
    store.leads.note(1, "rep1", "a day later")
    assert told(store, attempt.id)["note"] == "keen\n=wants a quote\nby Friday"
    assert len(store.leads.notes(1)) == 5
    calls.export(store.core, tmp_path / "calls.csv", ALWAYS, "csv")
    assert read(tmp_path / "calls.csv")[0]["note"] == "keen\n=wants a quote\nby Friday"
    assert store.log.verify().clean
