"""Every kind of event has its line, its JSON, and its place in docs/json.md."""

import json
import re
from pathlib import Path

import pytest

import store.events
from cli.events import _DETAILS, human_line
from cli.output import json_line, line, table
from store.event_json import json_record
from store.events import Event

DOCS = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
KINDS = re.findall(r"^(\w+\.\w+)  ", store.events.__doc__ or "", re.MULTILINE)
HOSTILE = "\x1b]0;owned\x07\x9b2J\u202eevil[bold]\r\n\x00"


def test_every_kind_the_store_tells_has_a_line_and_is_documented() -> None:
    assert len(KINDS) > 20
    assert set(KINDS) == set(_DETAILS)
    documented = set(re.findall(r"`(\w+\.\w+)`", DOCS.partition("### Events")[2].partition("\n## ")[0]))
    assert documented == set(KINDS)


@pytest.mark.parametrize("kind", [*KINDS, "kind.unknown"])
def test_no_event_moves_the_terminal_whatever_its_body_holds(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    body = dict.fromkeys(_DETAILS.get(kind, ("anything",)), HOSTILE)
    event = Event(7, 1_795_000_000_123, kind, HOSTILE, 3, None, body)
    line(human_line(event, "America/New_York"))
    json_line(json_record(event))
    table(("name",), [(HOSTILE,)])
    printed = capsys.readouterr().out
    assert all(text.isprintable() for text in printed.splitlines())
    assert printed.count("\n") == 4
    assert "evil[bold]" in printed  # text stays text


def test_a_line_tells_times_in_the_firms_zone_and_durations_in_seconds() -> None:
    body = {"e164": "+14155550123", "result": "answered", "ring_ms": 4200, "talk_ms": 61000, "sip_code": 200}
    told = human_line(Event(7, 1_795_000_000_123, "attempt.ended", "anna", 3, 9, body), "America/New_York")
    assert " ".join(told.split()) == (
        "2026-11-18 06:06:40 anna attempt.ended lead 3 +14155550123, answered, ring 4.2 s, talk 61.0 s, "
        "sip code 200"
    )


def test_json_has_every_time_as_iso_8601_and_the_rest_as_it_is() -> None:
    body = {"callback_at": 1_795_000_000_000, "until": None, "step": 2, "at": 1_795_000_000_001}
    record = json.loads(
        json.dumps(json_record(Event(7, 1_795_000_000_123, "callback.agreed", "a", 3, 9, body)))
    )
    assert record["at"] == "2026-11-18T11:06:40.123Z"
    assert record["body"] == {
        "callback_at": "2026-11-18T11:06:40.000Z",
        "until": None,
        "step": 2,
        "at": "2026-11-18T11:06:40.001Z",
    }


def test_columns_line_up_by_width_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    table(("name", "reason"), [("王小明", "a"), ("Anna", "b")])
    header, chinese, latin = capsys.readouterr().out.splitlines()
    assert header == "name    reason"
    assert chinese == "王小明  a"
    assert latin == "Anna    b"
