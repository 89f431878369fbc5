"""The program's own log."""

from pathlib import Path

import pytest

from config.errors import SixringError
from config.logs import log_to


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "sixring.log").symlink_to(tmp_path / "gone" / "sixring.log")
    with pytest.raises(SixringError, match=r"sixring\.log cannot be written \(no such file or directory\)"):
        log_to(tmp_path)
