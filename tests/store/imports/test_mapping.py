"""Columns into fields."""

import pytest

from config.errors import UsageError
from store.imports.header_words import FIELDS
from store.imports.mapping import map_columns, parse_overrides


def fields(header: list[str], *said: str) -> dict[str, str]:
    return {column.field: column.header for column in map_columns(header, parse_overrides(said)).columns}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ["First Name", "Last Name", "Phone Number", "E-Mail"],
            {"first_name", "last_name", "phone", "email"},
        ),
        (
            ["Vorname", "Nachname", "Firma", "Telefonnummer", "PLZ"],
            {"first_name", "last_name", "company", "phone", "postal_code"},
        ),
        (
            ["Nom", "Prénom", "Société", "Téléphone", "Courriel"],
            {"first_name", "last_name", "company", "phone", "email"},
        ),
        (
            ["nombre", "apellidos", "teléfono móvil", "correo electrónico"],
            {"first_name", "last_name", "phone", "email"},
        ),
        (
            ["fullName", "emailAddress", "ZIP_Code", "utm_source", "utm-campaign"],
            {"name", "email", "postal_code", "source", "campaign"},
        ),
        (
            ["CREATED AT", "Opt-In", "Time Zone", "Lead Owner", "phone"],
            {"arrived_at", "consent", "zone", "owner", "phone"},
        ),
    ],
)
def test_headers_are_known_in_many_spellings_and_languages(header: list[str], expected: set[str]) -> None:
    assert set(fields(header)) == expected


def test_several_phone_columns_are_tried_in_the_order_of_the_file() -> None:
    mapping = map_columns(["Work Phone", "name", "Mobile", "Phone 2"])
    assert [(column.index, column.kind) for column in mapping.phones()] == [
        (0, "work"),
        (2, "mobile"),
        (3, ""),
    ]


def test_the_better_named_column_wins_and_the_other_is_shown_as_ignored() -> None:
    mapping = map_columns(["date", "created_at", "phone", "favourite colour"])
    assert ("arrived_at", 1) in [(column.field, column.index) for column in mapping.columns]
    assert mapping.ignored == ("date", "favourite colour")


def test_the_user_overrules_drops_and_numbers_columns() -> None:
    assert fields(["a", "b", "Email"], "phone=B", "name=#1", "email=") == {"phone": "b", "name": "a"}
    assert fields(["a", "b"], "phone=a", "phone=b") == {"phone": "b"}
    assert fields(["zip", "region", "tel"], "region=region") == {
        "postal_code": "zip",
        "state": "region",
        "phone": "tel",
    }


@pytest.mark.parametrize(
    ("header", "said", "complaint"),
    [
        (["Mobile No", "name"], "phone=Moble No", 'no column "Moble No"; did you mean "Mobile No"'),
        (["phone"], "phne=phone", 'no field "phne"; did you mean "phone"'),
        (["phone"], "phone", "wants field=Header"),
        (["phone"], "name=#4", "no column #4; the file has 1"),
        (["x", "x", "phone"], "name=x", "two columns .* #1 or #2"),
        (["phone", "a"], "name=a company=a", "two fields"),
        (["phone", "a", "b"], "name=a name=b", "one column only"),
        (["email", "Email", "name"], "", r"stands twice \(columns 1 and 2\).*--map email=#1"),
        (["colour", "size"], "", "no column looks like a phone number or a mail address"),
        (["Ana", "415-555-0123"], "", "add a header line"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_the_mend(
    header: list[str], said: str, complaint: str
) -> None:
    words = [said] if " " in said.partition("=")[2] and "=" not in said.partition("=")[2] else said.split()
    with pytest.raises(UsageError, match=complaint):
        map_columns(header, parse_overrides(words))


def test_a_header_with_an_escape_sequence_cannot_reach_the_terminal() -> None:
    with pytest.raises(UsageError) as caught:
        map_columns(["\x1b[31mred"])
    assert "\x1b" not in str(caught.value)


def test_every_field_has_header_words() -> None:
    import tomllib
    from importlib.resources import files

    words = tomllib.loads(files("store.imports").joinpath("headers.toml").read_text())
    assert tuple(words) == FIELDS
