"""All rules of a floor: cadences, dispositions, the gate's rules and the letters.

`load` takes ours from `cadence/data` and lets the operator's folder win,
file by file: `cadences/*.toml`, `gate/*.toml`, `mail/*`, `dispositions.toml`,
`recording.toml`, `voicemail.toml`.
A folder may keep older versions of a cadence under any file name: leads that
started on one stay on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cadence import campaigns, dispositions, recording, rules, templates, voicemail
from cadence.cadence_file import CadenceFile
from cadence.campaigns import Campaigns
from cadence.dispositions import Dispositions
from cadence.model import Lead, Plan
from cadence.recording import RecordingPolicy
from cadence.rules import Rules
from cadence.schedule import Cadence
from cadence.templates import Templates
from cadence.voicemail import VoicemailPolicy
from config.errors import UsageError

DATA = Path(__file__).parent / "data"
MOST_MESSAGES = 2  # a lead; Velocify, Inquiry Response, 2015


@dataclass(frozen=True, slots=True, repr=False)
class Rulebook:
    """What `cadence.advance` and `cadence.gate` go by."""

    cadences: Mapping[str, Cadence]  # by name, the newest version; and by "name@version"
    dispositions: Dispositions
    gate: Rules
    templates: Templates
    recording: RecordingPolicy
    voicemail: VoicemailPolicy
    campaigns: Campaigns = field(default_factory=Campaigns)

    def cadence(self, name: str, version: int | None = None) -> Cadence:
        """The cadence of that name: the given version, or the newest if it is gone or none is given.

        Raises:
            UsageError: there is none of that name.
        """
        found = self.cadences.get(f"{name}@{version}") or self.cadences.get(name)
        if found is None:
            known = ", ".join(sorted(key for key in self.cadences if "@" not in key))
            raise UsageError(f"no cadence is named {name!r}; there are: {known}")
        return found

    def cadence_of(self, plan: Plan) -> Cadence:
        """The cadence a lead is on; another that has no end where the operator took that one away."""
        if plan.cadence in self.cadences:
            return self.cadence(plan.cadence, plan.version)
        return next(cadence for cadence in self.cadences.values() if cadence.repeats)

    def may_leave_message(self, plan: Plan) -> bool:
        """Whether the planned call may end in a voicemail: its step says so; a third message only repels."""
        steps = self.cadence_of(plan).calls
        step = plan.call.step if plan.call is not None else 0
        return 1 <= step <= len(steps) and steps[step - 1].voicemail and plan.voicemails < MOST_MESSAGES

    def why_no_message(self, lead: Lead, plan: Plan) -> str:
        """Why no recorded message may be played to the lead in the planned call; empty if it may."""
        if not self.voicemail.consented(lead):
            return (
                "No recorded message: it needs the lead's prior express written consent, and none is on "
                "record. Speak yourself."
            )
        if not self.may_leave_message(plan):
            all_left = plan.voicemails >= MOST_MESSAGES
            said = "two messages are left already" if all_left else "this call of the cadence leaves none"
            return f"No recorded message: {said}."
        return ""


def load(folder: Path | None = None) -> Rulebook:
    """Our rules, and those of the operator's `folder` over them.

    Raises:
        ConfigError: a file is wrong; the text names file, line, field and mend.
    """
    letters = templates.load(_files(folder, "mail", ("*.txt", "*.j2")))
    cadences = _cadences(_files(folder, "cadences"), letters)
    return Rulebook(
        cadences=cadences,
        dispositions=dispositions.load(_file(folder, "dispositions.toml")),
        gate=rules.load(_files(folder, "gate")),
        templates=letters,
        recording=recording.load(_file(folder, "recording.toml")),
        voicemail=voicemail.load(_file(folder, "voicemail.toml")),
        campaigns=campaigns.load(
            _file(folder, "campaigns.toml"), [name for name in cadences if "@" not in name]
        ),
    )


def _file(folder: Path | None, name: str) -> Path:
    """The operator's file of that name, or ours."""
    own = folder / name if folder is not None else DATA / name
    return own if own.is_file() else DATA / name


def _files(folder: Path | None, kind: str, patterns: tuple[str, ...] = ("*.toml",)) -> list[Path]:
    """Our files of a kind with the operator's over them by name, in a stable order."""
    found: dict[str, Path] = {}
    for base in (DATA, folder):
        if base is not None:
            found |= {path.name: path for path in sorted(_glob(base / kind, patterns))}
    return list(found.values())


def _glob(folder: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from folder.glob(pattern)


def _cadences(paths: Iterable[Path], letters: Templates) -> dict[str, Cadence]:
    files = [CadenceFile(path, letters.names) for path in paths]
    known: dict[str, Cadence] = {}
    for file in sorted(files, key=lambda one: one.cadence.version):
        cadence = file.cadence
        if f"{cadence.name}@{cadence.version}" in known:
            raise file.error(("version",), f"{cadence.name} has this version in another file; raise it")
        known[cadence.name] = known[f"{cadence.name}@{cadence.version}"] = cadence
    for file in files:
        check_links(file, known)
    return known


def check_links(file: CadenceFile, known: Mapping[str, Cadence]) -> None:
    """Refuse a `then` or `again` that leads nowhere, in a circle, or to an end where a lead would be lost."""
    for which, name in (("then", file.cadence.then), ("again", file.cadence.again)):
        if name and name not in known:
            raise file.error((which,), f"no cadence is named {name!r}; there are: {', '.join(_names(known))}")
    seen = [file.cadence.name]
    end = file.cadence
    while end.then:
        end = known.get(end.then, end)
        if end.name in seen:
            raise file.error(
                ("then",), f"a circle: {' > '.join([*seen, end.name])}; end it in one that repeats"
            )
        seen.append(end.name)
    if not end.repeats:
        where = "" if end is file.cadence else f" ({end.name})"
        what = f"after its end{where} a lead would be lost; name a `then`, or give the last step an `every`"
        raise file.error(("then",), what)


def _names(known: Mapping[str, Cadence]) -> list[str]:
    return sorted(name for name in known if "@" not in name)
