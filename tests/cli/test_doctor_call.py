"""`sixring doctor --call`: a call of some seconds says what no other check can, how the sound comes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from support.practice import lead_for
from support.program import sixring
from support.sip_peer import SipPeer, answer, answer_mutely, final, hang_up, ring

from cadence.model import Result
from cadence.rulebook import load
from cli.checks import trial_call
from cli.checks.finding import Finding, Health
from config.clock import SystemClock
from config.home import Home
from config.settings import Rep, Settings, Sip
from store.store import Store

OPEN_NOW = lead_for("1").phones[0].e164  # a number that may be called at this hour


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(trial_call, "TALK_S", 2.5)
    return Home(tmp_path).make()


async def tried(home: Home, peer: SipPeer, number: str = OPEN_NOW, *, well: bool = True) -> Finding:
    settings = Settings(rep=Rep(login="anna"), sip=Sip(server=peer.address, register=False))
    return await asyncio.to_thread(trial_call.tried, home, settings, number, carrier_is_well=well)


async def test_sound_that_comes_back_is_told_with_its_figures(home: Home, peer: SipPeer) -> None:
    peer.plan = [(0, ring), (0.05, answer)]
    found = await tried(home, peer)
    assert found.health is Health.OK, found
    assert "packets came" in found.found
    with Store.open(home.database, load(None), SystemClock()) as store:
        (attempt,) = store.attempts.since(0)  # kept like any other
        assert attempt.result is Result.ANSWERED


async def test_the_doctor_calls_where_a_number_is_named(tmp_path: Path, peer: SipPeer) -> None:
    peer.plan = [(0, answer), (1, hang_up)]
    sip = f'[sip]\nserver = "{peer.address}"\nregister = false\n'
    (tmp_path / "sixring.toml").write_text(f'[rep]\nlogin = "anna"\n{sip}')
    done = await asyncio.to_thread(sixring, "doctor", "--json", "--call", OPEN_NOW, home=tmp_path)
    found = {finding["check"]: finding for finding in map(json.loads, done.stdout.splitlines())}
    assert found["call"]["health"] == "ok", done.stdout
    assert len(peer.got("INVITE")) == 1


async def test_an_answer_without_sound_fails_and_names_the_router(home: Home, peer: SipPeer) -> None:
    peer.plan = [(0, answer_mutely)]
    found = await tried(home, peer)
    assert found.health is Health.FAILS
    assert "nothing was heard" in found.found
    assert "stun_servers" in found.mend


async def test_a_refused_offer_fails_and_names_srtp_and_codecs(home: Home, peer: SipPeer) -> None:
    peer.plan = [(0, final(488, "Not Acceptable Here"))]
    found = await tried(home, peer)
    assert found.health is Health.FAILS
    assert "srtp" in found.mend
    assert "codecs" in found.mend


@pytest.mark.parametrize(("code", "health"), [(486, Health.WARNS), (404, Health.WARNS), (503, Health.FAILS)])
async def test_a_call_that_nobody_takes_says_why(
    home: Home, peer: SipPeer, code: int, health: Health
) -> None:
    peer.plan = [(0, final(code))]
    found = await tried(home, peer)
    assert found.health is health
    assert str(code) in found.found


async def test_the_gate_has_the_last_word_here_too(home: Home, peer: SipPeer) -> None:
    with Store.open(home.database, load(None), SystemClock()) as store:
        store.dnc.add(OPEN_NOW, "anna", "asked us")
    found = await tried(home, peer)
    assert found.health is Health.FAILS
    assert "asked us" in found.found
    assert not peer.got("INVITE")


@pytest.mark.parametrize("number", ["911", "call-me"])
async def test_help_is_never_called_for_a_trial_nor_what_is_no_number(
    home: Home, peer: SipPeer, number: str
) -> None:
    found = await tried(home, peer, number)
    assert found.health is Health.FAILS
    assert number in found.found
    assert not peer.got("INVITE")


async def test_beside_a_carrier_that_is_not_well_nothing_is_tried(home: Home, peer: SipPeer) -> None:
    assert (await tried(home, peer, well=False)).health is Health.SKIPPED
    assert not peer.got("INVITE")
