"""sixring.toml: its errors name file, line, field and mend, and the starter text says the defaults."""

import re
from pathlib import Path

import msgspec
import psycopg.conninfo
import pytest

from config import starter
from config.errors import ConfigError
from config.home import Home
from config.settings import Settings, load, location


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def refused(home: Home, text: str) -> str:
    home.config_file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(home)
    return str(caught.value)


def test_no_file_means_defaults(home: Home) -> None:
    assert load(home) == Settings()


def test_the_starter_text_loads_and_equals_the_defaults(home: Home) -> None:
    starter.write(home, {})
    assert load(home) == Settings()


def test_every_field_stands_in_the_starter_text_with_a_comment_above_it() -> None:
    lines = starter.template().splitlines()
    written, section = set(), ""
    for above, line in zip(["", *lines], lines, strict=False):
        if header := re.fullmatch(r"\[(\w+)\]", line):
            section = header[1]
        if field := re.match(r"(\w+) = ", line):
            written.add((section, field[1]))
            assert above.startswith("# "), f"{section}.{field[1]} has no comment"
    fields = {
        (section.name, field.name)
        for section in msgspec.structs.fields(Settings)
        for field in msgspec.structs.fields(section.type)
    }
    assert written == fields


def test_answers_fill_the_starter_text(home: Home) -> None:
    name = 'Müller "& Söhne" \\ \x7f\n[sip]'
    starter.write(
        home, {("firm", "name"): name, ("sip", "caller_ids"): ["+14155550123"], ("mail", "port"): 25}
    )
    settings = load(home)
    assert settings.firm.name == name
    assert settings.sip.caller_ids == ("+14155550123",)
    assert settings.mail.port == 25
    assert home.config_file.stat().st_mode & 0o777 == 0o600


def test_the_starter_never_overwrites_unless_told(home: Home) -> None:
    home.config_file.write_text("# mine\n")
    with pytest.raises(Exception, match="there already"):
        starter.write(home, {})
    assert home.config_file.read_text() == "# mine\n"
    starter.write(home, {}, replace=True)
    assert "# mine" not in home.config_file.read_text()


def test_an_unknown_field_names_file_line_and_the_likely_word(home: Home) -> None:
    message = refused(home, '[firm]\nname = "Acme"\n\n[sip]\nsever = "sip.example.com"\n')
    assert str(home.config_file) in message
    assert "5" in re.findall(r"line (\d+)", message)
    assert "sever" in message
    assert "server" in message


def test_an_unknown_section_names_its_line(home: Home) -> None:
    message = refused(home, '[firm]\n\n[spi]\nserver = "x"\n')
    assert "3" in re.findall(r"line (\d+)", message)
    assert "spi" in message


def test_broken_toml_names_its_line(home: Home) -> None:
    message = refused(home, '[firm]\nname = "Acme\n')
    assert str(home.config_file) in message
    assert "2" in re.findall(r"line (\d+)", message)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ('[mail]\nport = "587"\n', 2, "port"),
        ("[mail]\n\nport = 99999\n", 3, "port"),
        ('[sip]\ntransport = "carrier-pigeon"\n', 2, "transport"),
        ('[sip]\ncaller_ids = ["415-555-0123"]\n', 2, "caller_ids"),
        ('[firm]\nregion = "usa"\n', 2, "region"),
        ('[firm]\nname = "x"\nzone = "America/Chicgo"\n', 3, "zone"),
        ('[sip]\nserver = "sip:user@example.com;transport=tls"\n', 2, "server"),
        (
            '[sip]\nuser = "anna"\nserver = "sip.example.com:99999"\n',
            3,
            "sip.server: 'sip.example.com:99999' should be",
        ),
        ('[sip]\nsrtp = "mandatory"\n', 2, "srtp"),
        ('[sound]\nkind = "desk_phone"\n', 2, "desk_phone"),
        ('[sound]\ndesk_phone = "sip:anna@10.0.0.5;transport=tcp"\n', 2, "desk_phone"),
        ('[sound]\ndesk_phone = "<sip:anna@10.0.0.5>"\n', 2, "desk_phone"),
        ('[sip]\ncodecs = ["PCMU", "opus"]\n', 2, "codecs"),
        ("[sip]\ncodecs = []\n", 2, "codecs"),
        ('[sip]\nstun_servers = ["stun:stun.example.com"]\n', 2, "stun_servers"),
        ("[sip]\nqualify_s = -1\n", 2, "qualify_s"),
        ('[sip]\nring_from = ["not a host"]\n', 2, "sip.ring_from: 'not a host' should be"),
        ('[sip]\nring_from = ["10.0.0.0/99"]\n', 2, "a network such as 203.0.113.0/24"),
        ('[sip]\ncaller_ids = [{number = "12"}]\n', 2, "should be a number such as +14155550123"),
        ('[[sip.colleagues]]\nname = "Ann"\nnumber = "hello"\n', 3, "should be digits, such as 204"),
        ('[sip]\ndtmf = "both"\n', 2, "sip.dtmf: 'both' is not one of auto, rfc4733, info"),
        ('[sip]\ncaller_ids = [{number = "+14155550123", areas = ["Ohio"]}]\n', 2, "areas"),
        ('[mail]\nhost = "mail.example.com"\n', 2, "sender"),
        ('[rep]\nlogin = "anna\\u001b[31m"\n', 2, "login"),
    ],
)
def test_a_wrong_value_names_line_and_field(home: Home, text: str, line: int, word: str) -> None:
    message = refused(home, text)
    found = re.findall(r"line (\d+)", message)
    assert found, message
    assert int(found[0]) == line
    assert word in message
    assert "\x1b" not in message


def test_hosts_addresses_and_networks_may_ring(home: Home) -> None:
    home.config_file.write_text('[sip]\nring_from = ["sbc.example.com", "10.1.1.1", "10.0.0.5/24"]\n')
    assert len(load(home).sip.ring_from) == 3


@pytest.mark.parametrize(
    "text",
    [
        '[sip]\nserver = "s"\npassword = "hunter2"\n',
        '[mail]\n\nsmtp_password = "hunter2"\n',
        '[sip]\n\nsecret = "hunter2"\n',
        '[store]\n\npass = "hunter2"\n',
        '\n\npassword = "hunter2"\n',
    ],
)
def test_a_password_in_the_file_is_refused_with_the_three_right_places(home: Home, text: str) -> None:
    message = refused(home, text)
    assert "line 3" in message
    assert "environment variable SIXRING_" in message
    assert str(home.secrets) in message
    assert "keyring" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    "where", ["postgresql://anna:hunter2@db/floor", "host=db user=anna password=hunter2"]
)
def test_a_password_in_the_stores_location_is_refused_and_not_repeated(home: Home, where: str) -> None:
    message = refused(home, f'[store]\nlocation = "{where}"\n')
    assert "store_password" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("", "{home}/sixring.db"),
        ("floor.db", "{home}/floor.db"),
        ("/srv/floor.db", "/srv/floor.db"),
        ("postgresql://anna@db/floor", "postgresql://anna@db/floor"),
        ("host=db user=anna", "host=db user=anna"),
    ],
)
def test_where_the_store_is(home: Home, named: str, expected: str) -> None:
    home.config_file.write_text(f'[store]\nlocation = "{named}"\n')
    assert str(location(load(home), home)) == expected.format(home=home.path)


def test_a_file_that_is_not_utf8_is_one_sentence(home: Home) -> None:
    home.config_file.write_bytes(b'[firm]\nname = "M\xfcller"\n')
    with pytest.raises(ConfigError, match=re.escape(str(home.config_file))):
        load(home)


@pytest.mark.parametrize(
    "named", ["postgresql://anna@db/floor", "postgresql://anna@db/floor?sslmode=require", "host=db user=anna"]
)
def test_the_stores_password_joins_its_location_only_for_connecting(
    home: Home, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = 'it\'s & a \\ "pass=word"'
    monkeypatch.setenv("SIXRING_STORE_PASSWORD", password)
    home.config_file.write_text(f'[store]\nlocation = "{named}"\n')
    settings = load(home)
    found = psycopg.conninfo.conninfo_to_dict(str(location(settings, home)))
    assert found["password"] == password
    assert found["host"] == "db"
    assert password not in repr(settings)


@pytest.mark.parametrize(
    "url", ["http://crm.example.com/in", "ftp://localhost/", "https://", "http://localhost.evil/"]
)
def test_hooks_never_leave_this_machine_in_clear_text(home: Home, url: str) -> None:
    assert "https://" in refused(home, f'[hooks]\nurls = ["{url}"]\n')


def test_hooks_may_be_https_anywhere_and_http_here(home: Home) -> None:
    home.config_file.write_text(
        '[hooks]\nurls = ["https://crm.example.com/in", "http://localhost:8080/in"]\n'
    )
    assert len(load(home).hooks.urls) == 2


@pytest.mark.parametrize(
    "url", ["http://example.com/stop", "https://example.com/stop?x=1", "https://a>, <mailto:x"]
)
def test_the_unsubscribe_address_is_one_that_a_mail_header_can_carry(home: Home, url: str) -> None:
    assert "unsubscribe_url" in refused(home, f'[mail]\nunsubscribe_url = "{url}"\n')


def test_a_server_that_no_name_server_could_know_is_refused_with_its_line(home: Home) -> None:
    said = refused(home, '[sip]\nserver = "sip..example.com"\n')
    assert "line 2, sip.server: 'sip..example.com' should be a host or host:port" in said
