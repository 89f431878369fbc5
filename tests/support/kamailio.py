"""A real SIP proxy and registrar from the system's packages, set up in a test's folder."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

HOST = "127.0.0.1"

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


def modules() -> Path | None:
    """Where its modules are; None without them or without the program."""
    if shutil.which("kamailio") is None:
        return None
    return next(iter(sorted(Path("/usr/lib").glob("**/kamailio/modules"))), None)


@contextlib.asynccontextmanager
async def kamailio(folder: Path, peer: str, password: str) -> AsyncIterator[str]:
    """The address of a proxy that wants `password` and hands every call to `peer`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    config = folder / "kamailio.cfg"
    config.write_text(
        CONFIG.format(host=HOST, port=port, modules=f"{modules()}/", password=password, peer=peer)
    )
    with (folder / "kamailio.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "kamailio", "-f", str(config), "-DD", "-E", "-Y", str(folder), "-P", str(folder / "kamailio.pid"),
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        await _listening(port, process)
        yield f"{HOST}:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()


async def _listening(port: int, process: asyncio.subprocess.Process) -> None:
    """Wait until the port is taken."""
    async with asyncio.timeout(15):
        while process.returncode is None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                try:
                    probe.bind((HOST, port))
                except OSError:
                    return
            await asyncio.sleep(0.05)
    raise AssertionError("kamailio left at once; see kamailio.log")
