"""What may be recorded, and who must be told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cadence.model import Lead
from cadence.recording import Mode, RecordingPolicy, Tell, decide, load, places
from cadence.rulebook import DATA
from cadence.rulebook import load as load_rules
from config.errors import ConfigError

SHIPPED = load(DATA / "recording.toml")
CALIFORNIAN, TEXAN, BRITON = "+14155550100", "+12145550100", "+442079460000"
LEAD = Lead(1, "Ana Moreno", country="US", region="TX", campaign="spring")


def policy(**changes: object) -> RecordingPolicy:
    return msgspec.structs.replace(SHIPPED, **changes)


def test_nothing_is_recorded_as_shipped() -> None:
    found = decide(LEAD, TEXAN, SHIPPED)
    assert (found.mode, found.tell) == (Mode.OFF, False)
    assert found.why == "Recording is off: the firm's setting."


def test_a_campaign_has_its_own_mode() -> None:
    spring = policy(campaigns={"spring": Mode.ANNOUNCE})
    assert decide(LEAD, TEXAN, spring).mode is Mode.ANNOUNCE
    assert decide(replace(LEAD, campaign="autumn"), TEXAN, spring).mode is Mode.OFF


@pytest.mark.parametrize("e164", [CALIFORNIAN, TEXAN])
def test_the_place_that_records_less_counts_whether_number_or_address_names_it(e164: str) -> None:
    careful = policy(mode=Mode.ANNOUNCE, places={"US-CA": Mode.OFF})
    assert decide(replace(LEAD, region="CA"), e164, careful).mode is Mode.OFF
    assert decide(LEAD, e164, careful).mode is (Mode.OFF if e164 == CALIFORNIAN else Mode.ANNOUNCE)


def test_a_place_never_records_more_than_the_campaign() -> None:
    eager = policy(mode=Mode.ON_DEMAND, places={"US-TX": Mode.ANNOUNCE})
    assert decide(LEAD, TEXAN, eager).mode is Mode.ON_DEMAND


def test_a_country_speaks_for_its_states() -> None:
    careful = policy(mode=Mode.ANNOUNCE, places={"US": Mode.ON_DEMAND})
    assert decide(LEAD, TEXAN, careful).mode is Mode.ON_DEMAND


def test_everyone_is_told_unless_the_firm_goes_by_the_law() -> None:
    assert decide(LEAD, TEXAN, policy(mode=Mode.ANNOUNCE)).tell
    assert not decide(LEAD, TEXAN, policy(mode=Mode.ANNOUNCE, tell=Tell.BY_LAW)).tell


@pytest.mark.parametrize("state", sorted(SHIPPED.all_parties))
def test_by_law_a_state_of_all_parties_is_told(state: str) -> None:
    found = decide(replace(LEAD, region=state), TEXAN, policy(mode=Mode.ON_DEMAND, tell=Tell.BY_LAW))
    assert found.tell
    assert SHIPPED.all_parties[state] in found.why


@pytest.mark.parametrize(
    ("lead", "e164"), [(None, "+"), (None, BRITON), (replace(LEAD, country="GB", region=""), TEXAN)]
)
def test_by_law_nobody_outside_the_known_states_goes_untold(lead: Lead | None, e164: str) -> None:
    assert decide(lead, e164, policy(mode=Mode.ON_DEMAND, tell=Tell.BY_LAW)).tell


def test_the_places_are_those_of_number_and_address() -> None:
    assert places(LEAD, CALIFORNIAN) == ("US-CA", "US-TX")
    assert places(LEAD, TEXAN) == ("US-TX",)
    assert places(None, BRITON) == ("GB",)


def test_the_operators_file_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "recording.toml").write_text('version = "2027-01-01"\nmode = "announce"\n')
    assert load_rules(tmp_path).recording.mode is Mode.ANNOUNCE


def test_a_wrong_mode_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "recording.toml").write_text('version = "2027-01-01"\nmode = "always"\n')
    with pytest.raises(ConfigError, match="line 2"):
        load_rules(tmp_path)
