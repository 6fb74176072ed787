"""Surveys as files: a real one that is right, broken in one place at a time."""

from pathlib import Path

import pytest
from flask import Flask

from lms.config import PROJECT
from lms.core import content
from lms.core.content import Tree
from tests.content_tree import make, put, swap

FILE = "surveys/follow-up.yaml"


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    root = make(tmp_path / "content")
    put(root, FILE, (PROJECT / "content" / FILE).read_text("utf-8"))
    return root


def codes(root: Path) -> list[tuple[str, str]]:
    return [(each.file, each.code) for each in content.check(Tree(root))]


def test_a_good_survey_has_nothing_said_of_it(root: Path) -> None:
    assert codes(root) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("code: follow-up", "code: follow", "wrong-name"),
        ("audiences: [trainee, manager]", "audiences: [trainee, boss]", "not-a-choice"),
        ("moment: days-after", "moment: later", "not-a-choice"),
        ("days: 60\n", "", "missing-field"),
        ("kind: scale", "kind: stars", "not-a-choice"),
        ("points: 5", "points: 7", "out-of-range"),
        ('"5": {zh: 每一次, en: Every time}', '"6": {zh: 每一次, en: Every time}', "unknown-field"),
        ("- code: severity", "- code: first-answer", "duplicate-id"),
        ("code: none, text", "code: none, unit: S9-Z, text", "unknown-unit"),
        ("      trainee: {", "      boss: {", "unknown-field"),
        ("en: Follow-up after 60 days", "en: 'After {{sla.first}}'", "variable-in-title"),
    ],
)
def test_each_mistake_has_its_code(root: Path, old: str, new: str, code: str) -> None:
    swap(root, FILE, old, new)
    assert (FILE, code) in codes(root)


def test_what_is_not_read_is_said(root: Path) -> None:
    put(root, "surveys/notes.txt", "x")
    assert codes(root) == [("surveys/notes.txt", "stray-file")]


def test_more_than_people_answer_is_refused(root: Path) -> None:
    text = (root / FILE).read_text("utf-8")
    begin = text.index("  - code: obstacle")
    more = "".join(text[begin:].replace("code: obstacle", f"code: o{n}") for n in range(9))
    put(root, FILE, text + more)
    assert (FILE, "too-many") in codes(root)
