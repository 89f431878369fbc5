"""What studies found of follow-up, read from `data/studies.toml`: yardsticks beside a floor's own figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from config.toml import Document

_PATH = Path(__file__).parent / "data" / "studies.toml"


class Study(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One finding."""

    yardstick: Annotated[str, msgspec.Meta(min_length=1)]  # the figure it stands beside
    found: Annotated[str, msgspec.Meta(min_length=1)]
    by: Annotated[str, msgspec.Meta(min_length=1)]  # whose study, in brief
    source: Annotated[str, msgspec.Meta(min_length=1)]  # its title, or where it can be read
    confidence: Literal["read"]  # only what was read in its source is shipped
    published: Annotated[str, msgspec.Meta(pattern=r"^(\d{4}(-\d\d)?)?$")] = ""  # empty: bears no date
    basis: str = ""  # how many leads, firms or calls; empty: not stated

    @property
    def cited(self) -> str:
        """Who and when: `Velocify 2015`."""
        return f"{self.by} {self.published[:4]}".rstrip()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    study: tuple[Study, ...]


def load(path: Path = _PATH) -> tuple[Study, ...]:
    """The findings, in the order of the file.

    Raises:
        ConfigError: a field is wrong; the text names file, line, field and mend.
    """
    return Document.open(path).decode(_File).study
