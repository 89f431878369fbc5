"""The commands on a floor's PostgreSQL, named in sixring.toml."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgres import NO_BINARIES, cluster, find_binaries
from support.program import sixring


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(NO_BINARIES)
    with cluster(binaries) as running:
        yield running.new_database()


def test_a_day_of_commands_on_postgresql(tmp_path: Path, dsn: str) -> None:
    (tmp_path / "sixring.toml").write_text(f'[store]\nlocation = "{dsn}"\n')
    (tmp_path / "leads.csv").write_text("Name,Phone\nAnna,(415) 555-0123\n")
    done = sixring("import", tmp_path / "leads.csv", home=tmp_path)
    assert done.returncode == 0, done.stderr
    (row,) = map(json.loads, sixring("queue", "--json", home=tmp_path).stdout.splitlines())
    assert row["name"] == "Anna"
    assert sixring("dnc", "add", "@example.com", "--why", "test", home=tmp_path).returncode == 0
    for args in (["audit"], ["verify"], ["why", "anna"], ["export", "calls"], ["tail"]):
        done = sixring(*args, home=tmp_path)
        assert done.returncode == 0, done.stderr
    assert not (tmp_path / "sixring.db").exists()
    found = [json.loads(line) for line in sixring("doctor", "--json", home=tmp_path).stdout.splitlines()]
    assert {finding["check"]: finding["health"] for finding in found}["chain"] == "ok"


def test_a_database_server_that_is_away_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    (tmp_path / "sixring.toml").write_text('[store]\nlocation = "postgresql://anna@127.0.0.1:1/floor"\n')
    done = sixring("queue", home=tmp_path, env={"SIXRING_STORE_PASSWORD": "hunter2"})
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr
