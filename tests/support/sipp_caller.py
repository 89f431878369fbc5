"""SIPp as somebody who calls in: a scenario of a few steps, and SIPp's own verdict on what came back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from support.ports import HOST, free_port

OFFER = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""
NOTHING = "Content-Length: 0\n"
_REQUEST = """{method} sip:sixring@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-{branch}-[call_number]
From: "SIPp" <sip:+14155550123@[local_ip]>;tag=[pid]-[call_number]
To: <sip:sixring@[remote_ip]>{to}
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
{rest}"""
_ANSWER = """SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0
"""


def _send(text: str, repeats: bool = False) -> str:
    how = ' retrans="500"' if repeats else ""
    return f"<send{how}><![CDATA[\n{text}\n]]></send>"


def request(method: str, cseq: int, *, branch: str = "", rest: str = NOTHING, repeats: bool = False) -> str:
    """Send a request of the call; `branch` tells transactions apart."""
    to = "[peer_tag_param]" if method in {"ACK", "BYE"} or cseq > 1 else ""
    branch = branch or f"{method}{cseq}"
    return _send(_REQUEST.format(method=method, cseq=cseq, branch=branch, to=to, rest=rest), repeats)


def heard(what: int | str, *, optional: bool = False) -> str:
    """Expect a reply (a code) or a request (a method)."""
    kind = "response" if isinstance(what, int) else "request"
    how = ' optional="true"' if optional else ""
    return f'<recv {kind}="{what}"{how} />'


def pause(ms: int) -> str:
    """Wait."""
    return f'<pause milliseconds="{ms}" />'


INVITE = request("INVITE", 1, branch="INVITE1", rest=OFFER, repeats=True)
INVITE_ONCE = request("INVITE", 1, branch="INVITE1", rest=OFFER)
RINGS = heard(100, optional=True) + heard(180)
ACK = request("ACK", 1)
BYE = request("BYE", 2, repeats=True) + heard(200)
YES = _send(_ANSWER)


@asynccontextmanager
async def sipp_rings(folder: Path, phone: str, *steps: str) -> AsyncIterator[None]:
    """SIPp rings at `phone` and goes through `steps` once; at the end it must have heard all it expected."""
    scenario = folder / "caller.xml"
    scenario.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="in">{"".join(steps)}</scenario>\n'
    )
    errors = folder / "errors.log"
    with (folder / "sipp.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "sipp", phone, "-sf", str(scenario), "-i", HOST, "-mi", HOST, "-p", str(free_port()),
            "-m", "1", "-timeout", "60s", "-timeout_error", "-nostdin",
            "-trace_err", "-error_file", str(errors),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    try:
        yield
        async with asyncio.timeout(70):
            code = await process.wait()
        assert code == 0, errors.read_text() if errors.exists() else f"sipp left with {code}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
