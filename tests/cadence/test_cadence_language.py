"""The cadence language: what it says, and how it says what is wrong."""

import re
import shutil
from pathlib import Path

import pytest

from cadence.rulebook import Rulebook, load
from cadence.schedule import Moment, Part, Unit
from config.clock import DAY, MINUTE
from config.errors import ConfigError, UsageError

GOOD = """\
name = "ours"
version = 2
title = "Ours"
then = "nurture"

[[call]]
when = "0 min"
voicemail = true

[[call]]
when = "day 2"
part = "afternoon"

[[mail]]
when = "business day 3"
template = "checking-in"
"""


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "cadences").mkdir(exist_ok=True)
    (tmp_path / "cadences" / "ours.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_file_of_the_operators_is_a_cadence_beside_ours(tmp_path: Path) -> None:
    ours = load(folder(tmp_path, GOOD)).cadence("ours")
    assert (ours.version, ours.calls[1].part, ours.mails[0].when) == (
        2,
        Part.AFTERNOON,
        Moment(Unit.BUSINESS_DAY, 3),
    )
    assert ours.calls[0].voicemail


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('when = "day 2"', 'when = "day two"', 11, r"call\[2\].when: 'day two' is no moment; write it like"),
        ('when = "day 2"', 'when = "0 min"', 12, r"call\[2\].part: a part of the day goes with a day"),
        ('when = "day 2"', 'when = "day 0"', 11, r"call\[2\].when: 'day 0' is before the arrival, day 1"),
        ('when = "0 min"', 'when = "3 days"', 11, r"call\[2\].when: is not after the step before it"),
        ('part = "afternoon"', 'part = "teatime"', 12, r"call\[2\].part: 'teatime' is not one of morning"),
        (
            '"checking-in"',
            '"cheking-in"',
            16,
            r"mail\[1\].template: no template is named 'cheking-in'; there are",
        ),
        (
            "voicemail = true",
            "voicmail = true",
            8,
            r"call\[1\].voicmail: unknown key; did you mean `voicemail`",
        ),
        ("voicemail = true", 'window = "30 min"', 8, r"call\[1\].window: every step of minutes or hours"),
        ("voicemail = true", 'every = "1 days"', 8, r"call\[1\].every: only the last step"),
        (
            'part = "afternoon"',
            'every = "9 days"',
            12,
            r"call\[2\].every: a cadence that repeats never gets to",
        ),
        ('then = "nurture"', 'then = "nurtur"', 4, r"then: no cadence is named 'nurtur'; there are"),
        ('then = "nurture"', 'then = "ours"', 4, r"then: a circle: ours > ours"),
        ('then = "nurture"', "", 1, r"then: after its end a lead would be lost"),
        ('then = "nurture"', 'then = "nurture"\nbusy = ["20 s"]', 5, r"busy: a wait under a minute"),
        ('then = "nurture"', 'then = "nurture"\ngap = "soon"', 5, r"gap: 'soon' is no duration"),
        ('name = "ours"', 'name = "Our Own"', 1, r"name: expected `str` matching"),
        ("version = 2", "version = 0", 2, r"version: should be 1 or more"),
    ],
)
def test_a_mistake_is_named_with_its_line_its_field_and_the_mend(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as raised:
        load(folder(tmp_path, GOOD.replace(old, new, 1)))
    assert re.search(rf"ours\.toml, line {line}, {said}", str(raised.value)), str(raised.value)


@pytest.mark.parametrize(
    ("steps", "said"), [(0, "without a step"), (101, "at most 100"), (1000, "at most 100")]
)
def test_a_cadence_has_from_one_to_a_hundred_steps(tmp_path: Path, steps: int, said: str) -> None:
    calls = "".join(f'[[call]]\nwhen = "day {day}"\n' for day in range(1, steps + 1))
    with pytest.raises(ConfigError, match=said):
        load(folder(tmp_path, f'name = "ours"\nversion = 1\ntitle = "x"\nthen = "nurture"\n{calls}'))


def test_a_circle_through_two_files_is_found(tmp_path: Path) -> None:
    there = folder(tmp_path, GOOD.replace('then = "nurture"', 'then = "theirs"'))
    theirs = GOOD.replace('"ours"', '"theirs"').replace('then = "nurture"', 'then = "ours"')
    (there / "cadences" / "theirs.toml").write_text(theirs, encoding="utf-8")
    with pytest.raises(ConfigError, match="a circle: ours > theirs > ours"):
        load(there)


def test_a_lead_keeps_the_version_it_started_on(tmp_path: Path) -> None:
    there = folder(tmp_path, GOOD)
    (there / "cadences" / "ours-1.toml").write_text(
        GOOD.replace("version = 2", "version = 1"), encoding="utf-8"
    )
    book = load(there)
    assert [book.cadence("ours", version).version for version in (None, 1, 2, 9)] == [2, 1, 2, 2]
    (there / "cadences" / "ours-1.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigError, match="has this version in another file"):
        load(there)


def test_an_unknown_name_is_answered_with_the_known_ones(book: Rulebook) -> None:
    with pytest.raises(UsageError, match="there are: b2b-six, calls-only, email-only, inbound-six, nurture"):
        book.cadence("outbound")


def test_a_file_of_the_same_name_replaces_ours(tmp_path: Path) -> None:
    there = folder(tmp_path, GOOD)
    shutil.move(there / "cadences" / "ours.toml", there / "cadences" / "b2b-six.toml")
    names = load(there).cadences
    assert "ours" in names
    assert "b2b-six" not in names


def test_the_studys_schedule_is_what_ships(book: Rulebook) -> None:
    six = book.cadence("inbound-six")
    minutes = [call.when.count // MINUTE for call in six.calls[:3]]
    assert minutes == [0, 30, 60]
    assert [(call.when.unit, call.when.count) for call in six.calls[3:]] == [
        (Unit.DAY, 5),
        (Unit.DAY, 14),
        (Unit.DAY, 15),
    ]
    assert [mail.when.count for mail in six.mails[1:]] == [4, 8, 15, 22]
    assert six.mails[0].when.count <= 20 * MINUTE
    assert sum(call.voicemail for call in six.calls) == 2


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30 min", Moment(Unit.SPAN, 30 * MINUTE)),
        ("2 days", Moment(Unit.SPAN, 2 * DAY)),
        ("day 5", Moment(Unit.DAY, 5)),
        ("business day 12", Moment(Unit.BUSINESS_DAY, 12)),
        ("month 6", Moment(Unit.MONTH, 6)),
    ],
)
def test_moments_as_they_are_written(text: str, moment: Moment) -> None:
    assert Moment.parse(text) == moment
