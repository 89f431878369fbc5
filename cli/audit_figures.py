"""The figures of follow-up as tables beside the studies, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

from cadence.studies import load
from cli.output import line, table
from config.clock import iso
from store.exports.period import Period
from store.yardsticks import MOST_NUMBERED, FollowUp, Yardsticks


@dataclass(frozen=True, slots=True)
class _Figure:
    """One share, by its name in the studies' file."""

    key: str
    label: str  # of the long table
    short: str  # of the table by source or rep
    part: Callable[[Yardsticks], int]
    whole: Callable[[Yardsticks], int]


_FIGURES = (
    _Figure("never_called", "never called, though a call was due", "never called",
            lambda y: y.never_called, lambda y: y.callable),
    _Figure("within_1_min", "called within 1 minute of arrival", "1 min",
            lambda y: y.within_1_min, lambda y: y.at_once),
    _Figure("within_5_min", "called within 5 minutes of arrival", "5 min",
            lambda y: y.within_5_min, lambda y: y.at_once),
    _Figure("called_twice", "called at least twice", "twice",
            lambda y: y.called_twice, lambda y: y.callable),
    _Figure("mailed_day_one", "mailed on day one", "mailed",
            lambda y: y.mailed_day_one, lambda y: y.with_address),
    _Figure("reached", "reached", "reached", lambda y: y.reached, lambda y: y.called),
    _Figure("won", "won", "won", lambda y: y.won, lambda y: y.called),
)  # fmt: skip
_WON_BY = (3, 6)


def tell(found: FollowUp, by: str | None) -> None:
    """Print the figures beside the studies', or broken down by `source`, `rep` or `call`."""
    line()
    match by:
        case "source":
            _tell_parts("source", found.by_source, "unnamed")
        case "rep":
            _tell_parts("called first by", found.by_rep, "nobody yet")
        case "call":
            _tell_calls(found)
        case _:
            table(("follow-up", "here", "of", "studies"), beside_studies(found))


def beside_studies(found: FollowUp) -> list[tuple[str, str, str, str]]:
    """A row for each figure: label, share, what of, what a study found; a further finding has its own row."""
    studies: dict[str, list[str]] = {}
    for study in load():
        studies.setdefault(study.yardstick, []).append(f"{study.found} ({study.cited})")
    rows = []
    for key, label, here, of in _lines(found):
        first, *more = studies.get(key, [""])
        rows.append((label, here, of, first))
        rows += [("", "", "", one) for one in more]
    return rows


def record(found: FollowUp, period: Period) -> dict[str, object]:
    """The figures as fields of the JSON object."""
    return {
        "since": iso(period.start),
        "until": iso(period.end),
        "follow_up": asdict(found.total),
        "by_source": [{"source": name, **asdict(part)} for name, part in found.by_source.items()],
        "by_rep": [{"rep": name, **asdict(part)} for name, part in found.by_rep.items()],
        "by_call": [asdict(nth) for nth in found.by_call],
    }


def _lines(found: FollowUp) -> Iterator[tuple[str, str, str, str]]:
    total = found.total
    yield "leads", "leads that arrived", str(total.leads), ""
    for figure in _FIGURES:
        part, whole = figure.part(total), figure.whole(total)
        yield figure.key, figure.label, share(part, whole), f"{part} of {whole}"
    yield "calls_a_lead", "calls a lead", _ratio(total), f"{total.calls} on {total.callable}"
    for number in _WON_BY:
        won = found.won_by(number)
        label = f"won by call {number}, of all won"
        yield f"won_by_call_{number}", label, share(won, total.won), f"{won} of {total.won}"


def _tell_parts(title: str, parts: Mapping[str, Yardsticks], unnamed: str) -> None:
    header = (title, "leads", *(figure.short for figure in _FIGURES), "calls a lead")
    table(
        header,
        [
            (
                name or unnamed,
                str(part.leads),
                *(share(figure.part(part), figure.whole(part)) for figure in _FIGURES),
                _ratio(part),
            )
            for name, part in parts.items()
        ],
    )


def _tell_calls(found: FollowUp) -> None:
    table(
        ("call", "made", "reached first", "won", "won of made"),
        [
            (
                f"{nth.number}{' and later' if nth.number == MOST_NUMBERED else ''}",
                str(nth.calls),
                str(nth.reached),
                str(nth.won),
                share(nth.won, nth.calls),
            )
            for nth in found.by_call
        ],
    )


def share(part: int, whole: int) -> str:
    """`42.0 %`, or a dash where there is nothing to be a share of."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _ratio(of: Yardsticks) -> str:
    return f"{of.calls / of.callable:.2f}" if of.callable else "-"
