"""Who works here and what they bring: team, skills, languages; the routes of leads that follow from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cadence.campaigns import Abilities
from config.errors import UsageError
from store.core import Core
from store.engine import Row
from store.errors import NotFound

_COLUMNS = "login, name, team, skills, languages, campaigns"


@dataclass(frozen=True, slots=True)
class RepRow:
    """One rep."""

    login: str
    name: str
    abilities: Abilities


class Reps:
    """`store.reps`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def put(self, login: str, abilities: Abilities, by: str, name: str = "") -> None:
        """Enter a rep, or what they bring from now on; an empty `name` leaves the one that is known.

        Raises:
            UsageError: a word has a blank in it.
        """
        core = self._core
        given = {
            "team": abilities.team,
            "skills": _joined(abilities.skills),
            "languages": _joined(abilities.languages),
            "campaigns": "\n".join(sorted(abilities.campaigns)),
        }
        with core.write():
            core.engine.run(
                """insert into rep(login, name, created_at, team, skills, languages, campaigns)
                    values (:login, :name, :now, :team, :skills, :languages, :campaigns)
                    on conflict (login) do update set team = excluded.team, skills = excluded.skills,
                        languages = excluded.languages, campaigns = excluded.campaigns,
                        name = case when excluded.name <> '' then excluded.name else rep.name end""",
                login=login,
                name=name,
                now=core.now(),
                **given,
            )
            core.log.tell(
                "rep.changed",
                by,
                login=login,
                team=given["team"],
                skills=given["skills"],
                languages=given["languages"],
                campaigns=given["campaigns"],
            )

    def get(self, login: str) -> RepRow:
        """The rep.

        Raises:
            NotFound: nobody of that login has been entered or has worked here.
        """
        rows = self._core.engine.rows(f"select {_COLUMNS} from rep where login = :login", login=login)  # noqa: S608
        if not rows:
            raise NotFound(f"there is no rep {login!r}; sixring rep list shows who there is")
        return _rep(rows[0])

    def all(self) -> list[RepRow]:
        """All reps, by login."""
        return [_rep(row) for row in self._core.engine.rows(f"select {_COLUMNS} from rep order by login")]  # noqa: S608

    def reroute(self, by: str) -> int:
        """Route the leads in the queue anew, after `campaigns.toml` was changed; how many moved."""
        core = self._core
        asking = list(core.book.campaigns.asking)
        marks = ", ".join(f":c{n}" for n in range(len(asking)))
        route = f"case when l.campaign in ({marks}) then l.campaign else '' end" if asking else "''"
        with core.write():
            moved = core.engine.run(
                f"""update queue set route = (select {route} from lead l where l.id = queue.lead_id)
                    where route <> (select {route} from lead l where l.id = queue.lead_id)""",  # noqa: S608
                **{f"c{n}": name for n, name in enumerate(asking)},
            )
            core.log.tell("queue.routed", by, moved=moved)
        return moved


def routes_of(core: Core, login: str) -> tuple[str, ...]:
    """The routes of which the rep gets leads. One probe, and none where no campaign asks for anything."""
    if not core.book.campaigns.asking:
        return ("",)
    rows = core.engine.rows(
        "select team, skills, languages, campaigns from rep where login = :login", login=login
    )
    return core.book.campaigns.served_by(_abilities(rows[0]) if rows else Abilities())


def _rep(row: Row) -> RepRow:
    return RepRow(row["login"], row["name"], _abilities(row))


def _abilities(row: Row) -> Abilities:
    return Abilities(
        row["team"],
        frozenset(row["skills"].split()),
        frozenset(row["languages"].split()),
        frozenset(row["campaigns"].splitlines()),
    )


def _joined(words: Iterable[str]) -> str:
    for word in words:
        if word.split() != [word]:
            raise UsageError(f"{word!r} should be one word, without blanks: it is what campaigns.toml names")
    return " ".join(sorted(words))
