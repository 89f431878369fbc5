"""The commands that read and write the store, on a real one, as processes."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from support.program import PROGRAM, environment, sixring
from support.tamper import rewrite

from cadence.rulebook import load
from config.clock import SystemClock
from config.home import Home
from store.records import NewLead, NewPhone
from store.store import Store

HOSTILE = "\x1b[2J\x9b31mEve\u202e[bold]"
DOCS = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")


def opened(home: Path) -> Store:
    return Store.open(Home(home).make().database, load(), SystemClock())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two leads, one with a hostile name."""
    with opened(tmp_path) as store:
        store.leads.add(
            NewLead(
                name="Anna Acme",
                company="Acme",
                email="anna@acme.example",
                phones=(NewPhone("+14155550123"),),
            )
        )
        store.leads.add(
            NewLead(name=HOSTILE, company="=cmd|' /C calc'!A0", phones=(NewPhone("+12125550199"),))
        )
    return tmp_path


def documented(section: str) -> set[str]:
    """The field names that docs/json.md promises for a command."""
    text = DOCS.partition(f"\n## {section}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
    return fields_in(text)


def fields_in(text: str) -> set[str]:
    return set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


def objects(*args: str | Path, home: Path, code: int = 0) -> list[dict[str, Any]]:
    done = sixring(*args, "--json", home=home)
    assert done.returncode == code, done.stderr
    assert done.stdout.isascii()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_queue_shows_reasons_in_the_order_of_calling(home: Path) -> None:
    rows = objects("queue", home=home)
    assert {row["name"] for row in rows} == {"Anna Acme", HOSTILE}
    assert all(set(row) == documented("queue") for row in rows)
    assert all(row["reason"] for row in rows)
    assert len(objects("queue", "--limit", "1", home=home)) == 1


@pytest.mark.parametrize("args", [["queue"], ["tail"], ["why", "2"], ["audit"], ["dnc", "list"]])
def test_hostile_text_reaches_the_terminal_only_as_text(args: list[str], home: Path) -> None:
    with opened(home) as store:
        store.dnc.add("+12125550000", HOSTILE, HOSTILE)
    done = sixring(*args, home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert all(line.isprintable() for line in done.stdout.splitlines())


def test_tail_tells_the_events_in_their_order(home: Path) -> None:
    events = objects("tail", home=home)
    assert [event["kind"] for event in events] == ["lead.arrived", "lead.arrived"]
    assert [event["seq"] for event in events] == [1, 2]
    assert all(set(event) == documented("tail") for event in events)
    assert objects("tail", "--after", "1", home=home) == events[1:]
    assert objects("tail", "-n", "1", home=home) == events[1:]
    assert objects("tail", "-n", "0", home=home) == []


class Following:
    """A running `sixring tail -f`, read line by line."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "tail", "-f", "--json"],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def next(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._lines.get(timeout=60))
        return found

    def end(self) -> tuple[int, str]:
        assert self.process.stderr is not None
        code = self.process.wait(60)
        return code, self.process.stderr.read()


@pytest.fixture
def following(home: Path) -> Iterator[Following]:
    running = Following(home)
    yield running
    running.process.kill()
    running.process.wait()
    for stream in (running.process.stdout, running.process.stderr):
        assert stream is not None
        stream.close()


def test_tail_follows_what_another_process_does_and_ends_quietly_on_ctrl_c(
    home: Path, following: Following
) -> None:
    assert [following.next()["seq"], following.next()["seq"]] == [1, 2]
    with opened(home) as store:
        store.leads.add(NewLead(name="Late Larry", phones=(NewPhone("+13125550142"),)))
    live = following.next()
    assert (live["seq"], live["kind"]) == (3, "lead.arrived")
    following.process.send_signal(signal.SIGINT)
    assert following.end() == (130, "")


def test_tail_ends_quietly_when_its_reader_has_had_enough(home: Path) -> None:
    read, write = os.pipe()
    process = subprocess.Popen(
        [PROGRAM, "tail", "-f"], env=environment(home), stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    assert os.read(read, 10)
    os.close(read)  # and nothing more is ever written: it must notice by itself
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (141, "")


def test_audit_is_clean_and_a_ghost_is_found(home: Path) -> None:
    (report,) = objects("audit", home=home)
    assert report["clean"] is True
    assert report["open"] == 2
    assert set(report) == documented("audit")
    with sqlite3.connect(home / "sixring.db") as db:  # behind the store's back
        db.execute("pragma foreign_keys=off")
        db.execute("delete from queue where lead_id = 1")
    db.close()
    (report,) = objects("audit", home=home, code=1)
    assert [ghost["lead_id"] for ghost in report["ghosts"]] == [1]
    said = sixring("audit", home=home).stdout
    assert "NOT CLEAN: 1 lead is lost" in said
    assert "Anna Acme" in said
    assert not re.search(r"\b1 (lead|call|callback|attempt|step)s\b", said)


def test_audit_measures_the_follow_up_of_the_leads_of_a_period(home: Path) -> None:
    (report,) = objects("audit", home=home)
    figures = fields_in(DOCS.partition("\n### Figures\n")[2].partition("\n## ")[0])
    assert set(report["follow_up"]) == figures
    assert report["follow_up"]["leads"] == 2
    assert [set(part) for part in report["by_source"]] == [figures | {"source"}]
    assert [set(part) for part in report["by_rep"]] == [figures | {"rep"}]
    (before,) = objects("audit", "--to", "2020-01-01", home=home)
    assert (before["open"], before["follow_up"]["leads"]) == (2, 0), "the proof is of all leads"
    assert sixring("audit", "--from", "someday", home=home).returncode == 2


@pytest.mark.parametrize(
    ("by", "said"),
    [("source", "unnamed"), ("rep", "nobody yet"), ("call", "reached first"), ("", "Velocify")],
)
def test_audit_prints_the_figures_beside_the_studies_or_broken_down(by: str, said: str, home: Path) -> None:
    done = sixring("audit", *(["--by", by] if by else []), home=home)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_verify_names_the_first_broken_row(home: Path) -> None:
    (verdict,) = objects("verify", home=home)
    assert verdict["clean"] is True
    assert (verdict["rows"], verdict["head_seq"]) == (2, 2)
    assert set(verdict) == documented("verify")
    with sqlite3.connect(home / "sixring.db") as db:
        for (name,) in db.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            db.execute(f'drop trigger "{name}"')
        db.execute("update event set rep = 'mallory' where seq = 2")
    db.close()
    (verdict,) = objects("verify", home=home, code=1)
    assert verdict["first_broken"] == 2
    assert "2" in sixring("verify", home=home).stdout


def test_verify_holds_the_log_against_anchors(home: Path) -> None:
    out = home / "calls.csv"
    assert sixring("export", "calls", "--out", out, home=home).returncode == 0
    (verdict,) = objects("verify", home=home)
    kept = (f"{out}.anchor.json", f"{verdict['head_seq']} {verdict['head']}")
    done = sixring("verify", "--anchor", kept[0], "--anchor", kept[1], home=home)
    assert done.stdout == f"clean: 2 events (up to event 2 as 2 anchors say), head 2 {verdict['head']}\n"
    rewrite(str(home / "sixring.db"), "update event set rep = 'mallory' where seq = 2")
    assert sixring("verify", home=home).returncode == 0, "the chain itself says nothing"
    done = sixring("verify", "--anchor", kept[0], home=home)
    assert done.returncode == 1
    assert done.stdout.startswith(f"broken, says the anchor {kept[0]}: event 2 had another hash then")
    assert done.stdout.count("\n") == 1
    (verdict,) = objects("verify", "--anchor", kept[0], "--anchor", verdict["head"], home=home, code=1)
    assert (verdict["clean"], verdict["first_broken"]) == (False, None)
    assert [one["holds"] for one in verdict["anchors"]] == [False, False]


def test_an_anchor_that_is_none_is_a_mistake_of_the_words(home: Path) -> None:
    done = sixring("verify", "--anchor", home / "sixring.db", home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no anchor" in done.stderr
    assert done.stderr.count("\n") == 1


def test_why_names_the_colleague_of_the_settings_whom_a_call_was_given_to(home: Path) -> None:
    (home / "sixring.toml").write_text('[[sip.colleagues]]\nname = "Kim Park"\nnumber = "203"\n', "utf-8")
    with opened(home) as store:
        attempt, _ = store.inbound.answer("+14155550123", "", "sip", "ana", None, store.core.now())
        store.attempts.transferred(attempt.id, "203", done=True, attended=True, at=store.core.now())
    assert "given to Kim Park (203)" in sixring("why", "1", home=home).stdout


def test_why_finds_the_one_lead_that_was_meant(home: Path) -> None:
    for typed in ("1", "anna", "+14155550123", "anna@acme.example"):
        done = sixring("why", typed, home=home)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("lead 1: Anna Acme, Acme, anna@acme.example")
        assert "next:" in done.stdout
    assert [event["lead_id"] for event in objects("why", "1", home=home)] == [1]
    no_99 = "There is no lead 99; sixring why finds one by"
    for words, said in (("nobody", "No lead fits 'nobody'"), ("99", no_99), ("99 --json", no_99)):
        unknown = sixring("why", *words.split(), home=home)
        assert (unknown.returncode, unknown.stdout) == (1, "")
        assert said in unknown.stderr


def test_a_domain_that_several_leads_have_wants_a_second_word(home: Path) -> None:
    sheet = home / "crowd.csv"
    sheet.write_text("name,email\nAda,ada@crowd.example\nBob,bob@crowd.example\n", encoding="utf-8")
    assert sixring("import", sheet, home=home).returncode == 0
    done = sixring("dnc", "add", "@crowd.example", "--why", "a slip", home=home)
    assert done.returncode == 2
    assert "2 leads" in done.stderr
    assert "--yes" in done.stderr
    assert objects("dnc", "check", "@crowd.example", home=home)[0]["listed"] is False
    done = sixring("dnc", "add", "@crowd.example", "--why", "their lawyer wrote", "--yes", home=home)
    assert done.returncode == 0, done.stderr
    assert "2 leads have it" in done.stdout


def test_dnc_takes_a_number_out_at_once_and_keeps_who_and_why(home: Path) -> None:
    done = sixring("dnc", "add", "(415) 555-0123", "--why", "asked on the phone", "--by", "anna", home=home)
    assert done.returncode == 0, done.stderr
    assert "Anna Acme" not in sixring("queue", home=home).stdout
    (entry,) = objects("dnc", "list", home=home)
    assert set(entry) == documented("dnc list")
    assert (entry["value"], entry["added_by"], entry["why"]) == ("+14155550123", "anna", "asked on the phone")
    (checked,) = objects("dnc", "check", "+14155550123", home=home, code=1)
    assert checked == {"value": "+14155550123", "listed": True, "entry": entry}
    assert sixring("gate", "+14155550123", "--at", "2026-11-24T15:00", home=home).returncode == 1
    assert sixring("dnc", "remove", "+14155550123", "--why", "signed up again", home=home).returncode == 0
    assert sixring("dnc", "check", "+14155550123", home=home).returncode == 0
    assert sixring("dnc", "remove", "+14155550123", "--why", "again", home=home).returncode == 1


@pytest.mark.parametrize(
    ("typed", "value", "kind"),
    [("@Acme.example", "acme.example", "domain"), ("ANNA@acme.example", "anna@acme.example", "email")],
)
def test_dnc_knows_addresses_and_domains(typed: str, value: str, kind: str, home: Path) -> None:
    assert sixring("dnc", "add", typed, "--why", "test", home=home).returncode == 0
    (entry,) = objects("dnc", "list", home=home)
    assert (entry["value"], entry["kind"]) == (value, kind)
    assert sixring("dnc", "check", "anna@acme.example", home=home).returncode == 1


def test_gate_takes_the_lead_into_account(home: Path) -> None:
    (decision,) = objects("gate", "+14155550123", "--lead", "1", "--at", "2026-11-24T15:00", home=home)
    assert set(decision) == documented("gate")
    assert decision["allowed"] is True
    assert sixring("gate", "+14155550123", "--lead", "99", home=home).returncode == 1


def test_exports_go_to_a_file_with_its_anchor_or_to_standard_output(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "calls.csv"
    done = sixring("export", "calls", "--out", out, home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert out.read_text().startswith('"attempt_id","rep"')
    assert json.loads((tmp_path / "calls.csv.anchor.json").read_text())["head_seq"] == 2
    done = sixring("export", "payroll", "--from", "2026-11-01", "--to", "2026-11-30", home=home)
    assert done.stdout.startswith('"rep"')
    done = sixring("export", "calls", "--by-rep", home=home)
    assert done.returncode == 2
    assert "--out" in done.stderr


def test_an_export_that_cannot_be_written_is_one_sentence(home: Path) -> None:
    done = sixring("export", "calls", "--out", home / "no" / "such" / "folder.csv", home=home)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_a_store_that_is_no_store_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sixring.db").write_text("I am a diary, not a database. " * 200)
    for args in (["queue"], ["tail"], ["verify"]):
        done = sixring(*args, home=tmp_path)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "crash" not in done.stderr
