"""What an anchor finds that a chain computed anew hides."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from support.factories import NOON, called, new_lead
from support.tamper import rewrite

from cadence.model import Result
from config.clock import HOUR, HandClock
from config.errors import UsageError
from store.anchors import Held, hold, read
from store.exports import calls
from store.exports.period import Period
from store.exports.writer import sidecar
from store.store import Store

ALWAYS = Period(0, NOON + 1000 * HOUR, ZoneInfo("America/New_York"))
GONE = "delete from event where seq = (select max(seq) from event)"
EDITED = "update event set rep = 'eve' where seq = 1"


@pytest.fixture
def anchor(store: Store, clock: HandClock, tmp_path: Path) -> Path:
    """The anchor of an export of one call; the floor went on after it."""
    store.leads.add(new_lead(0))
    called(store, clock, Result.BUSY)
    calls.export(store.core, tmp_path / "calls.csv", ALWAYS, "csv")
    store.leads.add(new_lead(1))
    return sidecar(tmp_path / "calls.csv")


def held(store: Store, said: object) -> Held:
    return hold(store.core.engine, read(str(said)))


def test_an_anchor_holds_while_the_log_only_grows(store: Store, anchor: Path) -> None:
    found = held(store, anchor)
    assert found.holds
    assert found.seq == json.loads(anchor.read_text())["head_seq"] < store.log.head()[0]


def test_a_log_that_was_rewritten_with_all_its_hashes_is_found(
    store: Store, anchor: Path, location: str
) -> None:
    rewrite(location, EDITED)
    assert store.log.verify().clean, "the forger did good work"
    found = held(store, anchor)
    assert not found.holds
    assert f"event {json.loads(anchor.read_text())['head_seq']} had another hash" in found.why


def test_a_row_and_its_event_changed_together_are_found(store: Store, anchor: Path, location: str) -> None:
    change = "replace(body, '\"busy\"', '\"answered\"')"
    rewrite(
        location,
        "update attempt set result = 'answered' where id = 1",
        f"update event set body = {change} where kind = 'attempt.ended'",
    )
    assert store.log.verify().clean, "the forger did good work"
    assert not held(store, anchor).holds


def test_an_end_that_was_cut_off_is_found(store: Store, location: str) -> None:
    store.leads.add(new_lead(0))
    store.leads.add(new_lead(1))
    seq, head = store.log.head()
    rewrite(location, GONE)
    assert store.log.verify().clean
    assert "its end was cut off" in held(store, f"{seq}:{head}").why


def test_a_bare_hash_is_looked_for_in_the_whole_log(store: Store, location: str) -> None:
    store.leads.add(new_lead(0))
    seq, head = store.log.head()
    store.leads.add(new_lead(1))
    for said in (head, head.upper(), f"{seq} {head}", f"{seq}:{head}"):
        assert (held(store, said).seq, held(store, said).why) == (seq, "")
    assert not held(store, f"{seq + 1}:{head}").holds
    rewrite(location, EDITED)
    assert "no event of the log has this hash" in held(store, head).why


def test_the_exported_file_beside_its_anchor_is_held_against_it_too(store: Store, anchor: Path) -> None:
    exported = anchor.with_name("calls.csv")
    exported.write_bytes(exported.read_bytes().replace(b"busy", b"won"))
    found = held(store, anchor)
    assert "calls.csv is not the file that was exported" in found.why
    exported.unlink()  # an anchor may be kept without its file
    assert held(store, anchor).holds


def test_an_anchor_of_an_empty_log_proves_nothing_and_breaks_nothing(store: Store, tmp_path: Path) -> None:
    calls.export(store.core, tmp_path / "calls.csv", ALWAYS, "csv")
    store.leads.add(new_lead(0))
    assert held(store, sidecar(tmp_path / "calls.csv")).seq == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "{}",
        "[1]",
        '{"file": "a", "sha256": "b", "head_seq": "many", "head_hash": "c"}',
        '{"file": "a", "sha256": "b", "head_seq": 9223372036854775808, "head_hash": "c"}',
        '{"file": "a", "sha256": "b", "head_seq": -1, "head_hash": "c"}',
    ],
)
def test_a_file_that_is_no_anchor_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "calls.csv").write_text(text)
    with pytest.raises(UsageError, match=r"calls\.csv: no anchor .*; give the \.anchor\.json"):
        read(str(tmp_path / "calls.csv"))


@pytest.mark.parametrize(
    "said", ["gone.anchor.json", "12ab", "", "-1:" + "0" * 64, "9" * 20 + ":" + "0" * 64]
)
def test_what_is_neither_a_file_nor_a_hash_is_one_sentence(said: str) -> None:
    with pytest.raises(UsageError, match="neither a file nor a hash"):
        read(said)
