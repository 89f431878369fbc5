"""The file of campaigns."""

from __future__ import annotations

from pathlib import Path

import pytest

from cadence.campaigns import MOST, load
from cadence.rulebook import load as load_rules
from config.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "campaigns.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_campaign_may_choose_a_cadence_and_ask_for_nothing(tmp_path: Path) -> None:
    text = (
        '[[campaign]]\nname = "fair"\ncadence = "b2b-six"\n[[campaign]]\nname = "spain"\nlanguages = ["es"]\n'
    )
    campaigns = load(written(tmp_path, text), ["b2b-six"])
    assert (campaigns.cadence_of("fair"), campaigns.cadence_of("spain"), campaigns.cadence_of("?")) == (
        "b2b-six", "", "",
    )  # fmt: skip
    assert (campaigns.route_of("fair"), campaigns.route_of("spain")) == ("", "spain")


def test_a_cadence_that_is_not_there_is_named_with_its_line(tmp_path: Path) -> None:
    written(tmp_path, '[[campaign]]\nname = "fair"\ncadence = "b2b-sx"\n')
    with pytest.raises(ConfigError, match=r"campaigns\.toml, line 3, .*no cadence 'b2b-sx'; there"):
        load_rules(tmp_path)


def test_a_cadence_of_the_operators_own_may_be_chosen(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "cadence" / "data" / "cadences" / "inbound-six.toml"
    (tmp_path / "cadences").mkdir()
    own = shipped.read_text(encoding="utf-8").replace('"inbound-six"', '"ours"', 1)
    (tmp_path / "cadences" / "ours.toml").write_text(own, encoding="utf-8")
    written(tmp_path, '[[campaign]]\nname = "fair"\ncadence = "ours"\n')
    assert load_rules(tmp_path).campaigns.cadence_of("fair") == "ours"


def test_only_campaigns_that_ask_cost_the_claim_and_are_counted(tmp_path: Path) -> None:
    def many(line: str) -> str:
        return "".join(f'[[campaign]]\nname = "c{n}"\n{line}\n' for n in range(MOST + 1))

    assert len(load(written(tmp_path, many('cadence = "a"')), ["a"]).by_name) == MOST + 1
    with pytest.raises(ConfigError, match="may ask for something"):
        load(written(tmp_path, many('team = "a"')), [])


def test_a_caller_id_that_is_no_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"campaigns\.toml, line 3, campaign"):
        load(written(tmp_path, '[[campaign]]\nname = "fair"\ncaller_ids = ["0310 555 0100"]\n'), [])
