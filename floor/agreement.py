"""Do the settings and the rules fit each other? Each is read alone and says what the other must have."""

from __future__ import annotations

from cadence.rulebook import Rulebook
from config.errors import ConfigError, UsageError
from config.settings import Settings
from floor.account import callers_of


def check_agreement(settings: Settings, book: Rulebook) -> None:
    """See that the floor's own cadence exists, and that campaigns show no number but the firm's own.

    Raises:
        ConfigError: they do not fit; the text names table, field and mend.
    """
    try:
        book.cadence(settings.queue.cadence)
    except UsageError as fault:
        raise ConfigError(f"[queue] cadence: {fault}.") from fault
    owned = {one.number for one in callers_of(settings)}
    for campaign in book.campaigns.by_name.values():
        for number in campaign.caller_ids:
            if number not in owned:
                raise ConfigError(
                    f"rules/campaigns.toml: the campaign '{campaign.name}' shows {number}, which is no "
                    "number of the firm: add it to [sip] caller_ids, or take it out there."
                )
