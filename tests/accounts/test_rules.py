from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from lms.accounts.rules import (
    Details,
    Weakness,
    device_name,
    is_over,
    one_line,
    weakness,
)
from tests.factories import NOON

COMMON = frozenset({"password1"})


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        pytest.param("1234567", Weakness.SHORT, id="seven characters"),
        pytest.param("x" * 129, Weakness.LONG, id="129 characters"),
        pytest.param("PassWord1", Weakness.COMMON, id="common in any case"),
        pytest.param("zzzzzzzzzzzz", Weakness.COMMON, id="one character"),
        pytest.param("zhaomin@example.com", Weakness.OWN, id="the login"),
        pytest.param("欧阳 晓彤 欧阳 晓彤", Weakness.OWN, id="the name, with blanks"),
        pytest.param("pas sword", None, id="no capital, no digit: no rules of composition"),
        pytest.param("雨里的一匹马和一只鸟", None, id="in Chinese"),
        pytest.param("ab" * 64, None, id="128 characters"),
    ],
)
def test_a_password_is_refused_for_a_reason(password: str, reason: Weakness | None) -> None:
    own = ("zhaomin@example.com", "欧阳晓彤欧阳晓彤")
    assert weakness(password, own=own, common=COMMON) is reason


@given(st.text())
def test_one_line_has_no_line_breaks_nor_control_characters_and_is_stable(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert line == line.strip() == one_line(line)


def test_details_are_cleaned_before_they_are_stored() -> None:
    details = Details(name=" Li\x00 Wei\n", login=" LI@Example.com ", email=" ", staff_no="")
    assert details.columns() == {
        "name": "Li Wei",
        "login": "li@example.com",
        "latin_name": "",
        "email": None,
        "staff_no": None,
        "locale": "zh",
        "unit_id": None,
    }


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari/537 Edg/120",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit Chrome/120 Mobile Safari",
            "Chrome · Android",
        ),
        ("Mozilla/5.0 (iPhone; like Mac OS X) Version/17 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko Firefox/115.0", "Firefox · Linux"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_named_so_that_its_owner_knows_it_again(agent: str, name: str) -> None:
    assert device_name(agent) == name


@pytest.mark.parametrize(
    ("signed_in", "seen", "over"),
    [
        pytest.param(timedelta(hours=1), timedelta(minutes=1), False, id="in use"),
        pytest.param(timedelta(hours=9), timedelta(hours=8), True, id="idle"),
        pytest.param(timedelta(days=14), timedelta(0), True, id="too old, though in use"),
    ],
)
def test_a_sign_in_ends_by_itself(signed_in: timedelta, seen: timedelta, over: bool) -> None:  # noqa: FBT001
    limits = {"idle": timedelta(hours=8), "absolute": timedelta(days=14)}
    assert is_over(NOON - signed_in, NOON - seen, at=NOON, **limits) is over
