"""sixring.toml as types: every field has a default, every error says how to mend it.

The commented text of the file is `config/data/sixring.toml`; a test holds both
together. Nothing secret is ever a field here: see `config.secrets`.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from config.home import Home
from config.secrets import refuse_in, secret

_LABEL = r"[A-Za-z0-9_-]{1,63}"
_HOST_PORT = re.compile(rf"({_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(:\d{{1,5}})?").fullmatch

_DESK_PHONE = re.compile(
    r"sip:[A-Za-z0-9_.+\-]{1,64}@[A-Za-z0-9.\-]{1,253}(:\d{1,5})?|\+?[0-9*#]{1,32}|[A-Za-z][A-Za-z0-9_\-]{0,63}"
).fullmatch

PRACTICE = "practice"  # the value of sip.server that means the embedded carrier

Seconds = Annotated[int, msgspec.Meta(ge=1, le=3600)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=1440)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
PerMinute = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Codec = Literal["PCMU", "PCMA", "G722", "GSM", "iLBC", "speex"]  # what the SIP stack's wheel brings
Country = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$", description="two capital letters, as in US")]
E164 = Annotated[
    str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{6,14}$", description="a number such as +14155550123")
]
Area = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([2-9][0-9]{2}|\+[1-9][0-9]{1,6}|[A-Z]{2}(-[A-Z0-9]{1,3})?)$",
        description="an area code (415 or +4930), a state (US-CA) or a country (US)",
    ),
]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of sixring.toml."""


class Firm(Section, frozen=True):
    """Who calls: shown in mails, and the default for numbers and days."""

    name: str = ""
    postal_address: str = ""
    region: Country = "US"
    zone: str = "America/New_York"
    reply_to: str = ""
    website: str = ""

    def __post_init__(self) -> None:
        """Refuse a zone the time-zone data does not know.

        Raises:
            ValueError: `zone` is not an IANA zone.
        """
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"zone {self.zone!r} is not an IANA time zone such as America/Chicago") from None


class Rep(Section, frozen=True):
    """Who sits at this desk."""

    login: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse a login that cannot be a stable word in exports.

        Raises:
            ValueError: `login` has other characters than letters, digits and `.-_@`.
        """
        if self.login and not re.fullmatch(r"[\w.@-]{1,64}", self.login):
            raise ValueError(f"login {self.login!r} may only have letters, digits and . - _ @")


class Store(Section, frozen=True):
    """Where the leads are."""

    location: str = ""  # empty: the home's own database; a path; or postgresql://...

    def __post_init__(self) -> None:
        """Refuse a password in the open.

        Raises:
            ValueError: `location` carries a password.
        """
        if re.search(r"://[^/@:]*:[^/@]+@|\bpassword\s*=", self.location):
            raise ValueError(
                "location carries a password; take it out and keep it as the secret store_password"
            )


class OwnNumber(Section, frozen=True):
    """A number that the firm owns and may show."""

    number: E164
    name: str = ""  # what you call it
    areas: tuple[Area, ...] = ()  # it also stands for these
    contract_ref: str = ""  # where the right to show it is written down


class Colleague(Section, frozen=True):
    """Somebody a call may be given to."""

    name: str
    number: Annotated[
        str, msgspec.Meta(pattern=r"^\+?[0-9*#]{1,16}$", description="digits, such as 204 or +14155550123")
    ]


class Sip(Section, frozen=True):
    """The carrier's account."""

    server: str = ""  # host:port, or "practice"; empty: nothing to dial with
    user: str = ""
    login: str = ""  # empty: the same as `user`
    realm: str = "*"
    register: bool = True  # false: a trunk that knows us by our address
    transport: Literal["udp", "tcp", "tls"] = "udp"
    ca_file: str = ""  # TLS: whom to trust; empty: the machine's bundle
    verify_server: bool = True  # TLS: the certificate must prove the server's name
    srtp: Literal["off", "optional", "mandatory"] = "off"
    proxy: str = ""
    register_every_s: Annotated[int, msgspec.Meta(ge=30, le=3600)] = 120
    qualify_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 15  # 0: never ask by OPTIONS
    keep_alive_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 15  # 0: none
    stun_servers: tuple[str, ...] = ()
    ice: bool = False
    codecs: tuple[Codec, ...] = ("PCMU", "PCMA", "G722")
    caller_ids: tuple[E164 | OwnNumber, ...] = ()  # the first is shown where none is nearer
    show_number: Literal["from", "name", "p-preferred-identity", "p-asserted-identity", "off"] = "from"
    ring_timeout_s: Seconds = 25
    no_response_s: Seconds = 5
    max_call_minutes: Minutes = 120
    dtmf: Literal["auto", "rfc4733", "info"] = "auto"  # auto: INFO where the other side takes no RFC 4733
    local_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0  # ours, for SIP; 0: any free one
    ring_from: tuple[str, ...] = ()  # hosts besides `server` and `proxy` whose calls may ring here
    answer_s: Seconds = 25  # how long a call rings here before it is passed on
    colleagues: tuple[Colleague, ...] = ()  # whom a call may be given to

    def __post_init__(self) -> None:
        """Refuse a server that is a URI, no codec at all, and a secret told in the open.

        Raises:
            ValueError: `server`, `proxy` or a STUN server is more than a host
                and a port, `ring_from` names no place, `codecs` is empty, or
                `srtp` is on without TLS.
        """
        if not self.codecs:
            raise ValueError("codecs is empty: without one there is no sound; the usual one is PCMU")
        if self.srtp != "off" and self.transport != "tls":
            raise ValueError(
                f'srtp {self.srtp!r} needs transport = "tls": the keys of the sound travel in the '
                "signalling, and over udp or tcp anybody on the way can read them"
            )
        named = [("server", self.server), ("proxy", self.proxy)]
        for field, value in [*named, *(("stun_servers", server) for server in self.stun_servers)]:
            if value and not _is_server(value):
                raise ValueError(
                    f"{field} {value!r} should be a host or host:port, such as sip.example.com:5060"
                )
        for place in self.ring_from:
            if not _is_place(place):
                raise ValueError(
                    f"ring_from {place!r} should be a host, an address or a network such as 203.0.113.0/24"
                )

    @property
    def colleague_names(self) -> dict[str, str]:
        """The names of `colleagues`, by their numbers as they stand here."""
        return {one.number: one.name for one in self.colleagues}


def _is_server(text: str) -> bool:
    """Whether `text` is a host or an address, with a port that can be one."""
    found = _HOST_PORT(text)
    return found is not None and (found[2] is None or 1 <= int(found[2][1:]) <= 65_535)


def _is_place(text: str) -> bool:
    """Whether `text` is a host, an address or an IPv4 network."""
    if "/" not in text:
        return _is_server(text)
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


class Sound(Section, frozen=True):
    """Where a rep hears and speaks."""

    kind: Literal["headset", "desk_phone", "none"] = "headset"
    microphone: str = ""  # its name or a part of it; empty: the system's choice
    speaker: str = ""
    desk_phone: str = ""  # sip:anna@10.0.0.5, or an extension on the account's server

    def __post_init__(self) -> None:
        """Refuse a desk phone that cannot be called.

        Raises:
            ValueError: `desk_phone` is more than an address or an extension, or missing where it is needed.
        """
        if self.desk_phone and not _DESK_PHONE(self.desk_phone):
            raise ValueError(
                f"desk_phone {self.desk_phone!r} should be an address such as sip:anna@10.0.0.5, "
                "or an extension such as 204"
            )
        if self.kind == "desk_phone" and not self.desk_phone:
            raise ValueError('kind is "desk_phone" but desk_phone is empty: name your phone there')


class Mail(Section, frozen=True):
    """The server that takes our mail."""

    host: str = ""  # empty: no mail is sent; mails wait in the outbox
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    login: str = ""
    sender: str = ""
    sender_name: str = ""
    per_minute: PerMinute = 30
    unsubscribe_url: str = ""  # https address of a one-click endpoint; a token is appended to its path

    def __post_init__(self) -> None:
        """Refuse what no server would take.

        Raises:
            ValueError: a host without a sender, a sender that is no address, or an
                unsubscribe_url that is not a plain https address.
        """
        if self.unsubscribe_url and not re.fullmatch(r"https://[^\s<>,?#]+", self.unsubscribe_url):
            raise ValueError(
                f"unsubscribe_url {self.unsubscribe_url!r} should be an https address without ? or #, "
                "such as https://example.com/stop"
            )
        if self.sender and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", self.sender):
            raise ValueError(f"sender {self.sender!r} is not a mail address")
        if self.host and not self.sender:
            raise ValueError("host is set but sender is empty: mails need an address to come from")


class Queue(Section, frozen=True):
    """How leads are handed out."""

    cadence: str = "inbound-six"
    lease_minutes: Minutes = 10
    owner_minutes: Minutes = 30  # an owner's lead that lies longer falls to the team


class Floor(Section, frozen=True):
    """What runs without a screen."""

    mail_room: bool = True  # the workstation sends due mails; false where `sixring serve` does
    mail_every_s: Seconds = 2
    supervisors: tuple[str, ...] = ()  # logins that may override the gate and correct what was recorded


class Hooks(Section, frozen=True):
    """Who is told of every event, as it happens."""

    urls: tuple[str, ...] = ()  # each gets every event as a JSON POST, in order

    def __post_init__(self) -> None:
        """Refuse to send what leads said in clear text over a network.

        Raises:
            ValueError: an address is neither https nor on this machine.
        """
        for url in self.urls:
            if not re.match(r"https://\S+$|http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(/\S*)?$", url):
                raise ValueError(
                    f"urls has {url!r}: it should start with https:// (http:// only to localhost)"
                )


class Recording(Section, frozen=True):
    """What becomes of recorded calls; which calls are recorded: rules/recording.toml."""

    keep_days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 90
    announcement: str = ""  # a sound file that is played where a recording begins; empty: the rep says it


class Export(Section, frozen=True):
    """What reports look like when the command does not say."""

    format: Literal["csv", "ndjson"] = "csv"


class Settings(Section, frozen=True):
    """The whole of sixring.toml."""

    firm: Firm = Firm()
    rep: Rep = Rep()
    store: Store = Store()
    sip: Sip = Sip()
    sound: Sound = Sound()
    mail: Mail = Mail()
    queue: Queue = Queue()
    floor: Floor = Floor()
    hooks: Hooks = Hooks()
    recording: Recording = Recording()
    export: Export = Export()


def load(home: Home) -> Settings:
    """The settings of `home`; every default where it has no file yet.

    Raises:
        ConfigError: the file cannot be read, is not TOML, has an unknown or
            wrong field, or holds a password; names file, line, field and mend.
    """
    from config.toml import read

    if not home.config_file.exists():
        return Settings()
    refuse_in(home.config_file, home)
    return read(home.config_file, Settings)


def location(settings: Settings, home: Home) -> str | Path:
    """Where the store is: a path for the embedded one, else what PostgreSQL takes.

    The latter carries the secret `store_password` where there is one: it is
    for connecting, never for showing (that is `settings.store.location`).

    Raises:
        ConfigError: the secret's file can be read by others.
    """
    named = settings.store.location
    if not named:
        return home.database
    if named.startswith(("postgresql://", "postgres://", "host=")) or "dbname=" in named:
        return _with_password(named, secret("store_password", home))
    path = Path(named).expanduser()
    return path if path.is_absolute() else home.path / path


def _with_password(where: str, password: str | None) -> str:
    if password is None:
        return where
    if "://" in where:
        return f"{where}{'&' if '?' in where else '?'}password={quote(password, safe='')}"
    escaped = password.replace("\\", "\\\\").replace("'", "\\'")
    return f"{where} password='{escaped}'"
