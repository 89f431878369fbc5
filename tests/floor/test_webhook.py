"""Hooks tell every event at least once, in order, signed; and never hold anything up."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from support.hookserver import CUT, HANG, HookServer, Post

from cadence.rulebook import load as load_rules
from config.clock import HandClock
from config.errors import ConfigError, SixringError
from config.home import Home
from config.settings import Hooks, Settings
from floor.backoff import Backoff
from floor.cursor import Cursor
from floor.store_room import StoreRoom
from floor.webhook import Hook, Webhooks, body_of
from store.event_json import json_record
from store.events import Event

NOON = 1_800_000_000_000
KEY = b"a key for tests"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[StoreRoom]:
    async with StoreRoom(tmp_path / "sixring.db", load_rules(None), HandClock(NOON)) as room:
        yield room


@pytest.fixture
def server() -> Iterator[HookServer]:
    with HookServer() as server:
        yield server


def hook(server: HookServer, room: StoreRoom, folder: Path, *, retry_s: float = 0.01) -> Hook:
    cursor = Cursor(folder / "hooks" / "one.seq")
    return Hook(server.url, KEY, cursor, room, HandClock(NOON), Backoff(retry_s, retry_s))


async def happen(room: StoreRoom, times: int = 1) -> None:
    """Let so many events happen."""
    for number in range(times):
        await room.run(lambda store, n=number: store.dnc.add(f"+1415555{1000 + n}", "sam", "asked"))  # type: ignore[misc]


async def posts(server: HookServer, count: int) -> list[Post]:
    return await asyncio.to_thread(server.wait_for, count)


def seqs(posts: list[Post], *, taken: bool = True) -> list[int]:
    return [json.loads(post.body)["seq"] for post in posts if not taken or 200 <= post.answered < 300]


async def begun(hook: Hook, folder: Path) -> Hook:
    """A started hook that has taken its place in the log."""
    await hook.start()
    while not (folder / "hooks" / "one.seq").exists():
        await asyncio.sleep(0.01)
    return hook


async def test_each_event_arrives_once_in_order_as_json(
    server: HookServer, room: StoreRoom, tmp_path: Path
) -> None:
    telling = await begun(hook(server, room, tmp_path), tmp_path)
    await happen(room, 3)
    telling.wake()
    came = await posts(server, 3)
    await telling.close()
    first = seqs(came)[0]
    assert seqs(came) == [first, first + 1, first + 2]
    event = json.loads(came[0].body)
    assert event["kind"] == "dnc.added"
    assert event["at"] == "2027-01-15T08:00:00.000Z"
    assert event["body"]["value"] == "+14155551000"
    assert event["rep"] == "sam"


def test_a_hook_is_told_what_the_tail_tells() -> None:
    event = Event(7, NOON, "callback.agreed", "sam", 3, 9, {"callback_at": NOON + 1, "call_ms": 5})
    assert json.loads(body_of(event)) == json_record(event)
    assert json_record(event)["body"] == {"callback_at": "2027-01-15T08:00:00.001Z", "call_ms": 5}


async def test_a_post_is_signed_and_carries_its_number(
    server: HookServer, room: StoreRoom, tmp_path: Path
) -> None:
    telling = await begun(hook(server, room, tmp_path), tmp_path)
    await happen(room)
    telling.wake()
    (post,) = await posts(server, 1)
    await telling.close()
    number = str(json.loads(post.body)["seq"])
    assert post.headers["Idempotency-Key"] == post.headers["Webhook-Id"] == number
    signed = f"{number}.{NOON // 1000}.".encode() + post.body
    digest = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert post.headers["Webhook-Timestamp"] == str(NOON // 1000)
    assert post.headers["Webhook-Signature"] == f"v1,{digest}"


@pytest.mark.parametrize("failure", [500, 404, 302, 410, CUT])
async def test_an_event_that_is_not_taken_is_told_again_before_any_later_one(
    server: HookServer, room: StoreRoom, tmp_path: Path, failure: int
) -> None:
    server.answers = [204, failure, failure]
    telling = await begun(hook(server, room, tmp_path), tmp_path)
    await happen(room, 3)
    telling.wake()
    came = await posts(server, 5)
    await telling.close()
    first = seqs(came)[0]
    assert seqs(came, taken=False) == [first, first + 1, first + 1, first + 1, first + 2]
    assert len({post.headers["Idempotency-Key"] for post in came}) == 3


async def test_a_fault_is_shown_while_it_lasts(server: HookServer, room: StoreRoom, tmp_path: Path) -> None:
    server.answers = [503]
    telling = await begun(hook(server, room, tmp_path, retry_s=30), tmp_path)
    await happen(room)
    telling.wake()
    await posts(server, 1)
    while not telling.fault:
        await asyncio.sleep(0.01)
    assert "answered 503" in telling.fault
    telling.wake()
    await posts(server, 2)
    while telling.fault:
        await asyncio.sleep(0.01)
    await telling.close()


async def test_a_restart_goes_on_where_the_last_one_stopped(
    server: HookServer, room: StoreRoom, tmp_path: Path
) -> None:
    telling = await begun(hook(server, room, tmp_path), tmp_path)
    await happen(room, 2)
    telling.wake()
    await posts(server, 2)
    while (tmp_path / "hooks" / "one.seq").read_text() != "2\n":
        await asyncio.sleep(0.01)
    await telling.close()
    await room.run(lambda store: store.dnc.remove("+14155551000", "sam", "a slip"))
    again = hook(server, room, tmp_path)
    await again.start()
    came = await posts(server, 3)
    await again.close()
    assert len(set(seqs(came))) == len(came) == 3


async def test_a_new_hook_begins_with_what_happens_next(
    server: HookServer, room: StoreRoom, tmp_path: Path
) -> None:
    await happen(room, 2)
    telling = await begun(hook(server, room, tmp_path), tmp_path)
    await room.run(lambda store: store.dnc.remove("+14155551000", "sam", "a slip"))
    telling.wake()
    (post,) = await posts(server, 1)
    await telling.close()
    assert json.loads(post.body)["kind"] == "dnc.removed"


async def test_a_dead_receiver_does_not_hold_up_the_store_or_the_exit(
    server: HookServer, room: StoreRoom, tmp_path: Path
) -> None:
    server.answers = [HANG]
    telling = await begun(hook(server, room, tmp_path), tmp_path)
    await happen(room)
    telling.wake()
    await posts(server, 1)
    began = time.monotonic()
    await happen(room, 3)
    await telling.close()
    assert time.monotonic() - began < 10  # and not the 30 s of the one who hangs
    again = hook(server, room, tmp_path)
    await again.start()
    came = await posts(server, 2)
    await again.close()
    assert came[0].body == came[1].body, "what was not taken is told again"


async def test_of_two_processes_of_one_home_one_tells(
    server: HookServer, room: StoreRoom, tmp_path: Path
) -> None:
    first = await begun(hook(server, room, tmp_path), tmp_path)
    second = hook(server, room, tmp_path)
    await second.start()
    await happen(room, 2)
    first.wake()
    second.wake()
    await posts(server, 2)
    await asyncio.gather(first.close(), second.close())
    assert len(server.posts) == 2


async def test_hooks_need_a_key(room: StoreRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("SIXRING_HOOKS_SECRET", raising=False)
    settings = msgspec.structs.replace(Settings(), hooks=Hooks(urls=("http://localhost:1/in",)))
    clock = HandClock(NOON)
    with pytest.raises(ConfigError, match="hooks_secret"):
        Webhooks(room, settings, Home(tmp_path), clock)
    monkeypatch.setenv("SIXRING_HOOKS_SECRET", "whsec_not base64")
    with pytest.raises(ConfigError, match="base64"):
        Webhooks(room, settings, Home(tmp_path), clock)


async def test_without_addresses_there_is_nothing_to_do(room: StoreRoom, tmp_path: Path) -> None:
    none = Webhooks(room, Settings(), Home(tmp_path), HandClock(NOON))
    await none.start()
    await none.close()
    assert list(tmp_path.glob("hooks*")) == []


async def test_every_address_of_a_home_is_told(
    server: HookServer, room: StoreRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXRING_HOOKS_SECRET", "whsec_" + base64.b64encode(KEY).decode())
    urls = (server.url, server.url + "/too")
    settings = msgspec.structs.replace(Settings(), hooks=Hooks(urls=urls))
    webhooks = Webhooks(room, settings, Home(tmp_path), HandClock(NOON))
    await webhooks.start()
    while len(list(tmp_path.glob("hooks/*.seq"))) < 2:
        await asyncio.sleep(0.01)
    await happen(room)
    for one in webhooks.hooks:
        one.wake()
    came = await posts(server, 2)
    await webhooks.close()
    assert sorted(post.path for post in came) == ["/in", "/in/too"]


def test_a_cursor_that_is_no_number_is_an_error_with_its_mend(tmp_path: Path) -> None:
    (tmp_path / "x.seq").write_text("soon")
    with pytest.raises(SixringError, match="remove the file"):
        Cursor(tmp_path / "x.seq").read()


def test_a_cursor_is_held_by_one_and_free_after_it(tmp_path: Path) -> None:
    first, second = Cursor(tmp_path / "x.seq"), Cursor(tmp_path / "x.seq")
    assert first.lock()
    assert first.lock()
    assert not second.lock()
    first.unlock()
    assert second.lock()
    second.unlock()


def test_waits_grow_to_their_limit_and_begin_anew_after_success() -> None:
    backoff = Backoff(first=1.0, most=10.0)
    assert [backoff.failed() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    backoff.went_well()
    assert backoff.failed() == 1
