"""Texts into a store, as the files they would be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.imports.report import ImportOptions, Report
from store.imports.run import run
from store.store import Store


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Callable[..., Report]:
    """Import a text, as a file."""

    def one(text: str, options: ImportOptions | None = None, name: str = "leads.csv") -> Report:
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        return run(store, tmp_path / name, options or ImportOptions())

    return one
