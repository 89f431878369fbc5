"""`sixring doctor`: each part in words, each fault with its mend, against real servers."""

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydub.generators import Sine
from support.mailserver import MailServerUnderTest
from support.program import PROGRAM, environment, sixring
from support.terminal import terminal

from cli.checks import configured, machine, network, storage
from cli.checks.finding import Health
from config.clock import SystemClock
from config.home import Home
from config.settings import Mail, Settings, Sip


def examined(home: Path, **env: str) -> dict[str, Any]:
    done = sixring("doctor", "--json", home=home, env=env)
    assert "Traceback" not in done.stderr
    found = {finding["check"]: finding for finding in map(json.loads, done.stdout.splitlines())}
    failing = any(finding["health"] == "fails" for finding in found.values())
    assert done.returncode == int(failing), done.stderr
    return found


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def test_on_a_terminal_what_is_too_long_goes_on_below_itself_and_in_a_pipe_it_is_one_line(
    tmp_path: Path,
) -> None:
    command = [str(PROGRAM), "doctor", "--home", str(tmp_path)]
    with terminal(command, (60, 24), COLUMNS="") as screen:
        assert screen.exit_code() == 0
        rows = screen.output.decode().splitlines()
    assert all(len(row) <= 60 for row in rows if str(tmp_path) not in row)
    below = rows[next(place for place, row in enumerate(rows) if row.startswith("skipped  mail")) + 1]
    assert below.startswith(" " * 24)
    assert below.strip()
    piped = sixring("doctor", home=tmp_path).stdout.splitlines()
    assert all(row.split()[0] in ("ok", "warns", "skipped", "->") for row in piped)


def test_a_fresh_home_warns_and_says_what_comes_next(tmp_path: Path) -> None:
    found = examined(tmp_path / "home")
    assert found["python"]["health"] == "ok"
    assert found["sip_stack"]["health"] == "ok"
    assert found["settings"]["health"] == "warns"
    assert "sixring init" in found["settings"]["mend"]
    assert found["store"]["health"] == "skipped"
    assert found["carrier"]["health"] == "skipped"
    assert not (tmp_path / "home").exists()


def test_a_fault_in_the_settings_fails_with_its_line_and_the_rest_is_still_examined(tmp_path: Path) -> None:
    (tmp_path / "sixring.toml").write_text("[firm]\nnam = 'x'\n")
    found = examined(tmp_path)
    assert found["settings"]["health"] == "fails"
    assert "line 2" in found["settings"]["found"]
    assert found["rules"]["health"] == "ok"
    assert found["clock"]["health"] == "ok"
    for of_the_settings in ("store", "carrier", "sound", "mail"):
        assert found[of_the_settings]["found"] == "sixring.toml has to load first"


def test_a_notice_that_cannot_be_played_is_said_before_the_shift(tmp_path: Path) -> None:
    config = tmp_path / "sixring.toml"
    config.write_text('[recording]\nannouncement = "notice.wav"\n')
    missing = examined(tmp_path)["notice"]
    assert (missing["health"], "notice.wav cannot be read" in missing["found"]) == ("warns", True)
    Sine(440).to_audio_segment(1_500).export(str(tmp_path / "notice.wav"), format="wav").close()
    assert examined(tmp_path)["notice"]["health"] == "ok"
    assert not (tmp_path / "notice").exists()


def test_a_damaged_store_is_told_from_a_healthy_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    sixring("dnc", "add", "+14155550123", "--why", "test", home=tmp_path)
    findings, last = storage.store(home, Settings())
    assert [finding.health for finding in findings] == [Health.OK, Health.OK], findings
    assert last is not None
    assert machine.clock(last).health is Health.OK
    whole = home.database.read_bytes()
    half = len(whole) // 2
    home.database.write_bytes(whole[:half] + b"\xff" * (len(whole) - half))
    (broken,), _ = storage.store(home, Settings())
    assert broken.health is Health.FAILS
    assert "damaged" in broken.found
    home.database.write_bytes(b"no database at all, but long enough to be looked at" * 100)
    (broken,), _ = storage.store(home, Settings())
    assert broken.health is Health.FAILS


SMALL_DISK = """
mount -t tmpfs -o size=1m none "$1" || exit 77
"$0" dnc add +14155550123 --why test --home "$1/home" >&2 || exit 1
cat /dev/zero > "$1/filler" 2>/dev/null
exec "$0" doctor --json --home "$1/home"
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not there: no disk was filled")
def test_a_full_disk_is_told_as_that_and_not_as_damage_to_the_store(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", SMALL_DISK, PROGRAM, tmp_path],
        env=environment(None), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode == 77 or done.stderr.startswith("unshare:"):
        pytest.skip("this machine lets us mount no disk of our own")
    found = {finding["check"]: finding for finding in map(json.loads, done.stdout.splitlines())}
    assert found["home"]["mend"].startswith("make room there"), done.stderr
    assert found["disk"]["health"] == "fails"
    assert "the disk is full" in found["store"]["found"]
    assert "backup" not in found["store"]["mend"]


def test_a_clock_behind_the_log_fails() -> None:
    assert machine.clock(SystemClock().now() + 60_000).health is Health.FAILS
    assert machine.clock(None).health is Health.OK


def test_a_password_that_is_wanted_and_missing_names_its_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(sip=Sip(server="sip.example.com", user="1001"))
    monkeypatch.setenv("SIXRING_SIP_PASSWORD", "x")
    (finding,) = configured.secrets(Home(tmp_path), settings)
    assert finding.health is Health.OK
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "sip_password").write_text("hunter2")
    (tmp_path / "secrets" / "sip_password").chmod(0o644)
    monkeypatch.delenv("SIXRING_SIP_PASSWORD")
    (finding,) = configured.secrets(Home(tmp_path), settings)
    assert finding.health is Health.FAILS
    assert "chmod 600" in finding.found
    assert "hunter2" not in finding.found


def test_a_mail_server_that_is_away_fails_in_words(tmp_path: Path) -> None:
    mail = Mail(host="127.0.0.1", port=free_port(), security="none", sender="a@example.com")
    finding = network.mail_server(Home(tmp_path), Settings(mail=mail))
    assert finding.health is Health.FAILS
    assert "refused" in finding.found.lower()
    assert "[mail]" in finding.mend


def test_a_mail_server_is_greeted_and_gets_no_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXRING_MAIL_PASSWORD", "right")
    with MailServerUnderTest(login=("anna", "right")) as server:
        mail = Mail(host="127.0.0.1", port=server.port, security="none", login="anna", sender="a@example.com")
        finding = network.mail_server(Home(tmp_path), Settings(mail=mail))
        assert (finding.health, finding.found) == (
            Health.OK,
            f"127.0.0.1:{server.port} greets and takes the login",
        )
        monkeypatch.setenv("SIXRING_MAIL_PASSWORD", "wrong")
        refused = network.mail_server(Home(tmp_path), Settings(mail=mail))
        assert refused.health is Health.FAILS
        assert "mail_password" in refused.mend
        assert not server.received


def test_rules_that_do_not_fit_the_settings_are_named(tmp_path: Path) -> None:
    (tmp_path / "sixring.toml").write_text('[queue]\ncadence = "ours"\n')
    rules = examined(tmp_path)["rules"]
    assert rules["health"] == "fails"
    assert "[queue] cadence: no cadence is named 'ours'" in rules["found"]


def test_a_letter_that_no_mail_server_should_see_is_named_before_the_day_it_goes_out(tmp_path: Path) -> None:
    letter = tmp_path / "rules" / "mail" / "last-note.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("Subject: Hello\n\nDear {{ lead.first_name }\n")
    rules = examined(tmp_path)["rules"]
    assert rules["health"] == "fails"
    assert "last-note.txt" in rules["found"]
