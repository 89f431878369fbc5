"""Tells other programs of every event: a signed JSON POST each, in order, at least once.

A hook is one address. It reads the log behind its cursor, posts one event
after the other, and moves the cursor once the other side has answered 2xx;
whatever else it answers, the same event is posted again, later. It runs beside
the desk and never makes it wait. Headers and signature follow the Standard
Webhooks specification, so that ready-made libraries can check them; fields and
headers are described in docs/hooks.md.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from config.clock import Clock
from config.errors import ConfigError, SixringError
from config.home import Home
from config.secrets import places, secret
from config.settings import Settings
from floor.backoff import Backoff
from floor.cursor import Cursor
from floor.rounds import Rounds
from floor.store_room import StoreRoom
from store.event_json import json_record
from store.events import Event

if TYPE_CHECKING:
    import httpx

_BATCH = 100
_LARGEST_ANSWER = 64 * 1024  # bytes read of an answer, so that its connection can serve again
_POST_S = 15.0
_LOOK_S = 1.0  # between two looks at the log
_ELSEWHERE_S = 30.0  # between two looks whether the process that tells this address has ended
_PREFIX = "whsec_"  # of a key in base64, as Standard Webhooks writes it


class Hook(Rounds):
    """One address that is told of every event."""

    def __init__(
        self,
        url: str,
        key: bytes,
        cursor: Cursor,
        room: StoreRoom,
        clock: Clock,
        backoff: Backoff | None = None,
    ) -> None:
        """`key` signs; `cursor` remembers the last event that the other side has taken."""
        super().__init__(f"hook {url}", backoff or Backoff(first=1.0, most=600.0))
        self._url, self._key, self._cursor = url, key, cursor
        self._room, self._clock = room, clock
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Break off; an event that was being posted is posted again next time. Safe to call twice."""
        if self._task is not None:
            self._task.cancel()
        with suppress(asyncio.CancelledError):
            await super().close()
        if self._client is not None:
            await self._client.aclose()
        self._cursor.unlock()

    async def round(self) -> float:
        """Post what is new, until nothing is left or a post fails."""
        if not self._cursor.lock():
            return _ELSEWHERE_S
        while not self._stopping:
            events = await self._news()
            for event in events:
                if self._stopping:
                    break
                await self._post(event)
                await asyncio.to_thread(self._cursor.write, event.seq)
            if not events:
                break
        return _LOOK_S

    async def _news(self) -> list[Event]:
        """The next events to tell. A new hook begins with what happens after it."""
        told = self._cursor.read()
        if told is None:
            head = await self._room.run(lambda store: store.log.head())
            told = head[0]
            self._cursor.write(told)
        seq = told
        return await self._room.run(lambda store: store.log.after(seq, _BATCH))

    async def _post(self, event: Event) -> None:
        import httpx  # slow to import, and most homes have no hook

        body = body_of(event)
        client = self._client = self._client or _client()
        try:
            async with client.stream(
                "POST", self._url, content=body, headers=headers_of(event, body, self._key, self._clock.now())
            ) as answer:
                await _read_off(answer)
        except httpx.HTTPError as fault:
            raise SixringError(f"The hook {self._url} does not answer ({type(fault).__name__}).") from fault
        if not answer.is_success:
            raise SixringError(
                f"The hook {self._url} answered {answer.status_code}; event {event.seq} is told again later."
            )


class Webhooks:
    """All hooks of a home."""

    def __init__(self, room: StoreRoom, settings: Settings, home: Home, clock: Clock) -> None:
        """Nothing is read or posted before `start`.

        Raises:
            ConfigError: there are hooks, and no secret to sign with.
        """
        key = _key(home) if settings.hooks.urls else b""
        self.hooks = [
            Hook(url, key, Cursor(_cursor_file(home, url)), room, clock) for url in settings.hooks.urls
        ]

    async def start(self) -> None:
        """Begin to tell."""
        for hook in self.hooks:
            await hook.start()

    async def close(self) -> None:
        """End after the posts under way."""
        await asyncio.gather(*(hook.close() for hook in self.hooks))


def body_of(event: Event) -> bytes:
    """What is posted: the event as one JSON object."""
    return json.dumps(json_record(event), separators=(",", ":")).encode()


def headers_of(event: Event, body: bytes, key: bytes, now: int) -> dict[str, str]:
    """Identity, time and signature of a post; `now` in ms UTC."""
    stamp = str(now // 1000)
    digest = hmac.new(key, f"{event.seq}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Sixring",
        "Idempotency-Key": str(event.seq),
        "Webhook-Id": str(event.seq),
        "Webhook-Timestamp": stamp,
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _client() -> httpx.AsyncClient:
    import httpx

    # This machine is never reached through a proxy, whatever the environment says.
    direct = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
    return httpx.AsyncClient(timeout=_POST_S, verify=ssl.create_default_context(), mounts=direct)


async def _read_off(answer: httpx.Response) -> None:
    size = 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > _LARGEST_ANSWER:
            break


def _cursor_file(home: Home, url: str) -> Path:
    return home.path / "hooks" / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.seq"


def _key(home: Home) -> bytes:
    text = secret("hooks_secret", home)
    if not text:
        raise ConfigError(
            f"[hooks] urls are set, but no secret signs the posts: give {places('hooks_secret', home)}."
        )
    if not text.startswith(_PREFIX):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ConfigError(
            f"The secret hooks_secret begins with {_PREFIX}, so the rest must be base64."
        ) from error
