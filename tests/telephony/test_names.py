"""Names of hosts, looked up beside the loop; and the server by its address. No wire."""

from __future__ import annotations

import threading
import time
from ipaddress import IPv4Network

import pytest

from telephony.account import Account, Sound
from telephony.engine.first_hop import PATIENCE_MS, FirstHop
from telephony.engine.names import AGAIN_MS, UNKNOWN_AGAIN_MS, Names, Networks
from telephony.engine.way import Binding

ONE, TWO = frozenset({IPv4Network("203.0.113.1")}), frozenset({IPv4Network("203.0.113.2")})
NAMED = Account(server="sip.example")
HERE = Binding(server="203.0.113.1", local="10.77.0.2")


class NameServer:
    """Answers as told, and counts."""

    def __init__(self, **answers: Networks) -> None:
        self.answers, self.asked = answers, 0

    def __call__(self, host: str) -> Networks:
        self.asked += 1
        if host not in self.answers:
            raise OSError("no such name")
        return self.answers[host]


def test_a_name_server_that_never_answers_holds_nothing_up() -> None:
    silent = threading.Event()

    def answer_late(_host: str) -> Networks:
        silent.wait(60)
        return ONE

    names = Names(answer_late)
    names.want("sip.example")
    begun = time.monotonic()
    names.settle(0, 0.1)
    for mono in range(1_000, 1_000_000, 1_000):
        names.watch(mono)
    assert time.monotonic() - begun < 5
    assert names.known("sip.example") == frozenset()
    silent.set()
    names.settle(1_000_000, 20)
    assert names.known("sip.example") == ONE


def test_what_is_known_is_asked_anew_now_and_then_and_kept_where_no_answer_comes() -> None:
    server = NameServer(sip=ONE)
    names = Names(server)
    names.want("sip")
    names.settle(0, 20)
    assert names.watch(1)
    assert not names.watch(AGAIN_MS - 1)
    assert server.asked == 1
    server.answers["sip"] = TWO
    names.watch(AGAIN_MS)
    names.settle(AGAIN_MS, 20)
    assert (names.known("sip"), server.asked) == (TWO, 2)
    server.answers.clear()
    names.watch(2 * AGAIN_MS)
    names.settle(2 * AGAIN_MS, 20)
    assert (names.known("sip"), names.missing) == (TWO, ["sip"])
    names.watch(2 * AGAIN_MS + UNKNOWN_AGAIN_MS)
    names.settle(2 * AGAIN_MS + UNKNOWN_AGAIN_MS, 20)
    assert server.asked == 4


def test_an_address_is_never_looked_up() -> None:
    server = NameServer()
    names = Names(server)
    names.want("203.0.113.1")
    names.settle(0)
    assert (names.known("203.0.113.1"), server.asked) == (ONE, 0)


def test_an_answer_for_a_name_that_is_needed_no_more_is_forgotten() -> None:
    names = Names(NameServer(sip=ONE))
    names.want("sip")
    names.watch(0)
    names.drop("sip")
    names.settle(0)
    assert names.known("sip") == frozenset()


@pytest.mark.parametrize(
    ("account", "sound", "route"),
    [
        (NAMED, Sound(), "<sip:203.0.113.1:5060;lr;hide>"),
        (Account(server="sip.example:5080"), Sound(), "<sip:203.0.113.1:5080;lr;hide>"),
        (Account(server="a.example", proxy="sbc.example:5070", transport="tcp"), Sound(),
         "<sip:203.0.113.1:5070;transport=tcp;lr;hide>"),
        (Account(server="203.0.113.1"), Sound(), ""),
        (Account(server="sip.example", transport="tls"), Sound(), ""),
        (NAMED, Sound(kind="desk_phone", uri="204"), "<sip:203.0.113.1:5060;lr;hide>"),
        (NAMED, Sound(kind="desk_phone", uri="sip:204@sip.example"), "<sip:203.0.113.1:5060;lr;hide>"),
        (NAMED, Sound(kind="desk_phone", uri="sip:204@192.168.1.9"), ""),
    ],
)  # fmt: skip
def test_a_server_that_has_a_name_is_reached_by_its_address(
    account: Account, sound: Sound, route: str
) -> None:
    assert FirstHop(account, sound, HERE, Names(NameServer())).route == route


@pytest.mark.parametrize(
    ("account", "sound", "asks"),
    [
        (NAMED, Sound(), False),
        (Account(server="sip.example", transport="tls"), Sound(), True),
        (Account(server="203.0.113.1", transport="tls"), Sound(), False),
        (Account(server="sip.example", proxy="203.0.113.1", transport="tls"), Sound(), False),
        (NAMED, Sound(kind="desk_phone", uri="sip:204@192.168.1.9:5062"), True),
        (Account(server="203.0.113.1"), Sound(kind="desk_phone", uri="sip:204@phone.example:5062"), True),
        (Account(server="203.0.113.1"), Sound(kind="desk_phone", uri="sip:204@192.168.1.9"), False),
        (Account(server="203.0.113.1", proxy="203.0.113.1"),
         Sound(kind="desk_phone", uri="sip:204@phone.example"), False),
    ],
)  # fmt: skip
def test_where_no_route_stands_for_a_name_the_stack_asks_us(
    account: Account, sound: Sound, asks: bool
) -> None:
    assert FirstHop(account, sound, HERE, Names(NameServer())).has_names is asks


def test_the_stack_is_told_the_address_in_use_and_others_as_far_as_they_are_known() -> None:
    names = Names(NameServer(**{"sip.example": ONE | TWO, "phone.example": TWO}))
    names.want("sip.example")
    names.want("phone.example")
    names.settle(0, 20)
    hop = FirstHop(Account(server="sip.example", transport="tls"), Sound(), HERE, names)
    assert hop.address_of("sip.example") == "203.0.113.1"
    assert hop.address_of("phone.example") == "203.0.113.2"
    assert hop.address_of("198.51.100.7") == "198.51.100.7"
    assert hop.address_of("nobody.example") == ""
    hop.watch(False, 0)
    hop.watch(False, PATIENCE_MS)
    assert hop.address_of("sip.example") == "203.0.113.2"


def test_a_machine_with_a_chosen_address_knows_its_servers_too() -> None:
    names = Names(NameServer(**{"sip.example": TWO}))
    names.want("sip.example")
    names.settle(0, 20)
    assert FirstHop(NAMED, Sound(), Binding(bound="10.77.0.2"), names).address == "203.0.113.2"


def test_a_silent_address_gives_way_to_the_next_one_of_the_name() -> None:
    server = NameServer(**{"sip.example": ONE})
    names = Names(server)
    names.want("sip.example")
    names.settle(0, 20)
    hop = FirstHop(NAMED, Sound(), HERE, names)
    assert not hop.watch(False, 1_000)
    assert not hop.watch(False, 1_000 + PATIENCE_MS)  # there is no other
    server.answers["sip.example"] = ONE | TWO
    names.look_again("sip.example")
    names.settle(20_000, 20)
    assert not hop.watch(False, 20_000)
    assert hop.watch(False, 20_000 + PATIENCE_MS)
    assert hop.address == "203.0.113.2"
    assert not hop.watch(True, 60_000)
    assert not hop.watch(False, 90_000)
    assert hop.watch(False, 90_000 + PATIENCE_MS)  # round and round
    assert hop.address == "203.0.113.1"
