"""Who may ring, by address: without any telephone."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from telephony.account import Account
from telephony.engine.door import Door
from telephony.engine.names import UNKNOWN_AGAIN_MS, Names, look_up
from telephony.target import host_part

ACCOUNT = Account(
    server="192.0.2.1:5060", proxy="192.0.2.2", ring_from=("203.0.113.0/24", "198.51.100.7:5080")
)


@pytest.mark.parametrize(
    ("source", "rings", "trusted"),
    [
        ("192.0.2.1:5060", True, True),
        ("192.0.2.1:999", True, True),
        ("192.0.2.2:5060", True, True),
        ("192.0.2.3:5060", False, False),
        ("203.0.113.77:5060", True, False),
        ("203.0.114.1:5060", False, False),
        ("198.51.100.7:5060", True, False),
        ("198.51.100.70:5060", False, False),
        ("192.0.2.1", True, True),
        ("[::1]:5060", False, False),
        ("", False, False),
        ("192.0.2.1.example", False, False),
    ],
)
def test_servers_ring_and_only_our_own_are_believed(source: str, rings: bool, trusted: bool) -> None:
    door = Door(ACCOUNT)
    assert (door.may_ring(source), door.is_ours(source)) == (rings, trusted)


def test_a_name_stands_for_its_addresses() -> None:
    door = Door(Account(server="localhost:5060"))
    assert door.may_ring("127.0.0.1:5060")
    assert not door.unknown


def test_names_that_are_not_found_are_kept_for_the_reader() -> None:
    door = Door(Account(server="192.0.2.1", ring_from=("no-such-host.invalid", "::1", "a b")))
    assert door.unknown == ["no-such-host.invalid", "::1", "a b"]
    assert [str(one) for one in door.ringing] == ["192.0.2.1/32"]


def test_the_reps_own_phone_does_not_ring() -> None:
    assert not Door(ACCOUNT, "sip:anna@192.0.2.50:5062").may_ring("192.0.2.50:5062")


def test_a_registrar_that_moved_may_ring_from_where_it_is_now() -> None:
    door = Door(ACCOUNT)
    door.registered_at("192.0.2.99:5060")
    assert door.may_ring("192.0.2.99:5061")
    assert door.is_ours("192.0.2.99:5061")
    assert door.may_ring("192.0.2.1:5060")


def peers(door: Door) -> set[str]:
    """Who is known for the sake of a call."""
    return {str(one) for one in door._all() - door._known}


@pytest.mark.parametrize(
    ("contact", "routed", "known"),
    [
        ("sip:x@10.9.8.7:5062;ob", False, {"10.9.8.7/32"}),
        ("sip:10.9.8.7", False, {"10.9.8.7/32"}),
        ("sip:x@10.9.8.7", True, {"10.9.8.7/32"}),
        ("sip:x@localhost:5062", False, {"127.0.0.1/32"}),
        ("sip:x@localhost:5062", True, set()),
        ("sip:x@no-such-host.invalid", False, set()),
        ("sip:x@0.0.0.0/0", False, set()),
        ("sip:x@10.0.0.0/8", True, set()),
        ("sip:x@[::1]", False, set()),
        ("", False, set()),
    ],
)
def test_a_contact_makes_one_address_known_and_never_a_network(
    contact: str, routed: bool, known: set[str]
) -> None:
    names = Names()
    door = Door(ACCOUNT, names=names)
    route = "Record-Route: <sip:192.0.2.1;lr>\r\n" if routed else ""
    door.met("one", "192.0.2.1:5060", f"SIP/2.0 200 OK\r\n{route}Contact: <{contact}>\r\n\r\n")
    names.settle(0)  # a name is looked up beside the loop
    assert peers(door) == known
    door.parted("one")
    assert peers(door) == set()


def test_the_other_side_of_a_call_is_known_and_does_not_ring() -> None:
    door = Door(ACCOUNT)
    door.met("one", "192.0.2.1:5060", "SIP/2.0 200 OK\r\nContact: <sip:x@10.9.8.7:5062;ob>\r\n\r\n")
    assert not door.may_ring("10.9.8.7:5062")
    door.parted("one")
    door.parted("one")


@pytest.mark.parametrize(
    ("address", "host"),
    [("a.example:5060", "a.example"), ("a.example", "a.example"), ("10.0.0.1:1", "10.0.0.1"), ("x:y", "x:y")],
)
def test_a_port_is_no_part_of_a_host(address: str, host: str) -> None:
    assert host_part(address) == host


def test_a_network_may_be_written_by_any_of_its_addresses() -> None:
    (found,) = look_up("203.0.113.9/24")
    assert str(found) == "203.0.113.0/24"


def test_a_name_that_comes_to_stand_for_another_address_is_followed() -> None:
    stands_for = {"sbc.example": "203.0.113.1"}
    names = Names(lambda host: look_up(stands_for[host]))
    door = Door(Account(server="192.0.2.1", ring_from=("sbc.example",)), names=names)
    assert door.may_ring("203.0.113.1:5060")
    stands_for["sbc.example"] = "203.0.113.2"
    names.look_again("sbc.example")
    door.watch(1)  # asks
    names.settle(2, 20)
    door.watch(3)
    assert (door.may_ring("203.0.113.1:5060"), door.may_ring("203.0.113.2:5060")) == (False, True)


def test_an_unknown_name_is_told_once_and_rings_when_it_is_known() -> None:
    stands_for: dict[str, str] = {}

    def find(host: str) -> frozenset[IPv4Network]:
        if host not in stands_for:
            raise OSError("no such name")
        return look_up(stands_for[host])

    names = Names(find)
    door = Door(Account(server="192.0.2.1", ring_from=("sbc.example",)), names=names)
    assert door.watch(1) == ["sbc.example"]
    assert door.watch(2) == []
    stands_for["sbc.example"] = "203.0.113.1"
    door.watch(UNKNOWN_AGAIN_MS)
    names.settle(UNKNOWN_AGAIN_MS, 20)
    assert door.watch(UNKNOWN_AGAIN_MS) == []
    assert door.may_ring("203.0.113.1:5060")
