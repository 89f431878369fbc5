"""Whom TLS trusts: the operator's file, else the machine's bundle, else certifi's."""

from __future__ import annotations

import ssl

from telephony.account import Account


def bundle(account: Account) -> str:
    """Path of the trusted certificates, PEM.

    Named always: the SIP stack brings its own OpenSSL, which knows no path of
    this machine, and a Python of macOS or Windows may know none either.
    """
    if account.ca_file:
        return account.ca_file
    system = ssl.get_default_verify_paths().cafile
    if system:
        return system
    import certifi

    return certifi.where()


def client_context(account: Account) -> ssl.SSLContext:
    """A client's TLS context with the same trust as the stack's.

    Raises:
        OSError: the account's `ca_file` cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context(cafile=bundle(account))
    if not account.verify_server:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
