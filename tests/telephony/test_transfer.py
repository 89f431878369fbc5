"""A call given to somebody else: asked in SIP, told once, and left when it is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.sip_message import Message, digest_fits
from support.sip_peer import Leg, SipPeer, answer, hang_up
from support.telephone import Telephone, telephone
from support.transferee import React, refuses, report, takes

from telephony.account import Account
from telephony.protocol import Dial, Ended, Hold, Transfer, Transferred

COLLEAGUE = "+14155550177"


@pytest.fixture
async def talking(peer: SipPeer, log: Path) -> AsyncIterator[Telephone]:
    """A phone in an answered call, "call-1"; its other side is `peer`."""
    peer.plan = [(0, answer)]
    async with telephone(log, Account(server=peer.address, transfer_ms=1_500)) as line:
        await line.answered(line.dial("+14155550100"))
        yield line


async def given(line: Telephone, peer: SipPeer, react: React, order: Transfer | None = None) -> Transferred:
    peer.answers["REFER"] = react
    line.phone.send(order or Transfer("call-1", target=COLLEAGUE))
    return await line.heard.wait(Transferred, "call-1")


async def goes_on(line: Telephone, peer: SipPeer) -> None:
    """The call is as it was: sound flows, nobody has hung up."""
    leg = await peer.leg()
    await leg.rtp.hears(25)
    assert line.heard.of(Ended) == []
    assert leg.byes == 0
    line.phone.hang_up("call-1")
    ended = await line.ended("call-1")
    assert (ended.ended_by, ended.reason) == ("rep", "The rep hung up.")
    assert len(line.heard.of(Transferred)) == 1


async def test_the_other_side_is_asked_to_dial_and_the_call_is_left_when_it_speaks(
    talking: Telephone, peer: SipPeer
) -> None:
    told = await given(talking, peer, takes((100, "Trying"), (180, "Ringing"), (200, "OK")))
    assert (told.done, told.code, told.reason) == (True, 200, "")
    ended = await talking.ended("call-1")
    assert (ended.result, ended.ended_by, ended.sip_code) == ("answered", "rep", 200)
    assert ended.reason == f"Transferred to {COLLEAGUE}."
    refer = peer.got("REFER")[0]
    assert refer.get("Refer-To") == f"<sip:{COLLEAGUE}@{peer.address}>"
    assert refer.get("Referred-By")
    leg = await peer.leg()
    await leg.done()
    assert leg.byes == 1  # ours: the other side does not always hang up
    assert len(talking.heard.of(Transferred)) == 1


async def test_a_transfer_that_needs_our_login_gets_it(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, answer)]
    proofs: list[str] = []

    def challenge(leg: Leg, refer: Message) -> None:
        proofs.append(refer.get("Proxy-Authorization"))
        if proofs[-1]:
            takes((200, "OK"))(leg, refer)
        else:
            ask = 'Proxy-Authenticate: Digest realm="peer", nonce="n0nce", algorithm=MD5, qop="auth"'
            leg.say(refer, 407, "Who are you", (ask,))

    async with telephone(log, Account(server=peer.address, user="robin", password="c0rrect")) as line:
        await line.answered(line.dial("+14155550100"))
        told = await given(line, peer, challenge)
    assert (told.done, len(proofs)) == (True, 2)
    assert digest_fits(proofs[1], "REFER", "robin", "c0rrect", "n0nce")


async def test_a_login_that_cannot_be_given_is_a_refusal(peer: SipPeer, log: Path) -> None:
    peer.plan = [(0, answer)]
    ask = 'Proxy-Authenticate: Digest realm="peer", nonce="n0nce", algorithm=MD5, qop="auth"'
    async with telephone(log, Account(server=peer.address)) as line:
        await line.answered(line.dial("+14155550100"))
        told = await given(line, peer, lambda leg, refer: leg.say(refer, 407, "Who are you", (ask,)))
        assert (told.done, told.code) == (False, 407)
        assert "check sip.login" in told.reason


async def test_who_takes_it_and_leaves_without_a_report_has_been_transferred(
    talking: Telephone, peer: SipPeer
) -> None:
    told = await given(talking, peer, takes(leaves=True))
    assert told.done
    ended = await talking.ended("call-1")
    assert (ended.result, ended.ended_by, ended.reason) == (
        "answered", "rep", f"Transferred to {COLLEAGUE}.",
    )  # fmt: skip
    events = [type(event) for event in talking.heard.events if getattr(event, "call", "") == "call-1"]
    assert events.index(Transferred) < events.index(Ended)


async def test_a_busy_colleague_leaves_the_call_as_it_was(talking: Telephone, peer: SipPeer) -> None:
    told = await given(talking, peer, takes((100, "Trying"), (486, "Busy Here")))
    assert (told.done, told.code, told.reason) == (False, 486, "Busy (486 Busy Here).")
    await goes_on(talking, peer)


@pytest.mark.parametrize(("code", "phrase"), [(603, "Decline"), (405, "Method Not Allowed"), (501, "No")])
async def test_a_side_that_wants_no_transfer_leaves_the_call_as_it_was(
    talking: Telephone, peer: SipPeer, code: int, phrase: str
) -> None:
    told = await given(talking, peer, refuses(code, phrase))
    assert (told.done, told.code) == (False, code)
    assert told.reason
    await goes_on(talking, peer)


async def test_a_side_that_takes_it_and_tells_nothing_is_not_waited_for_forever(
    talking: Telephone, peer: SipPeer
) -> None:
    told = await given(talking, peer, takes((180, "Ringing")))
    assert (told.done, told.code) == (False, 0)
    assert "told nothing more" in told.reason
    await goes_on(talking, peer)


async def test_a_side_that_falls_silent_while_it_dials_is_not_taken_for_lost(
    peer: SipPeer, log: Path
) -> None:
    peer.plan = [(0, answer)]
    account = Account(server=peer.address, transfer_ms=3_500, silence_ms=1_000)
    async with telephone(log, account) as line:
        await line.answered(line.dial("+14155550100"))
        (await peer.leg()).rtp.stop()
        told = await given(line, peer, takes((180, "Ringing")))
        assert "told nothing more" in told.reason  # not: the connection was lost


async def test_a_side_that_does_not_even_answer_may_be_asked_again(talking: Telephone, peer: SipPeer) -> None:
    """The stack gives the first request up at the second, and that must not be taken for its refusal."""
    told = await given(talking, peer, lambda _leg, _refer: None)
    assert (told.done, told.reason) == (False, "The other side did not answer the transfer.")
    peer.answers["REFER"] = takes((200, "OK"))
    talking.phone.send(Transfer("call-1", target=COLLEAGUE))
    assert (await talking.heard.wait(Transferred, "call-1", count=2)).done
    assert (await talking.ended("call-1")).reason == f"Transferred to {COLLEAGUE}."
    assert len(talking.heard.of(Transferred)) == 2


async def test_a_success_told_too_late_still_ends_the_call(talking: Telephone, peer: SipPeer) -> None:
    told = await given(talking, peer, takes())
    assert not told.done
    report(await peer.leg(), 200, "OK", last=True)
    ended = await talking.ended("call-1")
    assert ended.reason == f"Transferred to {COLLEAGUE}."
    assert len(talking.heard.of(Transferred)) == 1


async def test_a_lead_who_hangs_up_instead_was_not_transferred(talking: Telephone, peer: SipPeer) -> None:
    told = await given(talking, peer, lambda leg, _: hang_up(leg))
    ended = await talking.ended("call-1")
    assert not told.done
    assert (ended.ended_by, ended.reason) == ("lead", "The called side hung up.")


async def test_a_rep_who_hangs_up_meanwhile_hears_that_nothing_was_settled(
    talking: Telephone, peer: SipPeer
) -> None:
    peer.answers["REFER"] = takes((180, "Ringing"))
    talking.phone.send(Transfer("call-1", target=COLLEAGUE))
    await peer.wait_for("REFER")
    talking.phone.hang_up("call-1")
    told = await talking.heard.wait(Transferred)
    ended = await talking.ended("call-1")
    assert (told.done, ended.reason) == (False, "The rep hung up.")


@pytest.mark.parametrize("target", ["", "sip:x@evil.example", "1?Replaces=x", "1\r\nX: y"])
async def test_what_cannot_be_dialed_is_never_sent(talking: Telephone, peer: SipPeer, target: str) -> None:
    told = await given(talking, peer, takes((200, "OK")), Transfer("call-1", target=target))
    assert not told.done
    assert peer.got("REFER") == []
    await goes_on(talking, peer)


async def test_a_second_transfer_while_one_is_under_way_is_refused_in_words(
    talking: Telephone, peer: SipPeer
) -> None:
    peer.answers["REFER"] = takes((180, "Ringing"))
    talking.phone.send(Transfer("call-1", target=COLLEAGUE))
    talking.phone.send(Transfer("call-1", target="+14155550178"))
    first = await talking.heard.wait(Transferred)
    assert "under way" in first.reason
    await talking.heard.wait(Transferred, count=2)
    assert len(peer.got("REFER")) == 1


async def test_a_call_that_still_rings_cannot_be_given_away(line: Telephone, peer: SipPeer) -> None:
    from support.sip_peer import ring

    peer.plan = [(0, ring)]
    call = line.dial("+14155550100")
    await line.ringing(call)
    line.phone.send(Transfer(call, target=COLLEAGUE))
    told = await line.heard.wait(Transferred)
    assert told.reason == "Only an answered call can be given away."


# ------------------------------------------------------------ joining two lines


async def consulting(line: Telephone, peer: SipPeer) -> tuple[Leg, Leg]:
    """The lead on hold, a colleague on the second line; both at `peer`."""
    line.phone.send(Hold("call-1", True))
    await peer.wait_for("INVITE", 2)
    line.phone.dial(Dial("second", COLLEAGUE, beside="call-1"))
    await line.answered("second")
    return await peer.leg(0), await peer.leg(1)


def replaces(refer: Message) -> str:
    """The Replaces in the Refer-To of `refer`, unescaped."""
    from urllib.parse import unquote

    return unquote(refer.get("Refer-To").partition("Replaces=")[2].partition("&")[0].partition(">")[0])


async def test_two_lines_are_joined_by_naming_the_second_ones_dialog(
    talking: Telephone, peer: SipPeer
) -> None:
    _, colleague = await consulting(talking, peer)
    told = await given(talking, peer, takes((100, "Trying"), (200, "OK")), Transfer("call-1", to="second"))
    assert told.done
    assert (await talking.ended("call-1")).reason == f"Transferred to {COLLEAGUE}."
    second = await talking.ended("second")
    assert (second.result, second.ended_by) == ("answered", "rep")
    assert second.reason == "Joined with the other line."
    call_id, *tags = replaces(peer.got("REFER")[0]).split(";")
    assert call_id == colleague.invite.call_id
    ours = colleague.invite.get("From").partition("tag=")[2]
    assert sorted(tags) == sorted([f"to-tag={colleague.tag}", f"from-tag={ours}"])
    for leg in (await peer.leg(0), colleague):
        await leg.done()
        assert leg.byes == 1


async def test_a_colleague_whose_line_was_replaced_is_told_of_after_the_transfer(
    talking: Telephone, peer: SipPeer
) -> None:
    _, colleague = await consulting(talking, peer)

    def replaced(leg: Leg, refer: Message) -> None:
        leg.say(refer, 202, "Accepted")
        hang_up(colleague)  # RFC 3891: the replaced dialog ends first
        loop = asyncio.get_running_loop()
        loop.call_later(0.3, lambda: report(leg, 200, "OK", last=True))

    told = await given(talking, peer, replaced, Transfer("call-1", to="second"))
    assert told.done
    second = await talking.ended("second")
    assert (second.reason, second.ended_by) == ("Joined with the other line.", "rep")
    said = [event for event in talking.heard.events if isinstance(event, Transferred | Ended)]
    assert [(type(event), event.call) for event in said] == [
        (Transferred, "call-1"), (Ended, "call-1"), (Ended, "second"),
    ]  # fmt: skip


async def test_a_lead_who_leaves_for_the_join_at_once_leaves_the_second_line_to_be_replaced(
    talking: Telephone, peer: SipPeer
) -> None:
    _, colleague = await consulting(talking, peer)
    told = await given(talking, peer, takes(leaves=True), Transfer("call-1", to="second"))
    assert told.done
    assert (await talking.ended("call-1")).reason == f"Transferred to {COLLEAGUE}."
    await colleague.rtp.hears(15)
    assert colleague.byes == 0
    hang_up(colleague)
    second = await talking.ended("second")
    assert (second.reason, second.ended_by) == ("Joined with the other line.", "rep")


async def test_a_colleague_who_really_hung_up_is_told_as_that_and_the_lead_is_still_there(
    talking: Telephone, peer: SipPeer
) -> None:
    _, colleague = await consulting(talking, peer)

    def too_late(leg: Leg, refer: Message) -> None:
        leg.say(refer, 202, "Accepted")
        hang_up(colleague)
        report(leg, 481, "Call/Transaction Does Not Exist", last=True)

    told = await given(talking, peer, too_late, Transfer("call-1", to="second"))
    assert (told.done, told.code) == (False, 481)
    second = await talking.ended("second")
    assert (second.reason, second.ended_by) == ("The called side hung up.", "lead")
    await goes_on_held(talking)


async def test_a_refused_join_leaves_both_lines(talking: Telephone, peer: SipPeer) -> None:
    await consulting(talking, peer)
    told = await given(talking, peer, refuses(420, "Bad Extension"), Transfer("call-1", to="second"))
    assert not told.done
    assert "cannot join two calls" in told.reason
    assert talking.heard.of(Ended) == []
    talking.phone.hang_up("second")
    assert (await talking.ended("second")).reason == "The rep hung up."
    await goes_on_held(talking)


@pytest.mark.parametrize("other", ["nobody", "call-1"])
async def test_a_line_is_not_joined_with_none_or_with_itself(
    talking: Telephone, peer: SipPeer, other: str
) -> None:
    told = await given(talking, peer, takes((200, "OK")), Transfer("call-1", to=other))
    assert not told.done
    assert told.reason.startswith("The two lines cannot be joined")
    assert peer.got("REFER") == []


async def goes_on_held(line: Telephone) -> None:
    assert line.heard.of(Ended, "call-1") == []
    line.phone.hang_up("call-1")
    assert (await line.ended("call-1")).reason == "The rep hung up."


# ------------------------------------------------------------- asked of us


async def test_a_transfer_that_the_other_side_asks_of_us_is_declined(
    talking: Telephone, peer: SipPeer
) -> None:
    leg = await peer.leg()
    leg.request("REFER", ("Refer-To: <sip:premium@evil.example>", f"Contact: <sip:peer@{peer.address}>"))
    async with asyncio.timeout(20):
        while not replies(peer, "REFER"):
            await asyncio.sleep(0.02)
    assert replies(peer, "REFER")[0].startswith("SIP/2.0 603")
    assert len(peer.got("INVITE")) == 1
    await leg.rtp.hears(25)
    assert talking.heard.of(Ended) == []


async def test_a_call_that_would_replace_the_leads_is_declined(talking: Telephone, peer: SipPeer) -> None:
    from support.sip_message import sdp
    from support.sip_peer import HOST

    leg = await peer.leg()
    ours = leg.invite.get("From").partition("tag=")[2]
    body = sdp(HOST, leg.rtp.port)
    lines = [
        f"INVITE {leg.invite.contact} SIP/2.0",
        f"Via: SIP/2.0/UDP {peer.address};branch=z9hG4bKhijack",
        "Max-Forwards: 70",
        f"From: <sip:thief@{peer.address}>;tag=thief",
        f"To: <{leg.invite.contact}>",
        "Call-ID: hijack",
        "CSeq: 1 INVITE",
        f"Contact: <sip:thief@{peer.address}>",
        f"Replaces: {leg.invite.call_id};to-tag={ours};from-tag={leg.tag}",
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
    ]
    leg.send(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    async with asyncio.timeout(20):
        while not [one for one in replies(peer, "INVITE") if " 1" not in one[:9]]:
            await asyncio.sleep(0.02)
    (final,) = [one for one in replies(peer, "INVITE") if " 1" not in one[:9]]
    assert final.startswith("SIP/2.0 603")
    await leg.rtp.hears(25)
    assert talking.heard.of(Ended) == []


def replies(peer: SipPeer, method: str) -> list[str]:
    """The status lines of what we answered to requests of that method."""
    return [
        message.first
        for _, message in peer.requests
        if message.method == "SIP/2.0" and message.get("CSeq").endswith(method)
    ]
