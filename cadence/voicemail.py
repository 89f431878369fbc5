"""Who has consented to hear the rep's recorded message. Pure; the policy is `data/voicemail.toml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import msgspec

from cadence.model import Lead
from config.toml import Document

_PARTS = re.compile(r"[;,|\n]")


class VoicemailPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `voicemail.toml` says."""

    version: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    consents: tuple[str, ...] = ()

    def consented(self, lead: Lead) -> bool:
        """Whether the lead's consent names one of those that allow a recorded message."""
        given = {" ".join(part.split()).casefold() for part in _PARTS.split(lead.consent)}
        return any(consent.casefold() in given for consent in self.consents)


def load(path: Path) -> VoicemailPolicy:
    """The policy of the file at `path`.

    Raises:
        ConfigError: a field is wrong; the text names file, line, field and mend.
    """
    return Document.open(path).decode(VoicemailPolicy)
