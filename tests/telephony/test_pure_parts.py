"""The parts without a stack or a wire: targets, messages, time limits, the ledger, the orphan's request."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.account import Account
from telephony.engine import message
from telephony.engine.progress import Counts, Limits, Progress
from telephony.engine.throttle import CALLS_A_WINDOW, WINDOW_MS, Throttle
from telephony.errors import NotDialableError
from telephony.ledger import Ledger
from telephony.orphan import next_hop, request
from telephony.protocol import Answered, Dial, Dialog, DialogKnown, Ended, Invited, Ringing
from telephony.results import Cut
from telephony.target import caller, host_of, own_uri, proxy_uri, sip_uri, user_part

# --------------------------------------------------------------------- target


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("+14155550100", "+14155550100"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("0049 30\u00a0123", "004930123"),
        ("*67#1", "*67%231"),
        ("code486q17", "code486q17"),
        ("desk-2", "desk-2"),
    ],
)
def test_a_written_number_becomes_a_user_part(text: str, user: str) -> None:
    assert user_part(text) == user


@given(st.text(max_size=60))
def test_whatever_is_dialed_is_refused_or_harmless(text: str) -> None:
    try:
        user = user_part(text)
    except NotDialableError:
        return
    assert re.fullmatch(r"[A-Za-z0-9+*%_\-]+", user)


@given(st.text(max_size=60))
def test_no_name_and_no_caller_breaks_out_of_from(text: str) -> None:
    value = own_uri(Account(server="carrier.example"), name=text)
    assert value.count('"') in {0, 2}
    assert "\r" not in value
    assert "\n" not in value
    assert re.fullmatch(r"\+?\d*", caller(text))


def test_the_transport_is_in_the_address() -> None:
    account = Account(server="carrier.example:5061", transport="tls", proxy="edge.example")
    assert sip_uri("+1415", account) == "sip:+1415@carrier.example:5061;transport=tls"
    assert proxy_uri(account) == "<sip:edge.example;transport=tls;lr>"


@pytest.mark.parametrize(
    ("server", "proxy", "host"),
    [
        ("carrier.example", "", "carrier.example"),
        ("carrier.example:5062", "", "carrier.example"),
        ("carrier.example", "edge.example:5070", "edge.example"),
        ("[2001:db8::1]:5060", "", "[2001:db8::1]"),
        ("[2001:db8::1]", "", "[2001:db8::1]"),
    ],
)
def test_the_first_host_is_the_proxy_or_the_server(server: str, proxy: str, host: str) -> None:
    assert host_of(Account(server=server, proxy=proxy)) == host


def test_an_account_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(Account(server="x", password="s3cret"))


# -------------------------------------------------------------------- message

RINGING = (
    "SIP/2.0 180 Ringing\r\nv: SIP/2.0/UDP 10.0.0.1:5060;rport=7;branch=z9hG4bK1;received=1.2.3.4\r\n"
    "f: <sip:rep@x>;tag=a\r\nt: <sip:+1@x>;tag=b\r\ni: id@x\r\nCSeq: 17 INVITE\r\n"
    "m: <sip:+1@10.0.0.9:5062>\r\n"
    "Record-Route: <sip:one;lr>, <sip:two;lr>\r\nRecord-Route: <sip:three;lr>\r\n\r\n"
)


def test_a_dialog_is_read_from_short_and_long_headers() -> None:
    dialog = message.dialog(RINGING.replace("180 Ringing", "200 OK"), "sip:+1@x", "udp")
    assert dialog is not None
    assert (dialog.call_id, dialog.cseq, dialog.target) == ("id@x", 17, "sip:+1@10.0.0.9:5062")
    assert dialog.routes == ("<sip:three;lr>", "<sip:two;lr>", "<sip:one;lr>")


def test_until_the_answer_the_dialed_address_is_the_target() -> None:
    dialog = message.dialog(RINGING, "sip:+1@x", "udp")
    assert dialog is not None
    assert dialog.target == "sip:+1@x"


@pytest.mark.parametrize("header", ["CSeq: 17 INVITE\r\n", "i: id@x\r\n", "17"])
def test_a_message_without_its_parts_makes_no_dialog(header: str) -> None:
    assert message.dialog(RINGING.replace(header, ""), "sip:+1@x", "udp") is None


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ('Q.850;cause=17;text="User busy"', 17),
        ("SIP;cause=200, Q.850;cause=1", 0),  # one protocol a header, as RFC 3326 wants at its start
        ("q.850 ; x=1 ; cause = 34", 34),
        ("Q.850;cause=", 0),
        ("Q.850;cause=99999", 0),
    ],
)
def test_a_cause_is_read_or_is_none(value: str, cause: int) -> None:
    assert message.why(f"BYE sip:x SIP/2.0\r\nReason: {value}\r\n\r\n").cause == cause


def test_a_header_in_the_body_is_no_header() -> None:
    assert message.why("BYE sip:x SIP/2.0\r\n\r\nReason: Q.850;cause=17\r\n").cause == 0


# -------------------------------------------------------------------- progress


def invited(**limits: int) -> Progress:
    return Progress("one", Limits(**limits), invited=0)


def test_silence_of_the_carrier_is_cut_at_its_limit() -> None:
    progress = invited(no_response_ms=5_000)
    assert progress.overdue(4_999) is None
    assert progress.overdue(5_000) is Cut.NO_RESPONSE


def test_a_reply_without_ringing_gets_the_ring_time_as_well() -> None:
    progress = invited(no_response_ms=5_000, ring_timeout_ms=25_000)
    progress.replied = 10
    assert progress.overdue(29_999) is None
    assert progress.overdue(30_000) is Cut.NO_RING


def test_the_ring_time_counts_from_the_ringing() -> None:
    progress = invited(ring_timeout_ms=25_000)
    progress.replied, progress.ringing = 10, 4_000
    assert progress.overdue(28_999) is None
    assert progress.overdue(29_000) is Cut.RING_TIMEOUT


def test_silence_counts_from_the_last_packet() -> None:
    progress = invited(silence_ms=10_000)
    progress.answered = 1_000
    progress.counted(Counts(5), 6_000)
    progress.counted(Counts(5), 9_000)  # none came
    assert progress.overdue(15_999) is None
    assert progress.overdue(16_000) is Cut.SILENCE


def test_the_counts_of_a_call_are_those_of_all_its_streams() -> None:
    progress = invited()
    progress.counted(Counts(300, 3, 10), 6_000)
    progress.stream_over()
    progress.counted(Counts(0, 0, 0), 7_000)
    assert (progress.packets, progress.missing, progress.jitter_ms) == (300, 3, 10)
    progress.counted(Counts(100, 9, 30), 9_000)
    assert (progress.packets, progress.missing, progress.jitter_ms) == (400, 12, 15)
    assert progress.mark == "fair"


def test_a_call_that_is_over_or_cut_is_never_overdue() -> None:
    progress = invited()
    progress.cut = Cut.REP
    assert progress.overdue(10**9) is None
    assert progress.end(0, 10) is not None
    assert progress.end(0, 20) is None


def test_a_wall_clock_that_jumps_changes_no_duration() -> None:
    progress = Progress("one", Limits(), invited=0, ringing=100, answered=1_100)
    ended = progress.end(at=-(10**9), mono=4_100)
    assert ended is not None
    assert (ended.ring_ms, ended.talk_ms) == (1_000, 3_000)


@given(st.lists(st.integers(0, 400), max_size=200))
def test_no_window_ever_holds_more_calls_than_the_stack_bears(waits: list[int]) -> None:
    throttle, now, begun = Throttle(), 0, []
    for wait in waits:
        now += wait
        if throttle.allows(now):
            begun.append(now)
    for start in begun:
        assert sum(1 for at in begun if start <= at < start + WINDOW_MS) <= CALLS_A_WINDOW


# ---------------------------------------------------------------------- ledger

DIALOG = Dialog("id@x", '"Rep" <sip:rep@x>;tag=a', "<sip:+1@x>;tag=b", 17, "sip:+1@10.0.0.9:5062",
                "SIP/2.0/UDP 10.0.0.1:5060;rport=7;branch=z9hG4bK1;received=1.2.3.4")  # fmt: skip


def test_a_dead_process_leaves_each_call_ended_once_with_what_is_known() -> None:
    ledger = Ledger()
    for name in ("asked", "ringing", "talking", "done"):
        ledger.open(Dial(name, "1"))
        ledger.note(Invited(at=0, mono=0, call=name))
    ledger.note(Ringing(at=0, mono=100, call="ringing"))
    ledger.note(Ringing(at=0, mono=100, call="talking"))
    ledger.note(DialogKnown(at=0, mono=600, call="talking", answered=True, dialog=DIALOG))
    ledger.note(Answered(at=0, mono=600, call="talking"))
    ledger.note(Ended(at=0, mono=0, call="done", result="busy"))
    ends = {ended.call: (ended, entry) for ended, entry in ledger.abandon(5_000, 1_600, frozenset())}
    assert set(ends) == {"asked", "ringing", "talking"}
    assert {ended.result for ended, _ in ends.values()} == {"interrupted"}
    talking, entry = ends["talking"]
    assert (talking.ring_ms, talking.talk_ms, talking.sip_code) == (500, 1_000, 200)
    assert entry.dialog == DIALOG
    assert (ends["ringing"][0].ring_ms, ends["ringing"][0].talk_ms) == (1_500, 0)
    assert len(ledger) == 0
    assert not ledger.note(Ended(at=0, mono=0, call="talking", result="answered"))


def test_a_call_name_serves_once_at_a_time() -> None:
    ledger = Ledger()
    ledger.open(Dial("one", "1"))
    with pytest.raises(ValueError, match="open already"):
        ledger.open(Dial("one", "2"))


# ---------------------------------------------------------------------- orphan


def test_a_bye_from_outside_follows_the_route() -> None:
    routed = Dialog(**{**_fields(DIALOG), "routes": ("<sip:edge.example:5070;lr>", "<sip:core;lr>")})
    ours = "SIP/2.0/UDP me;branch=z9hG4bKme"
    lines = request(routed, answered=True, credentials="", via=ours).decode().split("\r\n")
    assert lines[0] == "BYE sip:+1@10.0.0.9:5062 SIP/2.0"
    assert "Via: SIP/2.0/UDP me;branch=z9hG4bKme" in lines
    assert [line for line in lines if line.startswith("Route")] == [
        "Route: <sip:edge.example:5070;lr>", "Route: <sip:core;lr>"
    ]  # fmt: skip
    assert next_hop(routed, Account(server="x"), answered=True) == ("edge.example", 5070)
    assert next_hop(DIALOG, Account(server="x"), answered=True) == ("10.0.0.9", 5062)
    assert next_hop(routed, Account(server="x", proxy="out.example"), answered=True) == ("out.example", 5060)
    assert int(re.search(r"CSeq: (\d+) BYE", "\n".join(lines))[1]) > DIALOG.cseq  # type: ignore[index]


def test_a_cancel_from_outside_is_the_invites_twin() -> None:
    lines = request(DIALOG, answered=False, credentials="", via="").decode().split("\r\n")
    assert "Via: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1" in lines
    assert "To: <sip:+1@x>" in lines
    assert "CSeq: 17 CANCEL" in lines


def _fields(dialog: Dialog) -> dict[str, object]:
    return {name: getattr(dialog, name) for name in dialog.__struct_fields__}
