"""Settings and rules that do not fit each other are told before a day begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cadence.campaigns import Campaign, Campaigns
from cadence.rulebook import load
from config.errors import ConfigError
from config.settings import Queue, Settings, Sip
from floor.agreement import check_agreement

SETTINGS = Settings(sip=Sip(server="s", caller_ids=("+12125550100",)))


def test_a_campaign_shows_no_number_but_the_firms_own() -> None:
    owned = Campaigns((Campaign("fair", caller_ids=("+12125550100",)), Campaign("web")))
    check_agreement(SETTINGS, replace(load(), campaigns=owned))
    foreign = Campaigns((Campaign("fair", caller_ids=("+13105550100",)),))
    with pytest.raises(ConfigError, match=r"the campaign 'fair' shows \+13105550100, .*add it to \[sip\]"):
        check_agreement(SETTINGS, replace(load(), campaigns=foreign))


def test_the_floors_own_cadence_is_there() -> None:
    with pytest.raises(ConfigError, match=r"\[queue\] cadence: no cadence is named 'ours'; there are"):
        check_agreement(Settings(queue=Queue(cadence="ours")), load())
