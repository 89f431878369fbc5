"""What the doctor finds of the rep's sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cli.checks.finding import Finding, ok, skipped, warns
from config.errors import SixringError
from config.home import Home
from config.settings import Settings


def sound(settings: Settings) -> Finding:
    """Is the headset there that the settings name? A desk phone is not called."""
    from cli.native import native_silence
    from telephony.soundcard import cards, pick

    wanted = settings.sound
    if wanted.kind == "desk_phone":
        return ok("sound", f"the desk phone {wanted.desk_phone} is called when a shift begins")
    if wanted.kind == "none":
        return skipped("sound", "switched off in [sound]: nobody hears or speaks")
    try:
        with native_silence():
            found = cards()
        pick(found.microphones, wanted.microphone, "microphone")
        pick(found.speakers, wanted.speaker, "speaker")
    except SixringError as error:
        return warns("sound", str(error), "'sixring sound list' shows what there is")
    return ok(
        "sound", f"a microphone and a speaker by {found.backend}; 'sixring sound test' lets you hear them"
    )


def notice(home: Home, settings: Settings) -> Iterator[Finding]:
    """Can the notice of recordings be played, where the settings name one? Nothing of the home is changed."""
    from tempfile import TemporaryDirectory

    from floor.message import notice_from

    named = settings.recording.announcement
    if not named:
        return
    source = home.config_folder / Path(named).expanduser()
    try:
        with TemporaryDirectory() as aside:
            notice_from(Home(Path(aside)), source)
    except SixringError as error:
        yield warns("notice", str(error), "mend announcement in [recording]; until then the reps say it")
    else:
        yield ok("notice", f"recordings are announced by {source}")
