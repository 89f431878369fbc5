"""Rows into leads, or into the reason why not."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cadence.numbers import is_valid
from config.clock import DAY, from_iso
from store.imports.mapping import map_columns
from store.imports.normalise import LeadRow, Normaliser, Rejected, RowRules

NOW = from_iso("2026-11-21T15:00:00Z")
RULES = RowRules("US", ZoneInfo("America/New_York"), NOW)


def read(rules: RowRules = RULES, **row: str) -> LeadRow | Rejected:
    return Normaliser(map_columns(list(row)), rules).row(2, list(row.values()))


def lead(rules: RowRules = RULES, **row: str) -> LeadRow:
    found = read(rules, **row)
    assert isinstance(found, LeadRow), found
    return found


def refusal(**row: str) -> str:
    found = read(**row)
    assert isinstance(found, Rejected), found
    return f"{found.field}: {found.reason}; {found.mend}"


@pytest.mark.parametrize(
    ("raw", "country", "number"),
    [
        ("(415) 555-2671", "", "+14155552671"),
        ("1.415.555.2671", "", "+14155552671"),
        ("+44 20 7183 8750", "", "+442071838750"),
        ("020 7183 8750", "United Kingdom", "+442071838750"),
        ("030 901820", "Deutschland", "+4930901820"),
        ("Tel. 415 555 2671", "", "+14155552671"),
        ("415–555–2671", "", "+14155552671"),
        ("４１５５５５２６７１", "", "+14155552671"),
        ("tel:+1-415-555-2671", "", "+14155552671"),
        ("\u202a+1 415 555 2671\u202c", "", "+14155552671"),
        ("'4155552671", "", "+14155552671"),
        ('="020 7183 8750"', "United Kingdom", "+442071838750"),
        ("4155552671.0", "", "+14155552671"),
    ],
)
def test_numbers_become_e164_by_the_rules_of_their_country(raw: str, country: str, number: str) -> None:
    assert lead(phone=raw, country=country).phones == ((number, ""),)


def test_the_fraction_of_a_spreadsheet_is_no_digit_of_the_number() -> None:
    """Numbers of Germany have no fixed length: with a zero behind it, this one is somebody else's."""
    assert lead(phone="3012345678.0", country="Germany").phones == (("+493012345678", ""),)


def test_an_extension_is_kept_for_the_rep() -> None:
    found = lead(phone="415-555-2671 ext. 12")
    assert (found.phones, found.notes) == ((("+14155552671", ""),), "+14155552671 has extension 12")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("sip:bob@evil.example", "SIP or URL syntax"),
        ("+14155552671;phone-context=evil", "SIP or URL syntax"),
        ("4155552671@10.0.0.1", "SIP or URL syntax"),
        ('"x" <sip:1@e>', "SIP or URL syntax"),
        ("1-800-FLOWERS", "letters"),
        ("*67 415 555 2671", "star or hash code"),
        ("415555\r\n2671", "control characters"),
        ("415\u202e5552671", "control characters"),
        ("415\x1b[31m5552671", "control characters"),
        ("415,555,2671", "characters in it that no number has"),
        ("4.15556E+09", "shortened by a spreadsheet"),
        ('=HYPERLINK("4155552671")', "SIP or URL syntax"),
    ],
)
def test_a_phone_field_that_is_no_number_refuses_the_row_even_beside_a_good_mail(
    raw: str, reason: str
) -> None:
    said = refusal(phone=raw, email="ana@example.com")
    assert said.startswith("phone: ")
    assert reason in said
    assert said.isprintable()


def test_a_row_nobody_can_be_reached_by_is_refused() -> None:
    assert refusal(phone="", email="").startswith(": has neither a phone number nor a mail address")
    assert refusal(phone="n/a", email="-").startswith(": has neither")
    assert refusal(phone="555-2671", email="").startswith('phone: "555-2671" is no valid number')
    assert refusal(phone="", email="ana@example").startswith('email: "ana@example" is no mail address')


def test_one_bad_contact_beside_a_good_one_costs_nothing_and_is_kept() -> None:
    found = lead(phone="555-2671", email="Ana@Example.com", notes="call late")
    assert (found.phones, found.email, found.flaws) == ((), "ana@example.com", 1)
    assert found.notes == "call late\nphone as given: 555-2671"


def test_the_same_number_in_two_columns_is_one_phone() -> None:
    found = lead(phone="415-555-2671", mobile="+14155552671", phone2="212-555-2671")
    assert found.phones == (("+14155552671", ""), ("+12125552671", ""))


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (" Ana.Lee+web@Example.COM ", "ana.lee+web@example.com"),
        ("mailto:ana@example.com", "ana@example.com"),
        ("Ana Lee <ana@example.com>", "ana@example.com"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_made_plain(raw: str, address: str) -> None:
    assert lead(email=raw).email == address


@pytest.mark.parametrize(
    "raw",
    [
        "ana",
        "a@b",
        "a b@example.com",
        "a@example..com",
        "a@-x.com",
        "a@x.com\r\nBcc: b@x.com",
        "a" * 65 + "@x.com",
        ".a@x.com",
    ],
)
def test_what_is_no_address_is_not_taken_for_one(raw: str) -> None:
    assert refusal(email=raw).startswith("email: ")


def test_names_lose_what_a_terminal_would_obey_and_keep_the_rest() -> None:
    row = lead(
        name="\x1b[31mBob\x1b]0;own\x07\u202e [bold]Lee\t Jr ",
        phone="4155552671",
        notes="one\r\n two\x08\x1b[2J",
    )
    assert row.name == "Bob [bold]Lee Jr"
    assert row.notes == "one\ntwo"


def test_nul_bytes_refuse_the_row() -> None:
    assert "NUL bytes" in refusal(name="A\x00na", phone="4155552671")


def test_lengths_have_an_end() -> None:
    row = lead(name="x" * 5_000, notes="y" * 90_000, phone="4155552671")
    assert (len(row.name), len(row.notes)) == (200, 8_000)


def test_first_and_last_name_make_a_name_where_there_is_none() -> None:
    assert lead(first_name="Ana", last_name="Lee", phone="4155552671").name == "Ana Lee"
    assert lead(name="Dr. A. Lee", first_name="Ana", last_name="Lee", phone="4155552671").name == "Dr. A. Lee"


def test_places_get_their_codes_and_unknown_ones_are_kept_in_the_notes() -> None:
    row = lead(phone="4155552671", country="USA", state="California", zone="Pacific")
    assert (row.country, row.region, row.zone) == ("US", "CA", "America/Los_Angeles")
    row = lead(phone="4155552671", country="Atlantis", timezone="Mars/Olympus")
    assert (row.country, row.zone, row.flaws) == ("", "", 2)
    assert row.notes == "country as given: Atlantis\ntime zone as given: Mars/Olympus"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("", 0),
        ("1200", 1200),
        ("$1,200.50", 1200),
        ("1.200,50 EUR", 1200),
        ("-5", -5),
        ("1 200", 1200),
        ("1\u00a0200,50\u00a0€", 1200),
        ("1\u202f200", 1200),
        ("CHF 1’200.00", 1200),
    ],
)
def test_amounts_are_read_as_people_write_them(raw: str, value: int) -> None:
    assert lead(phone="4155552671", value=raw).value == value


@pytest.mark.parametrize("raw", ["high", "1e9", "1-2", "9" * 20, "٣٤"])
def test_an_amount_that_is_none_refuses_the_row(raw: str) -> None:
    assert refusal(phone="4155552671", value=raw).startswith("value: ")


@pytest.mark.parametrize(
    ("raw", "region", "moment"),
    [
        ("2026-11-21T14:05:00Z", "US", "2026-11-21T14:05:00Z"),
        ("2026-11-21 14:05:00+02:00", "US", "2026-11-21T12:05:00Z"),
        ("2026-11-20 09:30", "US", "2026-11-20T14:30:00Z"),
        ("2026-07-20", "US", "2026-07-20T04:00:00Z"),
        ("2026/11/20 09:30", "US", "2026-11-20T14:30:00Z"),
        ("11/3/2026 2:05 PM", "US", "2026-11-03T19:05:00Z"),
        ("11/3/2026 12:05 am", "US", "2026-11-03T05:05:00Z"),
        ("3/11/2026", "GB", "2026-11-03T05:00:00Z"),
        ("3.11.2026 18:00", "US", "2026-11-03T23:00:00Z"),
        ("03-11-26", "DE", "2026-11-03T05:00:00Z"),
        ("2026-11-20 09:30 UTC", "US", "2026-11-20T09:30:00Z"),
        ("1795000000", "US", "2026-11-18T11:06:40Z"),
        ("1795000000123", "US", "2026-11-18T11:06:40.123Z"),
    ],
)
def test_dates_follow_one_rule(raw: str, region: str, moment: str) -> None:
    rules = RowRules(region, ZoneInfo("America/New_York"), NOW)
    assert lead(rules, phone="+14155552671", created_at=raw).arrived_at == from_iso(moment)


def test_the_order_of_a_date_is_never_guessed_from_its_value() -> None:
    assert "--dates dmy" in refusal(phone="4155552671", created_at="25/12/2025")
    dmy = RowRules("US", ZoneInfo("UTC"), NOW, dates="dmy")
    assert lead(dmy, phone="4155552671", created_at="25/12/2025").arrived_at == from_iso("2025-12-25")


@pytest.mark.parametrize(
    "raw",
    [
        "tomorrow",
        "13/13/2026",
        "2026-02-30",
        "2030-01-01",
        "1889-01-01",
        "45000.5",
        "0001-01-01",
        "9999-12-31",
    ],
)
def test_a_date_that_is_none_or_cannot_be_refuses_the_row(raw: str) -> None:
    assert refusal(phone="4155552671", created_at=raw).startswith("arrived_at: ")


def test_a_source_clock_a_little_ahead_is_forgiven() -> None:
    assert lead(phone="4155552671", created_at=str(NOW + DAY // 2)).arrived_at == NOW


def test_an_inquiry_keeps_its_identity_however_the_row_is_spelled() -> None:
    first = lead(phone="(415) 555-2671", email="A@x.com", created_at="2026-11-20T10:00:00Z", name="Ana")
    again = lead(
        phone="+14155552671", email="a@X.com", created_at="11/20/2026 5:00 AM", name="Ana Lee", notes="new"
    )
    later = lead(phone="+14155552671", email="a@x.com", created_at="2026-11-20T10:00:01Z", name="Ana")
    assert first.ref == again.ref != later.ref


def test_equal_rows_without_a_date_are_told_apart_by_their_count() -> None:
    def refs() -> list[str]:
        normaliser = Normaliser(map_columns(["phone", "name"]), RULES)
        rows = [
            normaliser.row(n, cells)
            for n, cells in enumerate((["4155552671", "A"], ["4155552671", "A"], ["4155552671", "B"]))
        ]
        return [row.ref for row in rows if isinstance(row, LeadRow)]

    assert len(set(refs())) == 3
    assert refs() == refs()


def test_a_row_becomes_what_the_stores_door_takes() -> None:
    row = lead(
        phone="4155552671",
        mobile="2125552671",
        email="a@x.com",
        name="Ana",
        company="Acme",
        state="TX",
        value="7",
        notes="n",
    )
    new = row.lead(None)
    assert [(phone.e164, phone.kind) for phone in new.phones] == [
        ("+14155552671", ""),
        ("+12125552671", "mobile"),
    ]
    assert (new.name, new.company, new.region, new.value, new.notes, new.ref) == (
        "Ana",
        "Acme",
        "TX",
        7,
        "n",
        row.ref,
    )


FILE = [
    "name",
    "phone",
    "mobile",
    "email",
    "country",
    "state",
    "zone",
    "value",
    "created_at",
    "notes",
    "source",
]
nasty = st.one_of(
    st.text(max_size=40),
    st.text("+0123456789 ()-.;@x", max_size=20),
    st.sampled_from(
        [
            "4155552671",
            "a@x.com",
            "2026-11-20",
            "1/2/26 3:04 PM",
            "UK",
            "EST",
            "$1,000",
            "\x00",
            "\x1b[2J",
            "=1+1",
        ]
    ),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(nasty, min_size=len(FILE), max_size=len(FILE)))
def test_any_row_becomes_a_clean_lead_or_a_reason(cells: list[str]) -> None:
    normaliser = Normaliser(map_columns(FILE), RULES)
    found = normaliser.row(7, cells)
    assert found.line == 7
    if isinstance(found, Rejected):
        assert found.reason
        assert found.mend
        assert (found.reason + found.mend).isprintable() or not found.reason.isascii()
        return
    assert found.phones or found.email
    assert all(is_valid(number) for number, _ in found.phones)
    assert all(ord(char) >= 32 and char != "\x7f" for char in found.name + found.source + found.email)
    assert found.arrived_at is None or found.arrived_at <= NOW
    assert Normaliser(map_columns(FILE), RULES).row(7, cells) == found
