"""The mail server: does it answer, and let us in? No mail is sent."""

from __future__ import annotations

import smtplib
import ssl

from cli.checks.finding import Finding, fails, ok, skipped, warns
from config.errors import SixringError
from config.home import Home
from config.settings import Mail, Settings

_MAIL_S = 15.0


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
