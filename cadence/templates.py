"""The letters of a cadence: sandboxed Jinja2, one file each.

`NAME.txt` begins with a line `Subject: ...`, then an empty line and the text.
`NAME.html.j2` beside it, if there is one, is the same letter in HTML, where
every value is escaped. A letter may use:

    lead.first_name ("there" if none is known), .name, .company, .title, .source, .campaign
    firm.name, .postal_address, .website, ...     rep.name, .login
    unsubscribe                                   the line that tells the way out

A letter without `firm.postal_address` and `unsubscribe` is refused (CAN-SPAM,
15 USC 7704(a)(5)), and so is one that asks for a value that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cadence.model import Lead
from config.errors import ConfigError, SixringError
from config.text import for_header, for_terminal

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

_SUBJECT = "Subject:"
_MUST = {
    r"\bfirm\.postal_address\b": "the postal address; add {{ firm.postal_address }}",
    r"\bunsubscribe\b": "a way out; add a line {{ unsubscribe }}",
}
_WAY_OUT = 'To get no more mail from us, answer with the word "stop".'


class LetterError(SixringError):
    """A letter cannot be written for this lead; the text says what is missing."""


_Compiled = tuple["Template", "Template", "Template | None"]  # subject, text, HTML


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered mail, ready for the outbox."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True)
class _Addressee:
    """What a letter may know of a lead: never notes, numbers, value or consent."""

    first_name: str
    name: str
    company: str
    title: str
    source: str
    campaign: str

    @classmethod
    def of(cls, lead: Lead) -> _Addressee:
        fields = (lead.name, lead.company, lead.title, lead.source, lead.campaign)
        return cls(first_name(lead.name), *(for_terminal(field) for field in fields))


class Templates:
    """All letters by name."""

    def __init__(self, paths: Mapping[str, tuple[Path, Path | None]]) -> None:
        """Take the text file, and the HTML file if there is one, of each name; see `load`."""
        self._paths = paths
        self._letters: dict[str, _Compiled] = {}

    @property
    def names(self) -> frozenset[str]:
        """What a cadence may name."""
        return frozenset(self._paths)

    def lint(self) -> None:
        """Read every letter, so that a fault shows at the start and not on day 22.

        Raises:
            ConfigError: a letter is wrong; the text names file, line and mend.
        """
        for name in sorted(self._paths):
            self._letter(name)

    def render(self, name: str, lead: Lead, firm: Mapping[str, Any], rep: Mapping[str, Any]) -> Letter:
        """The letter `name` to `lead`.

        `firm["unsubscribe_url"]` replaces the usual way out if it is there.

        Raises:
            LetterError: no letter has that name, or the firm has no postal address.
            ConfigError: the letter's file is wrong.
        """
        if name not in self._paths:
            raise LetterError(f"no letter is named {name!r}; there are: {', '.join(sorted(self._paths))}")
        if not str(firm.get("postal_address", "")).strip():
            raise LetterError(
                "no mail goes out without a postal address; set firm.postal_address in sixring.toml"
            )
        subject, text, html = self._letter(name)
        url = firm.get("unsubscribe_url", "")
        values = {
            "lead": _Addressee.of(lead),
            "firm": firm,
            "rep": rep,
            "unsubscribe": f"To get no more mail from us: {url}" if url else _WAY_OUT,
        }
        parts = [self._filled(name, part, values) for part in (subject, text, html) if part is not None]
        return Letter(for_header(parts[0]), parts[1].strip() + "\n", parts[2] if len(parts) > 2 else None)

    def _letter(self, name: str) -> _Compiled:
        """Subject, text and HTML of a letter as compiled templates."""
        if name not in self._letters:
            self._letters[name] = self._compile(name)
        return self._letters[name]

    def _compile(self, name: str) -> _Compiled:
        path, html_path = self._paths[name]
        subject, text = _split(path)
        _lint(path, text)
        html = None
        if html_path is not None:
            source = html_path.read_text("utf-8")
            _lint(html_path, source)
            html = _compiled(_environment(html=True), html_path, source, 1)
        plain = _environment(html=False)
        return _compiled(plain, path, subject, 1), _compiled(plain, path, text, 3), html

    def _filled(self, name: str, template: Template, values: Mapping[str, object]) -> str:
        from jinja2 import TemplateError

        try:
            return str(template.render(values))
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as fault:
            raise ConfigError(f"{self._paths[name][0]}: {fault}; mend the letter") from fault


def load(paths: Iterable[Path]) -> Templates:
    """The letters in the given files; a later file replaces an earlier one of the same name."""
    texts: dict[str, Path] = {}
    htmls: dict[str, Path] = {}
    for path in paths:
        if path.name.endswith(".html.j2"):
            htmls[path.name.removesuffix(".html.j2")] = path
        elif path.suffix == ".txt":
            texts[path.stem] = path
    return Templates({name: (path, htmls.get(name)) for name, path in texts.items()})


def render(name: str, lead: Lead, firm: Mapping[str, Any], rep: Mapping[str, Any]) -> Letter:
    """The packaged letter `name` to `lead`; a floor uses its own `Rulebook.templates` instead.

    Raises:
        LetterError: no letter has that name, or the firm has no postal address.
    """
    return _packaged().render(name, lead, firm, rep)


@lru_cache
def _packaged() -> Templates:
    return load((Path(__file__).parent / "data" / "mail").iterdir())


def first_name(name: str) -> str:
    """How a letter addresses somebody of that name; `there` if no name is known."""
    words = for_terminal(name).replace("·", " ").split()
    if not words or "@" in words[0] or not any(char.isalpha() for char in words[0]):
        return "there"
    word = words[1] if words[0].endswith(",") and len(words) > 1 else words[0]
    return word.capitalize() if word.isupper() or word.islower() else word


def _split(path: Path) -> tuple[str, str]:
    """The subject and the text of a letter's file."""
    try:
        head, _, text = path.read_text("utf-8").replace("\r\n", "\n").partition("\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"{path}: cannot be read ({fault}); save it as UTF-8") from fault
    if not head.startswith(_SUBJECT) or not head.removeprefix(_SUBJECT).strip():
        raise ConfigError(f"{path}, line 1: the first line is not `Subject: ...`; begin the letter with it")
    if not text.startswith("\n"):
        raise ConfigError(f"{path}, line 2: is not empty; leave one empty line between subject and text")
    return head.removeprefix(_SUBJECT).strip(), text[1:]


def _lint(path: Path, text: str) -> None:
    for pattern, what in _MUST.items():
        used = re.search(r"\{\{[^}]*" + pattern, text)
        if not used:
            raise ConfigError(f"{path}: the letter lacks {what}")


def _compiled(environment: SandboxedEnvironment, path: Path, source: str, first_line: int) -> Template:
    from jinja2 import TemplateSyntaxError

    try:
        return environment.from_string(source)
    except TemplateSyntaxError as fault:
        raise ConfigError(
            f"{path}, line {fault.lineno + first_line - 1}: {fault.message}; mend the letter"
        ) from fault


@lru_cache
def _environment(*, html: bool) -> SandboxedEnvironment:
    """Letters come from operators, names from strangers: neither gets at Python's own attributes."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        autoescape=html, undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=False
    )
