"""docs/keys.md says what the registry says."""

from __future__ import annotations

from pathlib import Path

from tui import keysdoc

ROOT = Path(__file__).resolve().parents[2]


def test_the_document_of_keys_is_the_registrys() -> None:
    written = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    assert written == keysdoc.text(), "write it anew: python -m tui.keysdoc > docs/keys.md"
