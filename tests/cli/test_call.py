"""`sixring call`: a real call from a shell, stored, told with its times, its end in the exit code."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
from pathlib import Path

import pytest
from support.practice import lead_for
from support.program import PROGRAM, environment
from support.sip_peer import PERSON, SipPeer, answer, final, hang_up, ring

from cadence.model import Result
from cadence.rulebook import load
from config.clock import SystemClock
from config.home import Home
from store.store import Store

OPEN_NOW = lead_for("1").phones[0].e164  # a number that may be called at this hour


@pytest.fixture
def home(peer: SipPeer, tmp_path: Path) -> Path:
    configured(tmp_path, peer)
    return tmp_path


def configured(folder: Path, peer: SipPeer, more: str = "register = false", sound: str = "none") -> None:
    sip = f'[sip]\nserver = "{peer.address}"\ncaller_ids = ["+12125550100"]\n{more}\n'
    (folder / "sixring.toml").write_text(f'[rep]\nlogin = "anna"\n{sip}[sound]\nkind = "{sound}"\n')


async def call(home: Path, *words: str, until: str = "") -> tuple[int, str]:
    """Run it; Ctrl-C once it has said `until`. Its exit code and what it said."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "call", *words, env=environment(home), stdout=-1, stderr=-1
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said = b""
    async with asyncio.timeout(60):
        async for line in process.stdout:
            said += line
            if until and until.encode() in line:
                process.send_signal(signal.SIGINT)
        said += await process.stderr.read()
        code = await process.wait()
    assert b"Traceback" not in said
    return code, said.decode()


def store_of(home: Path) -> Store:
    return Store.open(Home(home).database, load(None), SystemClock())


async def test_an_answered_call_is_told_with_its_times_and_stored(peer: SipPeer, home: Path) -> None:
    peer.plan = PERSON
    code, said = await call(home, OPEN_NOW, "--seconds", "1", "--disposition", "interested")
    assert code == 0, said
    words = [re.sub(r"^\S+Z  ", "", line).split(" ")[0].rstrip(":") for line in said.splitlines()]
    assert words == ["calling", "ringing", "answered", "ended", "sound"]
    assert re.search(r"talked [1-9]\.\d s", said)
    leg = await peer.leg()
    with store_of(home) as store:
        (attempt,) = store.attempts.since(0)
        assert attempt.result is Result.ANSWERED
        assert abs(attempt.talk_ms - leg.talk_ms) < 500  # a loaded machine's share; see test_calls.py
        assert (attempt.caller_id, attempt.disposition) == ("+12125550100", "interested")
        assert store.shifts.live() == []
        assert store.log.verify().clean


@pytest.mark.parametrize(("sip_code", "exit_code"), [(486, 3), (480, 4), (603, 5), (404, 6), (503, 1)])
async def test_the_exit_code_tells_the_result(
    peer: SipPeer, home: Path, sip_code: int, exit_code: int
) -> None:
    peer.plan = [(0, ring), (0.05, final(sip_code))]
    code, said = await call(home, OPEN_NOW)
    assert code == exit_code, said
    assert "ended:" in said


async def test_ctrl_c_hangs_up_and_the_call_is_stored(peer: SipPeer, home: Path) -> None:
    peer.plan = [(0, ring), (0.05, answer)]
    code, said = await call(home, OPEN_NOW, until="answered")
    assert code == 0, said
    assert (await peer.leg()).byes == 1
    with store_of(home) as store:
        (attempt,) = store.attempts.since(0)
        assert attempt.result is Result.ANSWERED


async def test_the_gate_refuses_with_its_reason_and_nothing_is_dialed(peer: SipPeer, home: Path) -> None:
    home_of = Home(home).make()
    with Store.open(home_of.database, load(None), SystemClock()) as store:
        store.dnc.add(OPEN_NOW, "anna", "asked us")
    code, said = await call(home, OPEN_NOW)
    assert code == 1
    assert "asked us" in said
    assert not peer.got("INVITE")


async def test_an_emergency_number_is_never_held_back(peer: SipPeer, home: Path) -> None:
    configured(home, peer, "register = true")
    peer.registrar = None  # not even by a registrar that is away
    peer.plan = [(0, ring), (0.05, answer), (0.3, hang_up)]
    code, said = await call(home, "911")
    assert code == 0, said
    assert peer.got("INVITE")[0].user == "911"
    with store_of(home) as store:
        (attempt,) = store.attempts.since(0)
        assert (attempt.e164, attempt.result, attempt.caller_id) == ("911", Result.ANSWERED, "+12125550100")
        assert attempt.sip_call_id
        assert store.log.verify().clean


@pytest.mark.parametrize("location", ["postgresql://nobody@127.0.0.1:1/none", "postgresql://[never"])
async def test_help_is_called_where_there_is_no_store_and_the_rep_is_told_that_it_is_on_no_record(
    peer: SipPeer, home: Path, location: str
) -> None:
    with (home / "sixring.toml").open("a") as settings:
        settings.write(f'[store]\nlocation = "{location}"\n')
    peer.plan = [(0, ring), (0.05, answer), (0.3, hang_up)]
    code, said = await call(home, "911")
    assert code == 0, said
    assert "the call is not on record: " in said


async def test_help_is_called_from_the_shell_of_a_rep_who_is_at_work(peer: SipPeer, home: Path) -> None:
    peer.plan = [(0, ring), (0.05, answer), (0.3, hang_up)]
    with Store.open(Home(home).make().database, load(None), SystemClock()) as store:
        shift = store.shifts.clock_in("anna", "Anna", "another machine", 1)
        code, said = await call(home, "911")
        assert code == 0, said
        assert [attempt.e164 for attempt in store.attempts.since(0)] == ["911"]
        assert [live.id for live in store.shifts.live()] == [shift.id]


async def test_help_goes_out_while_the_store_is_locked_and_is_written_once_it_is_not(
    peer: SipPeer, home: Path
) -> None:
    peer.plan = [(0, ring), (0.05, answer)]
    database = Home(home).make().database
    Store.open(database, load(None), SystemClock()).close()
    lock = sqlite3.connect(database, isolation_level=None)
    lock.execute("begin immediate")
    calling = asyncio.create_task(call(home, "911", "--seconds", "1"))
    await peer.wait_for("BYE")
    lock.execute("rollback")
    lock.close()
    code, said = await calling
    assert code == 0, said
    assert "not on record" not in said
    with store_of(home) as store:
        (attempt,) = store.attempts.since(0)
        assert (attempt.e164, attempt.result) == ("911", Result.ANSWERED)


async def test_a_phone_that_cannot_dial_says_why_and_stores_nothing(peer: SipPeer, home: Path) -> None:
    configured(home, peer, "register = true")
    peer.registrar = 403
    code, said = await call(home, OPEN_NOW)
    assert code == 1
    assert "refused: 403" in said
    assert "sixring doctor" in said
    with store_of(home) as store:
        assert store.attempts.since(0) == []


@pytest.mark.parametrize("number", [OPEN_NOW, "911"])
async def test_a_server_that_is_not_found_ends_the_command_in_words(tmp_path: Path, number: str) -> None:
    sip = '[sip]\nserver = "no-such-host.invalid"\nregister = false\n'
    (tmp_path / "sixring.toml").write_text(f'[rep]\nlogin = "anna"\n{sip}[sound]\nkind = "none"\n')
    code, said = await call(tmp_path, number)
    assert code == 1
    assert "no IPv4 address of no-such-host.invalid is found" in said
    with store_of(tmp_path) as store:
        assert store.attempts.since(0) == []
        assert store.shifts.live() == []


@pytest.mark.parametrize("words", [("call-me",), (OPEN_NOW, "--disposition", "splendid")])
async def test_words_that_make_no_call_are_refused(peer: SipPeer, home: Path, words: tuple[str, ...]) -> None:
    code, said = await call(home, *words)
    assert code == 2, said
    assert not peer.got("INVITE")


async def test_nobody_is_called_by_a_rep_who_cannot_hear(peer: SipPeer, tmp_path: Path) -> None:
    configured(tmp_path, peer, sound='headset"\nmicrophone = "no such microphone')
    code, said = await call(tmp_path, OPEN_NOW)
    assert code == 1
    assert re.search("The phone cannot dial now: .* microphone", said)
    assert not peer.got("INVITE")


async def test_a_rep_with_a_desk_phone_is_called_before_the_lead(peer: SipPeer, tmp_path: Path) -> None:
    peer.plan = PERSON
    configured(tmp_path, peer, sound='desk_phone"\ndesk_phone = "204')
    code, said = await call(tmp_path, OPEN_NOW, "--seconds", "1")
    assert code == 0, said
    first, second = (message.first.split("@")[0] for message in peer.got("INVITE"))
    assert first == "INVITE sip:204"
    assert second == f"INVITE sip:{OPEN_NOW}"
