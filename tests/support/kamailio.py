"""A real SIP proxy and registrar from the system's packages, set up in a test's folder."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from support.packages import modules_of
from support.ports import HOST, free_port, listens

CONFIG = """#!KAMAILIO
debug=1
log_stderror=yes
children=1
fork=no
disable_tcp=yes
listen=udp:{host}:{port}
auto_aliases=no
mpath="{modules}"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("registrar", "min_expires", 10)
modparam("registrar", "max_expires", 3600)
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("$fd", "{password}", "0")) {{ www_challenge("$fd", "1"); exit; }}
    save("location"); exit;
  }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404", "No Route"); exit;
  }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  t_check_trans();
  if (is_method("INVITE")) {{
    if (!pv_proxy_authenticate("$fd", "{password}", "0")) {{ proxy_challenge("$fd", "1"); exit; }}
    consume_credentials();
    record_route();
  }}
  $du = "sip:{peer}";
  t_relay();
}}
"""

# What differs behind TLS: processes of their own for connections, and calls go to who registered.
SECURE = (
    CONFIG.replace("fork=no\ndisable_tcp=yes\nlisten=udp:", "tcp_children=2\nenable_tls=yes\nlisten=tls:")
    .replace(
        'loadmodule "sl.so"',
        'loadmodule "tls.so"\n'
        'modparam("tls", "certificate", "{folder}/server.pem")\n'
        'modparam("tls", "private_key", "{folder}/server.key")\n'
        'modparam("tls", "tls_method", "TLSv1.2+")\n'
        'loadmodule "sl.so"',
    )
    .replace(
        '$du = "sip:{peer}";',
        'if (is_method("INVITE") && !lookup("location")) {{ sl_send_reply("404", "Nobody"); exit; }}',
    )
)

# Calls go to who registered, after a login.
DELIVERING = CONFIG.replace(
    '$du = "sip:{peer}";',
    'if (is_method("INVITE") && !lookup("location")) {{ sl_send_reply("404", "Nobody"); exit; }}',
)

# No login, and each number rings at a telephone of its own; others do not exist.
ROUTING = (
    CONFIG[: CONFIG.index("    if (!pv_proxy")]
    + """    record_route();
  }}
{routes}
  sl_send_reply("404", "Not Found");
}}
"""
)


def modules() -> Path | None:
    """Where its modules are; None without them or without the program."""
    return modules_of("kamailio")


def has_tls() -> bool:
    """Whether its TLS module is there too."""
    found = modules()
    return found is not None and (found / "tls.so").exists()


@contextlib.asynccontextmanager
async def kamailio(folder: Path, peer: str, password: str) -> AsyncIterator[str]:
    """The address of a proxy that wants `password` and hands every call to `peer`."""
    port = free_port()
    config = CONFIG.format(host=HOST, port=port, modules=f"{modules()}/", password=password, peer=peer)
    async with served(folder, config, port, socket.SOCK_DGRAM):
        yield f"{HOST}:{port}"


@contextlib.asynccontextmanager
async def delivering_kamailio(folder: Path, password: str) -> AsyncIterator[str]:
    """The address of a proxy that wants `password` and hands calls to who registered."""
    port = free_port()
    config = DELIVERING.format(host=HOST, port=port, modules=f"{modules()}/", password=password)
    async with served(folder, config, port, socket.SOCK_DGRAM):
        yield f"{HOST}:{port}"


@contextlib.asynccontextmanager
async def routing_kamailio(folder: Path, telephones: dict[str, str]) -> AsyncIterator[str]:
    """The address of a proxy that asks nobody who they are; `telephones` has the address of each user."""
    port = free_port()
    routes = "\n".join(
        f'  if ($rU == "{user}") {{ $du = "sip:{address}"; t_relay(); exit; }}'
        for user, address in telephones.items()
    )
    config = ROUTING.format(host=HOST, port=port, modules=f"{modules()}/", password="unused", routes=routes)
    async with served(folder, config, port, socket.SOCK_DGRAM):
        yield f"{HOST}:{port}"


@contextlib.asynccontextmanager
async def secure_kamailio(folder: Path, password: str) -> AsyncIterator[str]:
    """The address of a TLS-only proxy with the certificate in `folder`; it hands calls to who registered."""
    port = free_port()
    config = SECURE.format(host=HOST, port=port, modules=f"{modules()}/", password=password, folder=folder)
    async with served(folder, config, port, socket.SOCK_STREAM):
        yield f"{HOST}:{port}"


@contextlib.asynccontextmanager
async def served(
    folder: Path, text: str, port: int, kind: socket.SocketKind, host: str = HOST
) -> AsyncIterator[None]:
    """A running Kamailio with the settings `text`, which listens on `host` at `port`."""
    config = folder / "kamailio.cfg"
    config.write_text(text)
    with (folder / "kamailio.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "kamailio", "-f", str(config), "-DD", "-E", "-Y", str(folder), "-P", str(folder / "kamailio.pid"),
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        await listens(port, process, kind)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # in order it may take a minute
        await process.wait()
