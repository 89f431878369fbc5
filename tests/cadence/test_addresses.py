"""One written form for a mail address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadence.addresses import mail_address, mail_domain


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (" Ann.Lee@Example.COM ", "ann.lee@example.com"),
        ("<ann@example.com>", "ann@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann+web@example.co.uk", "ann+web@example.co.uk"),
        ("ann@example", None),
        ("ann@127.0.0.1", None),
        ("ann@@example.com", None),
        ("a..b@example.com", None),
        ("ann@example.com, bob@example.com", None),
        ("ann@example.com\r\nBcc: all@example.com", None),
        ('"a b"@example.com', None),
        ("x" * 65 + "@example.com", None),
        ("@example.com", None),
        ("", None),
    ],
)
def test_an_address_has_one_form_or_none(raw: str, expected: str | None) -> None:
    assert mail_address(raw) == expected


@given(st.text(max_size=60))
def test_the_form_is_stable_and_plain(raw: str) -> None:
    found = mail_address(raw)
    if found is not None:
        assert mail_address(found) == found
        assert found.isascii()
        assert found.isprintable()
        assert " " not in found


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(" Example.COM. ", "example.com"), ("Bücher.example", "xn--bcher-kva.example"), ("\u3002", "\u3002")],
)
def test_a_domain_has_the_form_that_addresses_have(raw: str, expected: str) -> None:
    assert mail_domain(raw) == expected
