"""A spoken conversation over TLS and SRTP: registered at Kamailio, baresip answers. Run by .ci/run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from support.baresip import SPEECH, baresip, command, heard_by, keeps_what_it_hears, needs_baresip, obeys
from support.certificates import server_context
from support.kamailio import has_tls, secure_kamailio
from support.ports import HOST, free_port
from support.sound import channels, share
from support.telephone import Telephone, telephone

from telephony.account import Account, Sound, Srtp
from telephony.carrier import script
from telephony.protocol import Answer, Answered, Ended, Incoming, Record, Recorded, Recording, Registration

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not has_tls(), reason="kamailio with its TLS module is not installed"),
    needs_baresip,
]
SECRET = "c0rrect"
SOME = 0.1  # of a voice, piece by piece; of another's there is none
REP = Path(script.__file__).parent / "sounds" / "greeting.wav"


async def reached(line: Telephone, user: str) -> tuple[str, Answered]:
    """A call that was answered; tried again while the called person has not registered yet."""
    for _ in range(50):
        call = line.dial(user)
        while not line.heard.of(Answered, call) and not line.heard.of(Ended, call):
            await asyncio.sleep(0.05)
        if line.heard.of(Answered, call):
            return call, line.heard.of(Answered, call)[0]
        await asyncio.sleep(0.2)
    raise AssertionError(f"{user} never answered: {line.heard.of(Ended)[-1]}")


def securely(folder: Path) -> str:
    """What a lead's baresip needs besides, for `more`."""
    return f"module srtp.so\nsip_certificate {folder}/both.pem\n{keeps_what_it_hears(folder)}"


def secure_lead(tmp_path: Path) -> Path:
    """A lead's folder, with the certificate that its telephone shows; the server's is made as well."""
    server_context(tmp_path, HOST)
    lead = tmp_path / "lead"
    lead.mkdir()
    both = (tmp_path / "server.key").read_text() + (tmp_path / "server.pem").read_text()
    (lead / "both.pem").write_text(both)
    return lead


def rep_account(tmp_path: Path, proxy: str, srtp: Srtp) -> Account:
    return Account(
        server=proxy, user="robin", password=SECRET, register=True, transport="tls",
        ca_file=str(tmp_path / "server.pem"), srtp=srtp, qualify_ms=15_000,
    )  # fmt: skip


async def each_hears_the_other(line: Telephone, call: str, folder: Path) -> None:
    """Record four seconds of the call, and hang up: each voice is where it belongs, here and there."""
    path = folder / f"{call}.wav"
    line.phone.send(Record(call, "start", str(path)))
    await line.heard.wait(Recording, call)
    await line.hears(call, 200)
    line.phone.hang_up(call)
    await line.heard.wait(Recorded, call)
    ended = await line.ended(call)
    assert (ended.result, ended.ended_by) == ("answered", "rep")
    left, right = channels(path)
    assert share(left, REP) > 0.9
    assert share(right, SPEECH) > SOME  # two machines, two clocks
    assert share(heard_by(folder / "lead"), REP) > SOME


@pytest.mark.parametrize(("srtp", "theirs"), [("mandatory", "srtp-mand"), ("optional", "srtp")])
async def test_a_conversation_is_encrypted_and_each_hears_the_other(
    tmp_path: Path, log: Path, srtp: Srtp, theirs: str
) -> None:
    lead = secure_lead(tmp_path)
    async with secure_kamailio(tmp_path, SECRET) as proxy:
        login = (
            f"<sip:lead@{proxy};transport=tls>;auth_pass={SECRET};mediaenc={theirs};answermode=auto;regint=60"
        )
        account = rep_account(tmp_path, proxy, srtp)
        speaking = Sound(kind="file", file=str(REP))
        async with (
            baresip(lead, free_port(), "lead", account=login, more=securely(lead)),
            telephone(log, account, sound=speaking) as line,
        ):
            assert (await line.heard.wait(Registration)).registered

            call, answered = await reached(line, "lead")
            assert answered.secure
            await each_hears_the_other(line, call, tmp_path)


async def test_a_lead_who_calls_back_is_spoken_with_in_secret(tmp_path: Path, log: Path) -> None:
    """Over the connection that the registration keeps open: no other leads to the desk."""
    lead, control = secure_lead(tmp_path), free_port()
    async with secure_kamailio(tmp_path, SECRET) as proxy:
        login = f'"Joe Lead" <sip:4155550123@{proxy};transport=tls>;auth_pass={SECRET};mediaenc=srtp-mand'
        more = obeys(control) + securely(lead)
        async with (
            baresip(lead, free_port(), "lead", account=f"{login};regint=0", more=more),
            telephone(
                log, rep_account(tmp_path, proxy, "mandatory"), sound=Sound(kind="file", file=str(REP))
            ) as line,
        ):
            assert (await line.heard.wait(Registration)).registered
            await command(control, "dial", f"sip:robin@{proxy};transport=tls")
            told = await line.heard.wait(Incoming)
            line.phone.send(Answer(told.call))
            assert (await line.answered(told.call)).secure
            assert (told.number, told.name) == ("4155550123", "Joe Lead")
            await each_hears_the_other(line, told.call, tmp_path)
