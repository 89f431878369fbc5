"""A small server of ours on the loopback, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

HOST = "127.0.0.1"


class LoopbackServer:
    """Serves one asyncio protocol on an ephemeral port of 127.0.0.1.

    The thread keeps the server answering while the event loop of the caller
    is busy, and the caller may itself have no event loop at all.
    """

    def __init__(
        self, protocol: Callable[[], asyncio.Protocol], name: str, context: ssl.SSLContext | None = None
    ) -> None:
        """`protocol` is called on the server's own loop, once for each connection.

        It keeps its connection as `transport`, and drops it when that is lost.
        """
        self._protocol = protocol
        self._context = context
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._ready = threading.Event()
        self._fault: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.port = 0

    def start(self) -> int:
        """Listen; the port, once connections are taken.

        Raises:
            OSError: no port could be had.
        """
        self._thread.start()
        self._ready.wait()
        if self._fault is not None:
            raise self._fault
        return self.port

    def close(self) -> None:
        """Stop listening, drop open connections, end the thread; safe to call twice."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        lines: list[asyncio.Protocol] = []

        def answer() -> asyncio.Protocol:
            lines[:] = [line for line in lines if _transport(line) is not None]
            lines.append(self._protocol())
            return lines[-1]

        try:
            server = await self._loop.create_server(answer, HOST, 0, ssl=self._context)
        except OSError as fault:
            self._fault = fault
            return
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for transport in filter(None, map(_transport, lines)):
            with suppress(AttributeError):  # Python 3.11.2 forgets what a TLS line closed twice stands on
                transport.abort()
        await asyncio.sleep(0)  # the loop tells the protocols, which end their tasks


def _transport(line: asyncio.Protocol) -> asyncio.WriteTransport | None:
    """The connection of `line`, None once it is lost."""
    transport: asyncio.WriteTransport | None = getattr(line, "transport", None)
    return transport
