"""What counts as the same typed answer."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.normal import fold_width, normal_text, parse_number


@pytest.mark.parametrize(
    ("typed", "same"),
    [("ＳＬＡ", "sla"), ("备 份", "备份"), ("ＴＣＰ／ＩＰ", "tcp/ip"), ("“a”，b", '"a",b'),
     ("a\u200bb", "ab"), ("  one   two ", "one two"), ("P 1 级", "P 1级")],
)  # fmt: skip
def test_these_are_the_same(typed: str, same: str) -> None:
    assert normal_text(typed) == normal_text(same)


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normal_text(normal_text(text)) == normal_text(text)


def test_numbers_are_not_normalised_like_words() -> None:
    assert fold_width("１０²") == "10²"
    assert parse_number("10²") is None


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1,234.5", "1234.5"), ("１，２３４", "1234"), (".5", "0.5"), ("5.", "5"), ("+3", "3"),
     ("−4", "-4"), ("2E3", "2000"), ("1,2345", None), ("1 234", None), ("", None), ("٣", None)],
)  # fmt: skip
def test_numbers_are_read_exactly(typed: str, value: str | None) -> None:
    assert parse_number(typed) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("typed", "value"),
    [("180 Min", "180"), ("180 minutes", "180"), ("１８０ｍ", "180"), ("2m min", None),
     ("180 hours", None), ("min", None)],
)  # fmt: skip
def test_the_longest_unit_that_stands_behind_a_number_is_taken_off(
    typed: str, value: str | None
) -> None:
    units = ["m", "s", "inutes", "min", "", "ｍｉｎｕｔｅｓ"]
    assert parse_number(typed, units) == (None if value is None else Decimal(value))


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
    )
)
def test_every_decimal_is_read_as_itself(number: Decimal) -> None:
    assert parse_number(str(number)) == number
    assert parse_number(f"{number:,}") == number
    assert parse_number(f"{number} min", ["min", "m"]) == number
