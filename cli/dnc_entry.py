"""What was typed, as the do-not-call list keeps it."""

from __future__ import annotations

from config.errors import UsageError


def entry_of(typed: str, region: str) -> tuple[str, str]:
    """What was typed as the list keeps it, and its kind: phone, email or domain.

    Raises:
        UsageError: it is none of them.
    """
    from cadence.addresses import mail_address, mail_domain
    from cadence.numbers import e164, unspoiled

    text = typed.strip()
    if "@" in text:
        local, _, domain = text.rpartition("@")
        return (mail_address(text) or text.lower(), "email") if local else (mail_domain(domain), "domain")
    number = e164(unspoiled(text), region)
    if number is None:
        raise UsageError(
            f"{typed!r} is neither a telephone number, nor a mail address, nor a domain as in @example.com."
        )
    return number, "phone"
