"""What is typed for the do-not-call list stands on it as leads have it."""

import pytest

from cli.dnc_entry import entry_of
from config.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "entry"),
    [
        (" (415) 555-0123 ", ("+14155550123", "phone")),
        ("4155550123.0", ("+14155550123", "phone")),
        ("Ann@Example.COM", ("ann@example.com", "email")),
        ("ann@Bücher.example", ("ann@xn--bcher-kva.example", "email")),
        ("two words@example.com", ("two words@example.com", "email")),
        ("@Example.com.", ("example.com", "domain")),
        ("@Bücher.example", ("xn--bcher-kva.example", "domain")),
    ],
)
def test_one_form_however_it_is_typed(typed: str, entry: tuple[str, str]) -> None:
    assert entry_of(typed, "US") == entry


def test_what_is_none_of_them_is_said() -> None:
    with pytest.raises(UsageError, match="neither a telephone number"):
        entry_of("example.com", "US")
