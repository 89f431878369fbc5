"""A real HTTP server that takes posts and answers as it is told to."""

# ruff: noqa: A002 - names are http.server's

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

HANG = -1  # no answer
CUT = -2  # the connection is dropped without one


@dataclass(frozen=True)
class Post:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    answered: int


class HookServer:
    """`answers` are status codes (or HANG, CUT) used up one at a time; then 204."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.answers: list[int] = []
        self._came = threading.Condition()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/in"

    def __enter__(self) -> HookServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, posts: int, timeout: float = 20.0) -> list[Post]:
        """Block until so many posts came."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.posts) >= posts, timeout), (
                f"{len(self.posts)} posts came"
            )
            return list(self.posts)

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        with self._came:
            code = self.answers.pop(0) if self.answers else 204
            self.posts.append(Post(path, headers, body, code))
            self._came.notify_all()
        return code

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        office = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                code = office._take(self.path, dict(self.headers), body)
                if code == HANG:
                    office._released.wait(30)
                if code < 0:
                    self.close_connection = True
                    return
                self.send_response(code)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
