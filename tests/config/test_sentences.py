"""An error is read as a sentence, whoever wrote it."""

import pytest

from config.text import as_sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("there is no lead 99", "There is no lead 99."),
        ("No carrier is configured.", "No carrier is configured."),
        ("did you mean 'queue'?", "Did you mean 'queue'?"),
        ("Hung up before the dial..", "Hung up before the dial."),
        ("and so on ...", "And so on ..."),
        ("--from: that is no date", "--from: that is no date."),
        ("leads.csv has no header line", "leads.csv has no header line."),
        ("/tmp/a: cannot be read", "/tmp/a: cannot be read."),
        ("'x' fits nothing (try y?)", "'x' fits nothing (try y?)"),
        ("the server said no (403)", "The server said no (403)."),
        ("  \n", ""),
    ],
)
def test_it_begins_with_a_capital_and_ends_with_one_stop(text: str, sentence: str) -> None:
    assert as_sentence(text) == sentence
