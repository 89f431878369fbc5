"""What a file can do to us, and the one sentence it is told in."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from support.factories import NOON, new_lead

from cadence.rulebook import Rulebook
from config.clock import HandClock
from store.errors import StoreError
from store.sqlite import SQLite
from store.store import Store


@pytest.fixture
def file(tmp_path: Path, book: Rulebook) -> Path:
    """A store with two hundred leads, closed."""
    path = tmp_path / "sixring.db"
    with Store.open(path, book, HandClock(NOON)) as store, store.core.write():
        for n in range(200):
            store.leads.add(new_lead(n))
    return path


def open_at(path: Path, book: Rulebook, *, create: bool = True) -> Store:
    return Store.open(path, book, HandClock(NOON), create=create)


def test_a_missing_file_is_made_only_where_that_is_wanted(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(StoreError, match="there is no database at"):
        open_at(path, book, create=False)
    assert not path.exists()


def test_an_empty_file_is_refused_and_not_taken_for_a_new_database(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(StoreError, match="is an empty file"):
        open_at(path, book)
    assert path.stat().st_size == 0


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sirs, " * 1000)
    with pytest.raises(StoreError, match="is not a Sixring database"):
        open_at(path, book)


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("create table theirs(x)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="of another program"):
        open_at(path, book)
    assert path.read_bytes() == before


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path, book: Rulebook) -> None:
    with pytest.raises(StoreError, match="its folder exists"):
        open_at(tmp_path / "nowhere" / "sixring.db", book)


def test_making_a_database_leaves_no_draft_beside_it(tmp_path: Path, book: Rulebook) -> None:
    open_at(tmp_path / "sixring.db", book).close()
    assert [path.name for path in tmp_path.iterdir()] == ["sixring.db"]


def test_a_damaged_file_is_said_and_the_backup_recommended(file: Path, book: Rulebook) -> None:
    size = file.stat().st_size
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(os.urandom(size - 4096))
    with (
        pytest.raises(StoreError, match="is damaged; stop, keep the file, and restore"),
        open_at(file, book) as store,
    ):
        store.leads.find("Lead 17")


def test_a_locked_database_is_said_after_the_wait_and_readers_go_on(file: Path, book: Rulebook) -> None:
    with open_at(file, book) as store, closing(sqlite3.connect(file, isolation_level=None)) as other:
        store.core.engine.run("pragma busy_timeout = 50")
        other.execute("begin immediate")
        with pytest.raises(StoreError, match="is locked by another process"):
            store.leads.add(new_lead(900))
        assert store.leads.count() == 200
        other.execute("rollback")
        store.leads.add(new_lead(900))
        assert store.leads.count() == 201


def test_a_full_disk_loses_nothing_that_was_acknowledged(file: Path, book: Rulebook) -> None:
    with open_at(file, book) as store:
        pages = store.core.engine.rows("pragma page_count")[0]["page_count"]
        store.core.engine.rows(f"pragma max_page_count = {pages + 20}")
        added: list[int] = []
        with pytest.raises(StoreError, match="the disk is full"):
            added.extend(store.leads.add(new_lead(n)) for n in range(200, 5_000))
        assert added
        assert store.leads.count() == 200 + len(added)
        assert store.log.verify().clean
    with open_at(file, book) as store:
        assert store.leads.get(added[-1]).name == f"Lead {199 + len(added)}"
        store.leads.add(new_lead(9_000))


def _write_as_nobody(path: Path, answers: multiprocessing.queues.Queue[str]) -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    try:
        engine = SQLite(path)
        with engine.write():
            engine.run("insert into rep(login, created_at) values ('ana', 1)")
    except StoreError as error:
        answers.put(str(error))
    else:
        answers.put("written")


def test_a_read_only_file_is_said(file: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="sixring-ro-", dir="/tmp"))
    try:
        copy = Path(shutil.copy(file, folder / "sixring.db"))
        copy.chmod(0o444)
        folder.chmod(0o755)
        context = multiprocessing.get_context("fork")
        answers = context.Queue()
        child = context.Process(target=_write_as_nobody, args=(copy, answers))
        child.start()
        answer = answers.get(timeout=60)
        child.join(60)
    finally:
        shutil.rmtree(folder)
    assert "cannot be written" in answer


def test_two_connections_in_one_process_see_each_others_commits(file: Path, book: Rulebook) -> None:
    with open_at(file, book) as one, open_at(file, book) as other:
        one.leads.add(new_lead(900))
        assert other.leads.count() == 201


def test_a_new_database_is_its_owners_alone_wherever_it_lies(tmp_path: Path, book: Rulebook) -> None:
    tmp_path.chmod(0o755)
    with Store.open(tmp_path / "floor.db", book, HandClock(NOON)) as store:
        store.leads.add(new_lead())
        modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert modes
    assert not any(modes.values()), modes
