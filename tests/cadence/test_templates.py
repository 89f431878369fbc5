"""Letters: what they say, what they must carry, and what nobody gets out of them."""

from pathlib import Path

import pytest
from support.leads import lead

from cadence.model import Lead
from cadence.rulebook import Rulebook, load
from cadence.templates import LetterError, first_name, render
from config.errors import ConfigError

FIRM = {"name": "Acme", "postal_address": "1 Main St, Springfield", "website": ""}
REP = {"name": "Mia Bell", "login": "mia"}
FOOT = "\n{{ firm.postal_address }} {{ unsubscribe }}\n"


def letters(tmp_path: Path, text: str, html: str = "") -> Rulebook:
    (tmp_path / "mail").mkdir(exist_ok=True)
    (tmp_path / "mail" / "ours.txt").write_text(text, encoding="utf-8")
    if html:
        (tmp_path / "mail" / "ours.html.j2").write_text(html, encoding="utf-8")
    return load(tmp_path)


def test_every_shipped_letter_renders_with_address_and_way_out(book: Rulebook) -> None:
    book.templates.lint()
    assert len(book.templates.names) == 6
    for name in book.templates.names:
        letter = render(name, lead(), FIRM, REP)
        assert "1 Main St, Springfield" in letter.text
        assert '"stop"' in letter.text
        assert "Hello Ann," in letter.text
        assert "Mia Bell" in letter.text
        assert "{{" not in letter.subject + letter.text
        assert letter.html is None


def test_an_unsubscribe_address_takes_the_place_of_the_usual_way_out() -> None:
    letter = render("last-note", lead(), {**FIRM, "unsubscribe_url": "https://acme.example/u/7"}, REP)
    assert "To get no more mail from us: https://acme.example/u/7" in letter.text


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Ann Lee", "Ann"), ("", "there"), ("  ", "there"), ("MARIA LOPEZ", "Maria"),
        ("jean-luc picard", "Jean-luc"),
        ("Lee, Ann", "Ann"), ("ann@example.com", "there"), ("123", "there"), ("McDonald", "McDonald"),
        ("\x1b[31mEve", "[31mEve"),
    ],
)  # fmt: skip
def test_how_somebody_is_addressed(name: str, called: str) -> None:
    assert first_name(name) == called


def test_a_stranger_cannot_add_a_header_through_a_name() -> None:
    evil = Lead(1, "Ann\r\nBcc: all@example.com")
    letter = render("checking-in", evil, FIRM, REP)
    assert "\n" not in letter.subject
    assert "\r" not in letter.subject


def test_a_name_is_never_a_template() -> None:
    letter = render("checking-in", Lead(1, "{{firm.__class__}}"), FIRM, REP)
    assert "{{firm.__class__}}" in letter.text


def test_html_is_escaped_and_text_is_not(tmp_path: Path) -> None:
    book = letters(tmp_path, "Subject: Hi\n\n{{ lead.company }}" + FOOT, "<p>{{ lead.company }}</p>" + FOOT)
    letter = book.templates.render("ours", lead(company="<b>Lee & Co</b>"), FIRM, REP)
    assert "<b>Lee & Co</b>" in letter.text
    assert letter.html is not None
    assert "&lt;b&gt;Lee &amp; Co&lt;/b&gt;" in letter.html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello" + FOOT, r"line 1: the first line is not `Subject: ...`"),
        ("Subject: \n\nHello" + FOOT, r"line 1: the first line is not `Subject: ...`"),
        ("Subject: Hi\nHello" + FOOT, r"line 2: is not empty"),
        ("Subject: Hi\n\nHello {{ unsubscribe }}", r"the letter lacks the postal address"),
        ("Subject: Hi\n\nHello {{ firm.postal_address }}", r"the letter lacks a way out"),
        ("Subject: Hi\n\nHello\n{% if %}" + FOOT, r"ours\.txt, line 4: .*; mend the letter"),
    ],
)
def test_a_letter_that_may_not_go_out_is_named_before_it_does(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        letters(tmp_path, text).templates.lint()


@pytest.mark.parametrize(
    "asks",
    [
        "{{ lead.notes }}", "{{ lead.first }}", "{{ secret }}", "{{ ''.__class__.__mro__ }}", "{{ 1 / 0 }}",
        "{{ firm.update(name='x') }}", "{{ lead.of.__globals__ }}",
    ],
)  # fmt: skip
def test_a_letter_that_asks_for_what_it_may_not_have_is_refused(tmp_path: Path, asks: str) -> None:
    book = letters(tmp_path, f"Subject: Hi\n\n{asks}" + FOOT)
    with pytest.raises(ConfigError, match="mend the letter"):
        book.templates.render("ours", lead(), FIRM, REP)


def test_without_a_postal_address_nothing_is_written() -> None:
    with pytest.raises(LetterError, match="postal address"):
        render("last-note", lead(), {**FIRM, "postal_address": " "}, REP)


def test_an_unknown_letter_is_answered_with_the_known_ones() -> None:
    with pytest.raises(LetterError, match="there are: checking-in, first-reply"):
        render("nothing", lead(), FIRM, REP)
