"""A start without the garbage collector, and its return whatever happens."""

from __future__ import annotations

import gc

import pytest

from cli.quick import importing


def test_the_collector_rests_while_modules_are_imported_and_never_looks_at_them_again() -> None:
    kept = gc.get_freeze_count()
    try:
        with importing():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() > kept
    finally:
        gc.unfreeze()


def test_an_import_that_fails_leaves_the_collector_at_work() -> None:
    try:
        with pytest.raises(ImportError), importing():
            raise ImportError
        assert gc.isenabled()
    finally:
        gc.unfreeze()
