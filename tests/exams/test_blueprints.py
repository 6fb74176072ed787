"""Whether the bank holds twice what each entry of an exam draws."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.core import content
from lms.core.content import Finding, Tree
from tests.content_tree import COMMON, WHY, make, put, text

EXAM: dict[str, Any] = {
    "code": "stage-1", "title": text("Stage 1", "第一阶段"), "minutes": 10, "pass_percent": 80,
    "attempts": 1,
}  # fmt: skip


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    root = make(tmp_path / "content")
    put(root, "style.yaml", {"sources": {"SEV": text("Severity pages", "严重程度")}})
    return root


def question(number: int, difficulty: int, *tags: str) -> dict[str, Any]:
    options = [{"key": k, "text": text(f"Way {k}", f"做法 {k}"), "why": WHY} for k in "ABC"]
    stem = text(f"Case {chr(97 + number) * 9}: now?", f"第 {number} 例，怎么办？")
    return {"id": f"q{number}", "kind": "single", **COMMON, "stem": stem, "options": options,
            "answer": ["A"], "difficulty": difficulty, "tags": list(tags)}  # fmt: skip


def thin(root: Path, questions: list[dict[str, Any]], *draw: dict[str, Any]) -> list[Finding]:
    put(root, "questions/s1-a.yaml", {"unit": "S1-A", "questions": questions})
    put(root, "exams/stage-1.yaml", EXAM | {"draw": list(draw)})
    return [each for each in content.check(Tree(root)) if each.code == "thin-bank"]


def test_twice_the_draw_is_enough(root: Path) -> None:
    bank = [question(n, 1) for n in range(4)]
    assert thin(root, bank, {"unit": "S1-A", "difficulty": 1, "count": 2}) == []


def test_less_is_said_at_its_entry(root: Path) -> None:
    bank = [*(question(n, 1) for n in range(4)), *(question(n, 2) for n in range(4, 7))]
    easy, harder = ({"unit": "S1-A", "difficulty": each, "count": 2} for each in (1, 2))
    (found,) = thin(root, bank, easy, harder)
    assert found.severity == "error"
    lines = (root / "exams/stage-1.yaml").read_text("utf-8").splitlines()
    assert found.line
    assert lines[found.line - 1].strip() == "count: 2"
    assert "difficulty: 2" in "".join(lines[found.line - 3 : found.line + 2])
    assert "3" in found.message


def test_entries_that_draw_from_the_same_questions_need_twice_their_sum(root: Path) -> None:
    bank = [question(n, 1, "log") for n in range(4)]
    tagged, any_ = {"tag": "log", "count": 2}, {"unit": "S1-A", "count": 1}
    (found,) = thin(root, bank, tagged, any_)
    assert "6" in found.message


def test_what_cannot_be_drawn_at_all_is_said_once(root: Path) -> None:
    entry = {"unit": "S1-A", "difficulty": 5, "count": 1}
    assert thin(root, [question(1, 1)], entry) == []
    assert any(each.code == "draw-infeasible" for each in content.check(Tree(root)))


def test_without_the_style_nothing_is_asked(root: Path) -> None:
    (root / "style.yaml").unlink()
    assert thin(root, [question(1, 1)], {"unit": "S1-A", "count": 1}) == []
