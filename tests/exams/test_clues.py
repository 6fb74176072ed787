"""Rules for what gives a key away, and for options that another site's values make alike."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.core import content
from lms.core.content import Tree
from tests.content_tree import COMMON, WHY, make, put, text

FILE, PROGRAMME = "questions/s1-a.yaml", "programmes/basics.yaml"
CODES = {"absolute", "echo", "values-collide"}


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    root = make(tmp_path / "content")
    put(root, "style.yaml", {"sources": {"SEV": text("Severity pages", "严重程度")}})
    programme = (root / PROGRAMME).read_text("utf-8")
    put(root, PROGRAMME, programme.replace("  exam: stage-1\n", ""))
    (root / "exams/stage-1.yaml").unlink()
    return root


def question(
    stem: dict[str, str], *options: dict[str, str], key: str = "A", name: str = "q1", **more: Any
) -> dict[str, Any]:
    listed = [
        {"key": k, "text": each, "why": WHY} for k, each in zip("ABCD", options, strict=False)
    ]
    return {"id": name, "kind": "single", **COMMON, "stem": stem, "options": listed,
            "answer": [key]} | more  # fmt: skip


def said(root: Path, *questions: dict[str, Any]) -> set[tuple[str, bool, int]]:
    """Return code, whether it is an error, and how often it is said."""
    put(root, FILE, {"unit": "S1-A", "questions": list(questions)})
    found = [each for each in content.check(Tree(root)) if each.code in CODES]
    assert all(each.file == FILE and each.line and each.advice for each in found)
    return {
        (code, severity == "error", sum(each.code == code for each in found))
        for code, severity in {(each.code, each.severity) for each in found}
    }


STEM = text("What comes first?", "先做什么？")
OTHER = text("Write it down", "记下来")


class TestAbsolutes:
    def test_in_wrong_options_only_they_give_them_away(self, root: Path) -> None:
        wrong = text("It always helps", "这样一定有用")
        assert said(root, question(STEM, OTHER, wrong, text("Wait", "等等"))) == {
            ("absolute", False, 2)  # once in each language
        }

    def test_in_the_key_as_well_they_say_nothing(self, root: Path) -> None:
        one, two = text("Never delete it", "绝对不删"), text("It always helps", "一定有用")
        assert said(root, question(STEM, one, two, OTHER)) == set()

    @pytest.mark.parametrize(
        "words",
        [
            text('"It surely works."', "“一定能用。”"),  # somebody says it
            text("Only this one", "只有这一个"),  # too common to say anything
        ],
    )
    def test_what_is_quoted_or_common_is_left_alone(
        self, root: Path, words: dict[str, str]
    ) -> None:
        assert said(root, question(STEM, OTHER, words, text("Wait", "等等"))) == set()


class TestEchoes:
    STEM = text("The printer's ribbon is crooked. Now?", "打印机的色带歪了。怎么办？")
    KEY = text("Replace its ribbon", "换掉打印机的色带")
    WRONG = (text("Restart", "重启"), text("Wait", "等等"))

    def test_a_rare_word_of_stem_and_key_alone_is_a_warning(self, root: Path) -> None:
        assert said(root, question(self.STEM, self.KEY, *self.WRONG)) == {("echo", False, 2)}

    def test_in_a_wrong_option_too_it_helps_nobody(self, root: Path) -> None:
        wrong = text("Clean its ribbon", "擦打印机的色带")
        assert said(root, question(self.STEM, self.KEY, wrong, text("Wait", "等等"))) == set()

    def test_a_word_that_others_have_is_not_rare(self, root: Path) -> None:
        others = [
            question(
                text(f"A ribbon {n}?", f"{n} 号打印机的色带？"), OTHER, *self.WRONG, name=f"o{n}"
            )
            for n in range(2)
        ]
        assert said(root, question(self.STEM, self.KEY, *self.WRONG), *others) == set()

    def test_what_the_stem_quotes_is_the_case_s(self, root: Path) -> None:
        stem = text('It says "crooked ribbon". Now?', "他说：“打印机的色带歪了。”怎么办？")
        assert said(root, question(stem, self.KEY, *self.WRONG)) == set()

    def test_a_case_s_questions_are_looked_at_one_by_one(self, root: Path) -> None:
        part = question(self.STEM, self.KEY, *self.WRONG)
        other = question(STEM, OTHER, *self.WRONG, name="q2")
        shared = {key: part.pop(key) for key in ("pool", "lesson", "objective", "class", "depends")}
        for each in shared:
            other.pop(each)
        case = {"id": "q0", "kind": "case", **shared, "difficulty": 1, "stem": STEM,
                "parts": [part, other]}  # fmt: skip
        assert said(root, case) == {("echo", False, 2)}


class TestCollisions:
    def test_options_that_other_values_make_alike_are_an_error(self, root: Path) -> None:
        put(
            root,
            "variables.yaml",
            {"sla.first": text("10 min", "10 分钟"), "desk.phone": text("1")},
        )
        options = text("{{sla.first}}", "{{sla.first}}"), text("20 min", "20 分钟"), OTHER
        found = said(root, question(STEM, *options, depends=["sla.first"]))
        assert ("values-collide", True, 2) in found

    def test_options_that_stay_apart_are_fine(self, root: Path) -> None:
        put(
            root,
            "variables.yaml",
            {"sla.first": text("10 min", "10 分钟"), "desk.phone": text("1")},
        )
        options = (
            text("{{sla.first}} at most", "最多 {{sla.first}}"),
            text("{{sla.first}} at least", "至少 {{sla.first}}"),
            OTHER,
        )
        assert said(root, question(STEM, *options, depends=["sla.first"])) == set()


def test_without_the_style_nothing_is_asked(root: Path) -> None:
    (root / "style.yaml").unlink()
    wrong = text("It always helps", "这样一定有用")
    assert said(root, question(STEM, OTHER, wrong, text("Wait", "等等"))) == set()
