"""Whether the rep's recorded message may be played to a lead. Pure; the policy is `data/voicemail.toml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from cadence.model import Lead, Plan
from config.toml import Document

if TYPE_CHECKING:
    from cadence.rulebook import Rulebook

_PARTS = re.compile(r"[;,|\n]")


class VoicemailPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `voicemail.toml` says."""

    version: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
    consents: tuple[str, ...] = ()

    def consented(self, lead: Lead) -> bool:
        """Whether the lead's consent names one of those that allow a recorded message."""
        given = {" ".join(part.split()).casefold() for part in _PARTS.split(lead.consent)}
        return any(consent.casefold() in given for consent in self.consents)


def why_not(lead: Lead, plan: Plan, book: Rulebook) -> str:
    """Why no recorded message may be played to the lead in the planned call; empty if it may."""
    if not book.voicemail.consented(lead):
        return (
            "No recorded message: it needs the lead's prior express written consent, and none is on record. "
            "Speak yourself."
        )
    if not book.may_leave_message(plan):
        left = plan.voicemails
        said = "two messages are left already" if left > 1 else "this call of the cadence leaves none"
        return f"No recorded message: {said}."
    return ""


def load(path: Path) -> VoicemailPolicy:
    """The policy of the file at `path`.

    Raises:
        ConfigError: a field is wrong; the text names file, line, field and mend.
    """
    return Document.open(path).decode(VoicemailPolicy)
