"""Where files live."""

from pathlib import Path

import pytest

from config.errors import SixringError
from config.home import Home


def test_the_option_beats_the_environment_and_both_beat_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXRING_HOME", str(tmp_path / "env"))
    assert Home.find(str(tmp_path / "option")).path == tmp_path / "option"
    assert Home.find(None).path == tmp_path / "env"


def test_without_a_word_config_and_data_go_to_the_platforms_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIXRING_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    home = Home.find()
    assert home.database == tmp_path / "data" / "sixring" / "sixring.db"
    assert home.config_file == tmp_path / "config" / "sixring" / "sixring.toml"
    assert home.secrets.parent == home.config_folder


def test_a_named_home_holds_everything_in_one_folder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    places = [home.config_file, home.database, home.logs, home.recordings, home.rules, home.secrets]
    assert {place.parent for place in places} == {tmp_path}


def test_a_relative_home_survives_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.find("floor").path == tmp_path / "floor"


def test_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home").make()
    for folder in (home.path, home.logs, home.recordings, home.rules):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_looking_leaves_no_trace(tmp_path: Path) -> None:
    assert Home(tmp_path / "none").database.parent == tmp_path / "none"
    assert not (tmp_path / "none").exists()


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SixringError, match="--home"):
        Home(tmp_path / "file").make()
