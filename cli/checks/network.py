"""The carrier and the mail server: do they answer, and let us in? No call is placed, no mail is sent."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl

from cli.checks.finding import Finding, fails, ok, skipped, warns
from config.errors import SixringError
from config.home import Home
from config.settings import PRACTICE, Mail, Settings

_REGISTER_S = 15.0
_MAIL_S = 15.0


def carrier(home: Home, settings: Settings) -> list[Finding]:
    """Does the server's name resolve, and does it take our registration?"""
    server = settings.sip.server
    if server in ("", PRACTICE):
        return [skipped("carrier", "no carrier is configured" if not server else "the practice carrier")]
    first_hop = settings.sip.proxy or server
    host = first_hop.rpartition(":")[0].strip("[]") if ":" in first_hop else first_hop
    try:
        address = socket.getaddrinfo(host, None)[0][4][0]
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return [
            fails("carrier", f"{host} has no address: {why}", "check [sip] server and this machine's DNS")
        ]
    return [ok("carrier", f"{host} is {address}"), asyncio.run(registration(home, settings))]


async def registration(home: Home, settings: Settings) -> Finding:
    """Does the server take our registration? The phone process itself asks."""
    from floor.account import account_of
    from telephony import protocol as phone
    from telephony.client import Phone

    if not settings.sip.register:
        return skipped("registration", "register = false: only a call can tell whether this trunk takes us")
    heard: asyncio.Queue[phone.Registration | phone.Trouble] = asyncio.Queue()

    def listen(event: phone.AnyEvent) -> None:
        if isinstance(event, phone.Registration | phone.Trouble):
            heard.put_nowait(event)

    client = Phone(account_of(settings, home), listen, home.logs / "doctor-phone.log")
    try:
        await client.start()
        return _judged(await asyncio.wait_for(heard.get(), _REGISTER_S), settings.sip.server)
    except TimeoutError:
        return fails(
            "registration",
            f"{settings.sip.server} did not answer within {_REGISTER_S:.0f} s",
            "check server, transport and proxy in [sip], and whether a firewall lets SIP out",
        )
    except SixringError as error:
        return fails("registration", str(error), "mend what it says")
    finally:
        await client.close()


def _judged(event: object, server: str) -> Finding:
    from telephony import protocol as phone

    if isinstance(event, phone.Trouble):
        return fails("registration", event.text, "mend what it says; the phone's log has more")
    assert isinstance(event, phone.Registration)  # noqa: S101
    if event.registered:
        return ok("registration", f"registered at {server}")
    found = f"{server} answers {event.code} {event.reason}".rstrip()
    if event.code in (401, 403, 407):
        return fails("registration", found, "check user and login in [sip], and the secret sip_password")
    return fails("registration", found, "check server, transport and proxy in [sip]")


def mail_server(home: Home, settings: Settings) -> Finding:
    """Does the mail server greet us, secure the line and take our login?"""
    from config.secrets import secret

    mail = settings.mail
    if not mail.host:
        return skipped("mail", "no mail server is configured; due mails wait in the outbox")
    try:
        password = secret("mail_password", home) if mail.login else None
        _greet(mail, str(password or ""))
    except smtplib.SMTPAuthenticationError as error:
        found = f"{mail.host}:{mail.port} refuses the login ({error.smtp_code})"
        return fails("mail", found, "check [mail] login and the secret mail_password")
    except (OSError, smtplib.SMTPException, SixringError) as error:
        from floor.smtp_line import sentence

        found = f"{mail.host}:{mail.port}: {sentence(error)}"
        return fails("mail", found, "check host, port and security in [mail]")
    if mail.security == "none" and mail.host not in ("localhost", "127.0.0.1", "::1"):
        return warns("mail", f"{mail.host}:{mail.port} greets, but in the open", 'set security = "starttls"')
    return ok("mail", f"{mail.host}:{mail.port} greets" + (" and takes the login" if mail.login else ""))


def _greet(mail: Mail, password: str) -> None:
    from floor.smtp_line import Line, expect

    context = None if mail.security == "none" else ssl.create_default_context()
    own_name = mail.sender.rpartition("@")[2] or "localhost"
    line = Line(own_name, _MAIL_S, context if mail.security == "tls" else None)
    try:
        expect(line.connect(mail.host, mail.port))
        line.ehlo_or_helo_if_needed()
        if mail.security == "starttls":
            expect(line.starttls(context=context))
        if mail.login:
            line.login(mail.login, password)
        line.quit()
    finally:
        line.close()
