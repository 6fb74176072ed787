"""The quality bar for questions: a bank that is right, spoilt in one place at a time."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.core import content
from lms.core.content import Tree
from tests.content_tree import COMMON, WHY, make, put, text

FILE = "questions/s1-a.yaml"
WORDS = ("first", "second", "third", "fourth")


def single(number: int, key: str = "A", **more: Any) -> dict[str, Any]:
    options = [
        {
            "key": each,
            "text": text(f"The {WORDS[n]} of these ways", f"这里的第 {n + 1} 种做法"),
            "why": WHY,
        }
        for n, each in enumerate("ABC")
    ]
    stem = text(
        f"Case number {number}: {chr(97 + number % 26) * 9} {number * 7} fails?",
        f"第 {number} 例，{number * 7} 号怎么办？",
    )
    return {"id": f"q{number}", "kind": "single", **COMMON, "stem": stem, "options": options,
            "answer": [key]} | more  # fmt: skip


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    root = make(tmp_path / "content")
    put(root, "style.yaml", {"sources": {"SEV": text("Severity pages", "严重程度")}})
    return root


def bank(root: Path, *questions: dict[str, Any]) -> set[tuple[str, bool]]:
    """Return code and whether it is an error, of what is said of the bank."""
    put(root, FILE, {"unit": "S1-A", "questions": list(questions)})
    (root / "exams/stage-1.yaml").unlink(missing_ok=True)
    found = content.check(Tree(root))
    return {
        (each.code, each.severity == "error")
        for each in found
        if each.file.startswith("questions") and each.code != "unknown-exam"
    }


def options(*texts: str) -> list[dict[str, Any]]:
    return [{"key": k, "text": text(t, t), "why": WHY} for k, t in zip("ABCD", texts, strict=False)]


@pytest.fixture(autouse=True)
def without_exam(root: Path) -> None:
    programme = root / "programmes/basics.yaml"
    put(
        root,
        "programmes/basics.yaml",
        programme.read_text("utf-8").replace("  exam: stage-1\n", ""),
    )


def test_a_good_bank_has_nothing_said_of_it(root: Path) -> None:
    assert bank(root, *(single(n, "ABC"[n % 3]) for n in range(30))) == set()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"stem": text("Which of these is not right?", "下面哪一项不对？")}, "negative-stem"),
        ({"stem": text("Count 17 of them", "数 18 个")}, "numbers-differ"),
        ({"options": options("30 min", "10 min", "20 min")}, "option-order"),
        ({"options": options("one", "two", "a b c d e f g h i j k l m n")}, "uneven-options"),
    ],
)
def test_each_weakness_has_its_code(root: Path, more: dict[str, Any], code: str) -> None:
    assert code in {found for found, _ in bank(root, single(1, **more))}


def test_a_negative_that_stands_out_is_allowed(root: Path) -> None:
    stem = text("Which of these is **not** right?", "下面哪一项**不对**？")
    assert bank(root, single(1, stem=stem)) == set()


def test_uneven_is_a_warning_and_very_uneven_an_error(root: Path) -> None:
    short, long = "a b c d e f g h i j", "a b c d e f g h i j k l m n o p"
    assert ("uneven-options", False) in bank(
        root, single(1, options=options(short, short + "x", long))
    )
    longer = f"{long} q r s t u v"
    assert ("uneven-options", True) in bank(
        root, single(1, options=options(short, short + "x", longer))
    )


def test_the_same_stem_is_an_error_and_nearly_the_same_a_warning(root: Path) -> None:
    words = "one two three four five six seven eight nine ten eleven twelve"
    stems = [text(f"{words} {each}", f"{n} 问") for n, each in enumerate(("a", "a", "b"))]
    first, same, near = (single(n, stem=stem) for n, stem in enumerate(stems))
    assert ("duplicate-stem", True) in bank(root, first, same)
    assert bank(root, first, near) == {("duplicate-stem", False)}


def test_a_numeric_question_has_a_unit_and_expects_two_mistakes(root: Path) -> None:
    numeric = {"id": "n", "kind": "numeric", **COMMON, "answer": {"value": "1"}}
    assert {code for code, _ in bank(root, numeric)} == {"numeric-unit", "numeric-wrong"}


def test_a_letter_that_is_the_key_too_often_gives_it_away(root: Path) -> None:
    assert ("key-positions", True) in bank(root, *(single(n, "A") for n in range(30)))


def test_a_key_that_is_the_longest_too_often_gives_it_away(root: Path) -> None:
    texts = dict.fromkeys("ABC", "a b c d e f g h i")
    questions = []
    for n in range(30):
        key = "ABC"[n % 3]
        long = [text_ + (" j k" if each == key else f" {each}") for each, text_ in texts.items()]
        questions.append(single(n, key, options=options(*long)))
    assert bank(root, *questions) == {("key-longest", True)}


def test_what_is_retired_is_left_alone(root: Path) -> None:
    stem = text("Which of these is not right?", "下面哪一项不对？")
    assert bank(root, single(1, stem=stem, pool="retired")) == set()
