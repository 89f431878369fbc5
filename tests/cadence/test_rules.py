"""The gate's rules as files: what the operator writes wins, and what is wrong is named."""

from pathlib import Path

import pytest

from cadence.gate import GateFacts, decide
from cadence.model import Lead
from cadence.rulebook import Rulebook, load
from cadence.rules import load as load_rules
from cadence.spans import clock_hours, hours, overlap, span
from config.clock import DAY, HOUR, MINUTE, from_iso
from config.errors import ConfigError

FRANCE = """\
version = "2026-11-21"
country = "FR"
hours = "10:00-20:00"
saturday = "closed"
sunday = "closed"
holiday = "closed"
zones = ["Europe/Paris"]
cap_24h = 2
gap = "1 h"
source = "a test"

[states.IDF]
hours = "09:00-18:00"
"""
PARIS = "+33142345678"


def write(tmp_path: Path, text: str, name: str = "fr.toml") -> Path:
    (tmp_path / "gate").mkdir(exist_ok=True)
    (tmp_path / "gate" / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_country_of_the_operators_own_is_obeyed_and_changes_the_version(
    tmp_path: Path, book: Rulebook
) -> None:
    own = load(write(tmp_path, FRANCE))
    saturday = from_iso("2026-11-21T12:00:00Z")
    lead = Lead(1, "Zoé", arrived_at=saturday)
    assert decide(GateFacts(PARIS, lead), book.gate, saturday).allowed
    refused = decide(GateFacts(PARIS, lead), own.gate, saturday)
    assert not refused.allowed
    assert refused.next_at == from_iso("2026-11-23T09:00:00Z")
    assert own.gate.version != book.gate.version


def test_a_state_is_never_looser_than_its_country(tmp_path: Path) -> None:
    place = load(write(tmp_path, FRANCE)).gate.place("FR", "IDF")
    assert clock_hours(place.week[0]) == "10:00-18:00"
    assert clock_hours(place.week[5]) == "closed"
    assert (place.cap_24h, place.gap_ms, place.zones) == (2, HOUR, ("Europe/Paris",))


def test_no_state_of_ours_is_looser_than_its_country(book: Rulebook) -> None:
    for (country, region), place in book.gate._places.items():
        above = book.gate.place(country)
        assert all(overlap(mine, its) == mine for mine, its in zip(place.week, above.week, strict=True)), (
            region
        )
        assert place.zones or not region, f"{country}-{region} tells no zone"
        assert place.source


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"10:00-20:00"', '"10-20"', r"line 3, hours: '10-20' are no hours; write them like"),
        ('"10:00-20:00"', '"20:00-10:00"', r"line 3, hours: '20:00-10:00' are no hours"),
        ('"Europe/Paris"', '"Europe/Lyon"', r"line 7, zones: 'Europe/Lyon' is no IANA time zone"),
        ('"1 h"', '"an hour"', r"line 9, gap: 'an hour' is no duration"),
        ('hours = "09:00-18:00"', 'hours = "x"', r"line 13, states.IDF.hours: 'x' are no hours"),
        (
            'hours = "09:00-18:00"',
            "cap24h = 3",
            r"line 13, states.IDF.cap24h: unknown key; did you mean `cap_24h`",
        ),
        ('"FR"', '"France"', r"line 2, country: expected `str` matching"),
        ("cap_24h = 2", "cap_24h = -2", r"line 8, cap_24h: should be from 0 to 1000"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(write(tmp_path, FRANCE.replace(old, new, 1)))


def test_the_world_needs_a_default(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the world needs a default"):
        load_rules([write(tmp_path, FRANCE) / "gate" / "fr.toml"])


def test_spans_and_hours_as_they_are_written() -> None:
    assert [span(text) for text in ("90 s", "20min", "2 h", "1 day", "5 days")] == [
        90_000, 20 * MINUTE, 2 * HOUR, DAY, 5 * DAY,
    ]  # fmt: skip
    assert hours("08:00 - 24:00") == (480, 1440)
    assert hours("closed") == (0, 0)
    for wrong in ("8:00-20:00", "08:60-09:00", "08:00-25:00", "", "08:00"):
        with pytest.raises(ValueError, match="no hours"):
            hours(wrong)
