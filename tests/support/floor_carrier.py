"""A carrier as floors have one: Kamailio that copes with routers in between, rtpengine that relays the sound.

coturn tells who asks how the world sees them.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from support.certificates import server_context
from support.kamailio import modules, served
from support.netns import CARRIER, LEAD, STUN, Network
from support.ports import listens

from telephony import stun
from telephony.account import Transport

PASSWORD = "c0rrect"
ADDRESS = f"{CARRIER}:5060"
NAME = "carrier.example"  # in its certificate
TLS_PORT = 5061  # it tells no port where this one is meant
SLOW_PORT = 5070  # of the lead's other telephone, "slow", which only rings
_PROGRAMS = ("kamailio", "rtpengine", "baresip", "turnserver")

# Answers and calls go where a registration came from; a Contact that is no use is told with where it came
# from (alias). RELAY is what carries the sound.
_CONFIG = """#!KAMAILIO
debug=1
log_stderror=yes
children=1
fork=no
disable_tcp=yes
listen=udp:ADDRESS
auto_aliases=no
mpath="MODULES"
loadmodule "sl.so"
loadmodule "tm.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "nathelper.so"
loadmodule "rtpengine.so"
loadmodule "auth.so"
modparam("rtpengine", "rtpengine_sock", "udp:CARRIER:2223")
modparam("rtpengine", "rtpengine_disable_tout", 1)
modparam("nathelper|registrar", "received_avp", "$avp(received)")
modparam("registrar", "min_expires", 10)
request_route {
  force_rport();
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("$fd", "PASSWORD", "0")) { www_challenge("$fd", "1"); exit; }
    fix_nated_register(); save("location"); exit;
  }
  if (is_method("OPTIONS") && !has_totag()) { sl_send_reply("200", "OK"); exit; }
  if (has_totag()) {
    if (!loose_route()) {
      if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
      sl_send_reply("404", "No Route"); exit;
    }
    handle_ruri_alias();
    route(RELAY); exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  t_check_trans();
  if (is_method("INVITE")) {
    if ($si != "LEAD") {
      if (!pv_proxy_authenticate("$fd", "PASSWORD", "0")) { proxy_challenge("$fd", "1"); exit; }
      consume_credentials();
    }
    record_route();
  }
  if ($rU == "slow") { $ru = "sip:slow@LEAD:SLOW_PORT"; }
  else if (!lookup("location")) { $ru = "sip:lead@LEAD:5060"; }
  route(RELAY);
}
route[RELAY] {
  if (is_method("INVITE")) { add_contact_alias(); t_on_reply("ANSWER"); }
  SOUND
  t_relay();
}
onreply_route[ANSWER] {
  add_contact_alias();
  SOUND
}
"""
_UDP_ALONE = "fork=no\ndisable_tcp=yes\n"
_TLS = """tcp_children=2
enable_tls=yes
listen=tls:CARRIER:TLS_PORT
loadmodule "tls.so"
modparam("tls", "certificate", "FOLDER/server.pem")
modparam("tls", "private_key", "FOLDER/server.key")
modparam("tls", "tls_method", "TLSv1.2+")
"""
_STREAMS = {"tcp": "tcp_children=2\nlisten=tcp:ADDRESS\n", "tls": _TLS}
_RELAYED = 'rtpengine_manage("replace-origin replace-session-connection");'


def missing() -> str:
    """Which of its programs are not installed; empty where all are."""
    absent = [program for program in _PROGRAMS if shutil.which(program) is None]
    return f"{', '.join(absent)} is not installed" if absent else ""


@contextlib.asynccontextmanager
async def floor_carrier(
    net: Network, folder: Path, *, relays: bool = True, over: Transport = "udp"
) -> AsyncIterator[None]:
    """The carrier at `ADDRESS`: calls go to who registered under that number, else to the lead.

    `relays`: it carries the sound, and learns from the first packets where each side is. Else the two
    sides send to what the other's SDP says. `over`: what desks speak with it; the lead speaks UDP.
    """
    words = {
        "ADDRESS": ADDRESS, "SLOW_PORT": str(SLOW_PORT), "TLS_PORT": str(TLS_PORT), "CARRIER": CARRIER,
        "LEAD": LEAD, "PASSWORD": PASSWORD, "MODULES": f"{modules()}/", "SOUND": _RELAYED if relays else "",
    }  # fmt: skip
    config = _CONFIG
    if over != "udp":
        config = config.replace(_UDP_ALONE, _STREAMS[over])
    if over == "tls":
        server_context(folder, CARRIER, NAME)
        words["FOLDER"] = str(folder)
    for word, value in words.items():
        config = config.replace(word, value)
    async with contextlib.AsyncExitStack() as stack:
        with net.at(net.carrier):
            if relays:
                await stack.enter_async_context(_relay(folder))
            await stack.enter_async_context(
                served(folder, config, int(ADDRESS.rpartition(":")[2]), socket.SOCK_DGRAM, CARRIER)
            )
        yield


@contextlib.asynccontextmanager
async def _relay(folder: Path) -> AsyncIterator[None]:
    words = (
        "rtpengine", "--config-file=none", "-i", CARRIER, "-n", f"{CARRIER}:2223", "-f", "-E", "-t", "-1",
        "-p", str(folder / "rtpengine.pid"), "--num-threads=1",
    )  # fmt: skip
    async with _running(words, folder / "rtpengine.log") as process:
        await listens(2223, process)  # before Kamailio asks for it, which would do without for a minute
        yield


@contextlib.asynccontextmanager
async def stun_of_the_carrier(net: Network, folder: Path) -> AsyncIterator[str]:
    """The address of a STUN server that tells the truth."""
    words = (
        "turnserver", "-n", "-S", "-L", STUN, "-p", "3478", "--no-cli", "--no-tls", "--no-dtls",
        "--log-file", "stdout", "--pidfile", str(folder / "turnserver.pid"),
    )  # fmt: skip
    async with contextlib.AsyncExitStack() as stack:
        with net.at(net.carrier):
            process = await stack.enter_async_context(_running(words, folder / "turnserver.log"))
            await listens(3478, process)
            async with asyncio.timeout(20):
                while not stun.alive([f"{STUN}:3478"], patience_s=0.3):
                    await asyncio.sleep(0.05)
        yield f"{STUN}:3478"


@contextlib.asynccontextmanager
async def _running(words: tuple[str, ...], log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as sink:
        process = await asyncio.create_subprocess_exec(
            *words, cwd=log.parent, stdin=asyncio.subprocess.DEVNULL, stdout=sink, stderr=sink
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
