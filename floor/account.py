"""The carrier's account for the phone process, out of the settings and the secret."""

from __future__ import annotations

from pathlib import Path

from cadence.caller_id import CallerId
from config.clock import MINUTE
from config.home import Home
from config.secrets import secret
from config.settings import Settings
from floor.view import Choice
from telephony.account import Account, Sound


def account_of(settings: Settings, home: Home) -> Account:
    """The account that the [sip] table describes, with its password from the keyring, environment or file.

    Raises:
        ConfigError: the password's file is readable by others.
    """
    sip = settings.sip
    return Account(
        server=sip.server, user=sip.user or "sixring", login=sip.login, realm=sip.realm,
        transport=sip.transport, proxy=sip.proxy, password=str(secret("sip_password", home) or ""),
        register=sip.register, no_response_ms=sip.no_response_s * 1000,
        max_call_ms=sip.max_call_minutes * MINUTE, display_name=settings.firm.name,
        ca_file=str(home.config_folder / Path(sip.ca_file).expanduser()) if sip.ca_file else "",
        verify_server=sip.verify_server, srtp=sip.srtp, codecs=sip.codecs,
        register_every_s=sip.register_every_s, qualify_ms=sip.qualify_s * 1000,
        keep_alive_s=sip.keep_alive_s, show_number=sip.show_number,
        stun_servers=sip.stun_servers, ice=sip.ice, dtmf=sip.dtmf, country=settings.firm.region,
        local_port=sip.local_port, ring_from=sip.ring_from, answer_ms=sip.answer_s * 1000,
    )  # fmt: skip


def sound_of(settings: Settings) -> Sound:
    """Where the rep's sound comes from and goes, by the [sound] table."""
    sound = settings.sound
    if sound.kind == "headset":
        return Sound(kind="headset", microphone=sound.microphone, speaker=sound.speaker)
    if sound.kind == "desk_phone":
        return Sound(kind="desk_phone", uri=sound.desk_phone)
    return Sound()


def callers_of(settings: Settings) -> tuple[CallerId, ...]:
    """The numbers that the firm may show, in the order of the settings."""
    return tuple(
        CallerId(one)
        if isinstance(one, str)
        else CallerId(one.number, name=one.name, areas=one.areas, contract_ref=one.contract_ref)
        for one in settings.sip.caller_ids
    )


def colleagues_of(settings: Settings) -> tuple[Choice, ...]:
    """Whom a call may be given to, on the keys 1 to 9, in the order of the settings."""
    return tuple(
        Choice(str(key), one.name, one.number) for key, one in enumerate(settings.sip.colleagues[:9], start=1)
    )


def name_of(settings: Settings) -> str:
    """What to call a phone that needs no registrar; empty where one must register first."""
    return "" if settings.sip.register else f"trunk {settings.sip.server}"
