"""The carrier, step by step: name, port, certificate, registration, codecs, clock. No call is placed."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.checks.finding import Finding, fails, ok, skipped, warns
from cli.checks.incoming import incoming
from config.clock import DAY, SECOND, Clock, SystemClock, iso
from config.errors import SixringError
from config.home import Home
from config.settings import PRACTICE, Settings
from config.text import for_terminal

if TYPE_CHECKING:
    from telephony import protocol as phone
    from telephony.account import Account
    from telephony.probe import Answer

_REGISTER_S = 12.0
_ENDS_SOON_MS = 14 * DAY
_SKEW_MS = 30 * SECOND
_SELF_SIGNED = {18, 19, 20, 21}  # OpenSSL's verify codes: no way from the certificate to one we trust
_EXPIRED, _WRONG_NAME = 10, {62, 64}
_MEND = "check server, transport and proxy in [sip], and whether a firewall lets SIP out"
_LOCAL = {  # what keeps us from leaving this machine
    errno.EPERM: "a firewall on this machine forbids it: let it send there",
    errno.ENETUNREACH: "check this machine's network: no way leads there",
    errno.EHOSTUNREACH: "check this machine's network: no way leads there",
}
_LOGIN = "check user and login in [sip], and the secret sip_password"
_MENDS = {
    401: _LOGIN,
    403: f"{_LOGIN}; some so refuse an address",
    404: "check user in [sip]: the server knows nobody of that name",
    407: _LOGIN,
    423: "set register_every_s in [sip] higher",
}


def carrier(home: Home, settings: Settings, clock: Clock | None = None) -> Iterator[Finding]:
    """Every step to the carrier; the first that fails is the last."""
    from floor.account import account_of

    sip = settings.sip
    if sip.server in ("", PRACTICE):
        yield skipped("carrier", "the practice carrier" if sip.server else "no carrier is configured")
        return
    try:
        account = account_of(settings, home)
    except SixringError as error:
        yield fails("carrier", str(error), "keep it where only its owner reads it")
        return
    name = named(account)
    yield name
    if name.mend:
        return
    answer, finding = port(account)
    yield finding
    if answer is not None:
        yield from _told(account, answer, clock or SystemClock())
    yield from _stun(account)
    if finding.health == "fails" and account.transport != "udp":
        return  # no connection, no registration
    if account.register:
        yield asyncio.run(registration(home, account))
    else:
        yield skipped("registration", "register = false: the trunk knows us by our address")
    yield from incoming(account)


def named(account: Account) -> Finding:
    """Does the first hop's name resolve?"""
    from telephony.probe import first_hop

    host, _ = first_hop(account)
    try:
        address = socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0]
    except OSError as error:
        if _has_ipv6(host):
            return fails(
                "carrier", f"{host} has only an IPv6 address, which is not supported",
                f"give [sip] {_hop(account)} a name that has an IPv4 address",
            )  # fmt: skip
        why = (error.strerror or str(error)).lower()
        return fails(
            "carrier", f"{host} has no address: {why}", f"check [sip] {_hop(account)} and this machine's DNS"
        )
    return ok("carrier", f"{host} is {address}")


def _has_ipv6(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None, socket.AF_INET6))
    except OSError:
        return False


def port(account: Account) -> tuple[Answer | None, Finding]:
    """Does anybody answer there, over the account's transport, and prove to be the server?"""
    from telephony import probe

    host, number = probe.first_hop(account)
    where = f"{host}:{number} over {account.transport.upper()}"
    if unread := _unread(account):
        return None, unread
    try:
        answer = probe.options(account)
    except probe.NoTlsError:
        return None, fails(
            "carrier_port", f"{where} takes the connection and does not answer TLS",
            f"check the port of {_hop(account)} in [sip] (5061 as a rule), or set transport to tcp or udp",
        )  # fmt: skip
    except ssl.SSLCertVerificationError as error:
        return None, _distrusted(where, error)
    except ssl.SSLError as error:
        why = (error.reason or str(error)).lower().replace("_", " ")
        return None, fails(
            "carrier_port", f"{where} does not speak TLS 1.2 with us: {why}",
            "check the port; a server that has TLS 1.3 only needs a proxy before it",
        )  # fmt: skip
    except TimeoutError:
        return None, _silent(account, where, host, number)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        mend = _LOCAL.get(error.errno or 0, f"check {_hop(account)} and transport in [sip]")
        return None, fails("carrier_port", f"{where}: {why}", mend)
    said = f"{answer.code} {for_terminal(answer.reason)}".strip() if answer.code else "no SIP at all"
    found = f"{where} answers OPTIONS in {answer.took_ms} ms: {said}"
    if not answer.code:
        return None, fails("carrier_port", found, "check the port: another service lives there")
    return answer, ok("carrier_port", found)


def _hop(account: Account) -> str:
    """The field that names whom every request goes to first."""
    return "proxy" if account.proxy else "server"


def _unread(account: Account) -> Finding | None:
    """What is wrong with the certificates to trust, where they are needed."""
    from telephony.trust import bundle, client_context

    if account.transport != "tls":
        return None
    try:
        client_context(account)
    except OSError as error:  # an ssl.SSLError too: the file has no certificate
        why = "it holds no certificate" if isinstance(error, ssl.SSLError) else str(error.strerror).lower()
        return fails(
            "carrier_port", f"the certificates to trust cannot be read: {bundle(account)}: {why}",
            "name a PEM file in [sip] ca_file, or leave it empty: then those of this machine are trusted",
        )  # fmt: skip
    return None


def _distrusted(where: str, error: ssl.SSLCertVerificationError) -> Finding:
    found = f"{where} has a certificate we do not trust: {error.verify_message}"
    if error.verify_code in _SELF_SIGNED:
        return fails("carrier_port", found, "set ca_file in [sip] to the certificate of who signed it")
    if error.verify_code == _EXPIRED:
        return fails("carrier_port", found, "have the carrier renew it, or set this machine's clock")
    if error.verify_code in _WRONG_NAME:
        return fails("carrier_port", found, "set server in [sip] to a name that the certificate is for")
    return fails("carrier_port", found, "show it to the carrier")


def _silent(account: Account, where: str, host: str, number: int) -> Finding:
    from telephony.probe import listens_on_tcp

    found = f"{where} does not answer OPTIONS"
    if account.transport == "udp" and listens_on_tcp(host, number):
        return fails("carrier_port", f"{found}, but takes TCP connections", 'try transport = "tcp" in [sip]')
    if account.register:
        return warns("carrier_port", found, "if it registers below, all is well: some ignore OPTIONS")
    return fails("carrier_port", found, f"{_MEND}; where a trunk ignores OPTIONS, try 'sixring call NUMBER'")


def _told(account: Account, answer: Answer, clock: Clock) -> Iterator[Finding]:
    """What else its answer says."""
    if account.transport == "tls":
        yield _certificate(account, answer, clock.now())
    yield _codecs(account, answer)
    if answer.date is not None:
        yield _clocks(answer.date, clock.now())


def _certificate(account: Account, answer: Answer, now: int) -> Finding:
    if not account.verify_server:
        return warns("certificate", "not looked at: anybody could be this server", "set verify_server = true")
    ends_at = answer.certificate_ends_at
    if ends_at is None:
        return ok("certificate", "proves the server's name")
    found = f"proves the server's name until {iso(ends_at)[:10]}"
    if ends_at - now < _ENDS_SOON_MS:
        return warns("certificate", found, "have the carrier renew it soon")
    return ok("certificate", found)


def _codecs(account: Account, answer: Answer) -> Finding:
    ours = ", ".join(account.codecs)
    if not answer.codecs:
        return ok("codecs", f"we offer {ours}; the server does not say what it takes")
    theirs = ", ".join(for_terminal(name) for name in answer.codecs)
    found = f"we offer {ours}; the server takes {theirs}"
    if {name.lower() for name in account.codecs} & {name.lower() for name in answer.codecs}:
        return ok("codecs", found)
    return fails("codecs", found, "name one of the server's in [sip] codecs")


def _clocks(theirs: int, now: int) -> Finding:
    apart = abs(theirs - now)
    found = f"the carrier's clock and ours are {apart / 1000:.0f} s apart"
    if apart <= _SKEW_MS:
        return ok("carrier_clock", found)
    return warns("carrier_clock", found, "keep this machine's clock by NTP; if it is right, tell the carrier")


def _stun(account: Account) -> Iterator[Finding]:
    from telephony import stun

    for server in account.stun_servers:
        try:
            _, seen = stun.reach(server)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            yield warns("stun", f"{server}: {why}", "take it out of [sip] stun_servers, or name another")
        else:
            yield ok("stun", f"{server} sees us as {seen}")


async def registration(home: Home, account: Account) -> Finding:
    """Does the server take our registration? The phone process itself asks."""
    import msgspec

    from telephony import protocol as phone
    from telephony.client import Phone

    heard: asyncio.Queue[phone.Registration] = asyncio.Queue()

    def listen(event: phone.AnyEvent) -> None:
        if isinstance(event, phone.Registration):
            heard.put_nowait(event)

    alone = msgspec.structs.replace(account, local_port=0, rings=False)  # a desk may be at work beside us
    client = Phone(alone, listen, home.logs / "doctor-phone.log")
    try:
        await client.start()
        return _judged(await asyncio.wait_for(heard.get(), _REGISTER_S), account)
    except TimeoutError:
        return fails("registration", f"{account.server} did not answer within {_REGISTER_S:.0f} s", _MEND)
    except SixringError as error:
        return fails("registration", str(error), "mend what it says")
    finally:
        await client.close()


def _judged(event: phone.Registration, account: Account) -> Finding:
    if event.registered:
        return ok("registration", f"registered at {account.server}")
    if not event.code:
        return fails("registration", f"{account.server} does not answer a REGISTER: {event.reason}", _MEND)
    found = f"{account.server} answers {event.code} {event.reason}".rstrip()
    mend = _MENDS.get(event.code, "show this answer to the carrier")
    if mend.startswith(_LOGIN) and account.realm != "*":
        mend = f'{mend}; realm {account.realm!r} has to be the one it asks with ("*" takes any)'
    return fails("registration", found, mend)
