"""`sixring init` asks, holds each answer against the settings' own types, and writes."""

from pathlib import Path

from support.program import sixring

from config.home import Home
from config.settings import Settings, load


def test_defaults_write_a_file_that_equals_the_defaults(tmp_path: Path) -> None:
    done = sixring("init", "--defaults", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert load(Home(tmp_path)) == Settings()


def test_answers_land_in_their_fields_and_a_wrong_one_is_asked_again(tmp_path: Path) -> None:
    typed = [
        "Acme, Inc.", "1 Main St", "usa", "US", "Mars/Olympus", "America/Chicago", "an na", "anna", "Anna",
        "sip:x@y", "sip.example.com:5060", "1001", "pigeon", "tls", "415-555-0123", "+14155550123",
        "sales@example.com", "mail.example.com", "starttls", "99999", "587", "sales",
    ]  # fmt: skip
    done = sixring("init", home=tmp_path, typed="\n".join(typed) + "\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Error: 'pigeon' is not one of udp, tcp, tls" in done.stderr + done.stdout
    assert "Error: should be a number such as +14155550123" in done.stderr + done.stdout
    assert "Error: should be from 1 to 65535" in done.stderr + done.stdout
    settings = load(Home(tmp_path))
    assert (settings.firm.name, settings.firm.zone, settings.rep.login) == (
        "Acme, Inc.",
        "America/Chicago",
        "anna",
    )
    assert (settings.sip.server, settings.sip.user, settings.sip.transport) == (
        "sip.example.com:5060",
        "1001",
        "tls",
    )
    assert settings.sip.caller_ids == ("+14155550123",)
    assert (settings.mail.host, settings.mail.port, settings.mail.login) == ("mail.example.com", 587, "sales")
    assert "SIXRING_SIP_PASSWORD" in done.stdout
    assert "SIXRING_MAIL_PASSWORD" in done.stdout


def test_a_file_that_is_there_stays_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "sixring.toml").write_text("# mine\n")
    done = sixring("init", "--defaults", home=tmp_path)
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert (tmp_path / "sixring.toml").read_text() == "# mine\n"
    assert sixring("init", "--defaults", "--force", home=tmp_path).returncode == 0


def test_an_end_of_input_in_the_middle_writes_nothing(tmp_path: Path) -> None:
    done = sixring("init", home=tmp_path, typed="Acme\n")
    assert done.returncode == 130
    assert not (tmp_path / "sixring.toml").exists()
    assert "Traceback" not in done.stderr
