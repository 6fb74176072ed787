"""Shares and multiples that nothing on the page explains."""

import pytest

from lms.core import prose
from lms.courses.content.sourcing import unsourced


def said(text: str, language: str) -> list[tuple[int, str]]:
    return list(unsourced(prose.survey(text), language))


@pytest.mark.parametrize(
    ("language", "text", "claim"),
    [
        ("en", "Most of them, 73 %, never call again.", "73 %"),
        ("en", "It is 5 times as dear.", "5 times as"),
        ("en", "Seven in ten forget it.", "Seven in ten"),
        ("zh", "其中 73% 不再来电。", "73%"),
        ("zh", "贵 5 倍。", "5 倍"),
        ("zh", "七成的人会忘。", "七成"),
    ],
)
def test_a_share_out_of_nowhere_is_said(language: str, text: str, claim: str) -> None:
    assert said(f"## One\n\nBefore.\n\n{text}\n", language) == [(5, claim)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Our rule is 80 %."),
        ("zh", "我们的线是 80%。"),
        ("en", "It fell from 56 to 42, which is 25 % fewer."),
        ("zh", "从 56 降到 42，少了 25%。"),
        ("en", "It rang 30 times a week."),
        ("en", "{{share}} of 80 %"),
        ("en", "80 % is the line.\n\n| Disk | 80 % |\n|-|-|\n| a | b |"),
        ("zh", "到 80% 就响。\n\n```text\ndisk 80%\n```"),
        ("en", "> He says 80 %."),
        ("en", "42 shops."),
    ],
)
def test_what_is_explained_is_left_alone(language: str, text: str) -> None:
    assert said(f"## One\n\n{text}\n", language) == []
