"""What the operator wrote in [sip] is what the phone process gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from cadence.caller_id import CallerId
from config.home import Home
from config.settings import Firm, Settings, Sip, load
from floor.account import account_of, callers_of, name_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_every_field_reaches_the_phone(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXRING_SIP_PASSWORD", "s3cret")
    sip = Sip(
        server="sip.example:5061", user="1001", login="anna", realm="r", transport="tls", ca_file="own.pem",
        verify_server=False, srtp="mandatory", proxy="edge.example", register_every_s=60, qualify_s=7,
        keep_alive_s=9, stun_servers=("stun.example",), ice=True, codecs=("G722",), no_response_s=3,
        max_call_minutes=2,
    )  # fmt: skip
    account = account_of(Settings(sip=sip, firm=Firm(name="Acme")), home)
    assert (account.server, account.user, account.login, account.realm) == (
        "sip.example:5061", "1001", "anna", "r",
    )  # fmt: skip
    assert (account.password, account.display_name) == ("s3cret", "Acme")
    assert (account.transport, account.verify_server, account.srtp) == ("tls", False, "mandatory")
    assert account.ca_file == str(home.config_folder / "own.pem")
    assert (account.proxy, account.register, account.register_every_s) == ("edge.example", True, 60)
    assert (account.qualify_ms, account.keep_alive_s) == (7_000, 9)
    assert (account.stun_servers, account.ice, account.codecs) == (("stun.example",), True, ("G722",))
    assert (account.no_response_ms, account.max_call_ms) == (3_000, 120_000)


def test_a_certificate_file_may_stand_anywhere(home: Home) -> None:
    account = account_of(Settings(sip=Sip(server="s", ca_file="/etc/carrier.pem")), home)
    assert account.ca_file == "/etc/carrier.pem"


def test_only_a_trunk_has_a_name_before_it_has_answered() -> None:
    assert name_of(Settings(sip=Sip(server="s", register=False))) == "trunk s"
    assert name_of(Settings(sip=Sip(server="s"))) == ""


def test_numbers_of_the_firm_are_texts_or_say_more(home: Home) -> None:
    home.make()
    home.config_file.write_text(
        """[sip]
caller_ids = [
    "+12125550100",
    {number = "+18005550100", name = "Freephone", areas = ["US-IL", "312"], contract_ref = "C-17"},
]
"""
    )
    assert callers_of(load(home)) == (
        CallerId("+12125550100"),
        CallerId("+18005550100", name="Freephone", areas=("US-IL", "312"), contract_ref="C-17"),
    )
