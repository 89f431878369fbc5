"""What the end of a call tells of its sound, and what is to be changed. Pure."""

from __future__ import annotations

import msgspec
import pytest

from telephony.account import Account, Srtp
from telephony.call_sound import call_sound
from telephony.protocol import Ended

WELL = Ended(
    at=0, mono=0, call="c", result="answered", sip_code=200, ended_by="rep", talk_ms=6_000,
    packets=300, jitter_ms=3, quality="good",
)  # fmt: skip
NOTHING = msgspec.structs.replace(WELL, packets=0, quality="")
ACCOUNT = Account(server="sip.example")


@pytest.mark.parametrize("code", [415, 488, 606])
@pytest.mark.parametrize(
    ("srtp", "mend"), [("mandatory", '"optional"'), ("optional", '"mandatory"'), ("off", 'transport = "tls"')]
)
def test_a_refused_offer_names_what_else_to_offer(code: int, srtp: Srtp, mend: str) -> None:
    refused = Ended(at=0, mono=0, call="c", result="failed", sip_code=code)
    told = call_sound(refused, msgspec.structs.replace(ACCOUNT, srtp=srtp), secure=False)
    assert told is not None
    assert str(code) in told.found
    assert mend in told.mend
    assert "codecs" in told.mend


def test_an_answer_with_another_sound_than_offered_is_the_same_fault() -> None:
    unfit = msgspec.structs.replace(NOTHING, talk_ms=5, ended_by="engine")
    told = call_sound(unfit, msgspec.structs.replace(ACCOUNT, srtp="mandatory"), secure=False)
    assert told is not None
    assert "did not offer" in told.found
    assert '"optional"' in told.mend


def test_silence_is_a_way_that_is_shut_and_says_which_to_open() -> None:
    told = call_sound(NOTHING, ACCOUNT, secure=False)
    assert told is not None
    assert told.found == "nothing was heard of them in 6 s"
    assert "stun_servers" in told.mend
    told = call_sound(NOTHING, msgspec.structs.replace(ACCOUNT, stun_servers=("stun.example",)), secure=False)
    assert told is not None
    assert "stun_servers" not in told.mend
    assert "relay" in told.mend


def test_a_call_of_a_moment_proves_nothing() -> None:
    told = call_sound(msgspec.structs.replace(NOTHING, talk_ms=1_500), ACCOUNT, secure=False)
    assert told is not None
    assert told.mend == ""


@pytest.mark.parametrize("secure", [True, False])
def test_sound_that_came_is_told_with_its_figures_and_whether_it_was_encrypted(secure: bool) -> None:
    told = call_sound(WELL, ACCOUNT, secure=secure)
    assert told is not None
    assert told.mend == ""
    assert "300 packets came, 0 were lost, jitter 3 ms" in told.found
    assert ("not encrypted" in told.found) is not secure


def test_poor_sound_has_a_mend() -> None:
    poor = msgspec.structs.replace(WELL, lost=30, quality="poor")
    told = call_sound(poor, ACCOUNT, secure=False)
    assert told is not None
    assert told.mend


@pytest.mark.parametrize("code", [0, 404, 480, 486, 503, 603])
def test_a_call_that_nobody_took_tells_nothing_of_sound(code: int) -> None:
    missed = Ended(at=0, mono=0, call="c", result="failed", sip_code=code)
    assert call_sound(missed, ACCOUNT, secure=False) is None
