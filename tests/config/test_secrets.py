"""Secrets: where they come from, and that they stay there."""

from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from config.errors import ConfigError
from config.home import Home
from config.secrets import Secret, secret


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory, behind keyring's own door."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, locked: bool = False) -> None:
        super().__init__()
        self.kept = {("sixring", "sip_password"): "from the ring"}
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("no")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("SIXRING_SIP_PASSWORD", raising=False)
    before = keyring.get_keyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", before)
    keyring.set_keyring(Ring())
    return Home(tmp_path)


def keep(home: Home, text: str, mode: int = 0o600) -> Path:
    home.secrets.mkdir(mode=0o700, exist_ok=True)
    path = home.secrets / "sip_password"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_nearest_place_wins(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secret("sip_password", home) == "from the ring"
    keep(home, "from the file\n")
    assert secret("sip_password", home) == "from the file"
    monkeypatch.setenv("SIXRING_SIP_PASSWORD", "from the environment")
    assert secret("sip_password", home) == "from the environment"


def test_a_secret_nobody_keeps_is_none(home: Home) -> None:
    assert secret("mail_password", home) is None


def test_a_machine_without_a_keyring_has_none(home: Home) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())
    assert secret("sip_password", home) is None


def test_a_locked_keyring_is_said(home: Home) -> None:
    keyring.set_keyring(Ring(locked=True))
    with pytest.raises(ConfigError, match=r"unlock it, or set SIXRING_SIP_PASSWORD"):
        secret("sip_password", home)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o777])
def test_a_file_that_others_can_read_is_refused(home: Home, mode: int) -> None:
    path = keep(home, "hunter2", mode)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}") as caught:
        secret("sip_password", home)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\xff"])
def test_a_file_without_a_password_is_said(home: Home, content: bytes) -> None:
    keep(home, "").write_bytes(content)
    with pytest.raises(ConfigError, match="sip_password"):
        secret("sip_password", home)


def test_inner_and_trailing_spaces_belong_to_the_password(home: Home) -> None:
    keep(home, " a b \r\n")
    assert secret("sip_password", home) == " a b "


def test_a_secrets_repr_tells_nothing_and_its_str_everything() -> None:
    kept = Secret("hunter2")
    assert "hunter2" not in repr(kept) + repr([kept]) + f"{kept!r}"
    assert str(kept) == "hunter2"
    assert type(str(kept)) is str
