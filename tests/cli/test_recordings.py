"""`sixring recordings` on a real store: nobody listens without a line in the log."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import socket
from pathlib import Path

import pytest
from support.factories import NOON, called, new_lead
from support.program import sixring

from cadence.model import Result
from cadence.rulebook import load
from config.clock import HandClock, SystemClock
from config.home import Home
from store.store import Store

DOCS = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
SOUND = b"a voice"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one kept recording, number 1."""
    home = Home(tmp_path).make()
    clock = HandClock(NOON)
    with Store.open(home.database, load(), clock) as store:
        store.leads.add(new_lead())
        attempt = called(store, clock, Result.ANSWERED)
        file = home.recordings / "2026-11" / f"attempt-{attempt.id}.flac"
        file.parent.mkdir()
        file.write_bytes(SOUND)
        store.recordings.begin(attempt.id, socket.gethostname(), f"2026-11/{file.name}", clock.now())
        digest = hashlib.sha256(SOUND).hexdigest()
        store.recordings.keep(attempt.id, f"2026-11/{file.name}", 65_000, len(SOUND), digest)
    return home


def listened(home: Home) -> list[tuple[str, str]]:
    with Store.open(home.database, load(), SystemClock()) as store:
        return [
            (event.rep, event.body["how"])
            for event in store.log.after(0, 1000)
            if event.kind == "recording.played"
        ]


def test_the_list_names_length_rep_and_lead_and_hands_nothing_out(home: Home) -> None:
    done = sixring("recordings", "list", home=home.path)
    assert done.returncode == 0, done.stderr
    assert "1:05" in done.stdout
    assert "rep1" in done.stdout
    assert listened(home) == []


def test_the_json_of_the_list_is_as_documented(home: Home) -> None:
    done = sixring("recordings", "list", "--json", home=home.path)
    text = DOCS.partition("\n## recordings list\n")[2].partition("\n## ")[0]
    (record,) = map(json.loads, done.stdout.splitlines())
    assert set(record) == {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert (record["ms"], record["state"]) == (65_000, "kept")


def test_who_objected_is_listed_also_where_nothing_was_recorded(home: Home) -> None:
    clock = HandClock(NOON)
    with Store.open(home.database, load(), clock) as store:
        store.leads.add(new_lead(1))
        second = called(store, clock, Result.ANSWERED, rep="rep2")
        store.recordings.objected(1, "rep1", clock.now())
        store.recordings.objected(second.id, "rep2", clock.now() + 1_000)
    done = sixring("recordings", "objections", "--json", home=home.path)
    text = DOCS.partition("\n## recordings objections\n")[2].partition("\n## ")[0]
    newest, oldest = map(json.loads, done.stdout.splitlines())
    assert set(newest) == {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert (newest["recording_id"], newest["state"], newest["objected_at"][:10]) == (None, "", "2026-11-17")
    assert (oldest["recording_id"], oldest["state"]) == (1, "deleted")
    lines = sixring("recordings", "objections", home=home.path).stdout.splitlines()
    assert "nothing was recorded" in lines[1]
    assert "1 deleted" in lines[2]
    assert len(sixring("recordings", "objections", "--lead", "1", home=home.path).stdout.splitlines()) == 2
    audited = sixring("audit", home=home.path)
    assert audited.returncode == 0
    assert f"may still lie on {socket.gethostname()} until its housekeeping has run: 1" in audited.stdout


def test_audit_names_a_recording_whose_notice_nobody_heard_and_counts_what_the_rep_had_to_say(
    home: Home,
) -> None:
    clock = HandClock(NOON)
    with Store.open(home.database, load(), clock) as store:
        for n, told_by in ((1, "notice"), (2, "rep")):
            store.leads.add(new_lead(n))
            attempt = called(store, clock, Result.ANSWERED, rep=f"rep{n + 1}")
            store.recordings.begin(attempt.id, "desk-9", f"{n}.wav", clock.now(), told_by)
            store.recordings.keep(attempt.id, f"{n}.wav", 1, 1, "ab")
    done = sixring("audit", home=home.path)
    assert done.returncode == 0
    assert "recording 2 (call 2 of rep2, on desk-9): the notice was not heard to its end" in done.stdout
    assert "the rep had to tell them, for no notice was played: 1" in done.stdout
    report = json.loads(sixring("audit", "--json", home=home.path).stdout)
    assert [one["recording_id"] for one in report["recordings_untold"]] == [2]
    assert (report["recordings_left_to_rep"], report["recordings_unerased"]) == (1, {})
    listed = sixring("recordings", "list", home=home.path).stdout
    assert "not heard" in listed


def test_a_path_is_printed_and_logged(home: Home) -> None:
    done = sixring("recordings", "path", "1", home=home.path)
    assert Path(done.stdout.strip()).read_bytes() == SOUND
    assert listened(home) == [(getpass.getuser(), "path")]


def test_a_recording_is_played_by_the_machines_player_and_logged(home: Home, tmp_path: Path) -> None:
    player = tmp_path / "bin" / "ffplay"
    player.parent.mkdir()
    player.write_text(f'#!/bin/sh\nfor last; do :; done\ncat "$last" > "{tmp_path}/heard"\n')
    player.chmod(0o755)
    env = {"PATH": f"{player.parent}:{os.environ['PATH']}"}
    done = sixring("recordings", "play", "1", home=home.path, env=env)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "heard").read_bytes() == SOUND
    assert listened(home) == [(getpass.getuser(), "play")]


def test_without_a_player_nothing_is_logged_and_the_way_out_is_named(home: Home, tmp_path: Path) -> None:
    done = sixring("recordings", "play", "1", home=home.path, env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "sixring recordings path 1" in done.stderr
    assert listened(home) == []


def test_an_unknown_a_deleted_and_a_missing_recording_are_told_apart(home: Home) -> None:
    assert "there is no recording 9" in sixring("recordings", "path", "9", home=home.path).stderr.lower()
    next(home.recordings.rglob("*.flac")).unlink()
    assert "is not here" in sixring("recordings", "path", "1", home=home.path).stderr
    with Store.open(home.database, load(), SystemClock()) as store:
        store.recordings.delete(1, "older than 30 days")
    gone = sixring("recordings", "path", "1", home=home.path)
    assert (gone.returncode, "deleted: older than 30 days" in gone.stderr) == (1, True)
    assert listened(home) == []
