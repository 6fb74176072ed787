"""The quality bar: a real lesson that is right, broken in one place at a time."""

import shutil
from pathlib import Path

import pytest
import yaml
from flask import Flask

from lms.config import PROJECT
from lms.core import content
from lms.core.content import Severity, Tree
from lms.core.placeholders import fill
from tests.content_tree import put, swap, text

CONTENT = PROJECT / "content"
LESSON = "lessons/s2-b-3"


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    root = tmp_path / "content"
    shutil.copytree(CONTENT / LESSON, root / LESSON)
    for name in ("variables.yaml", "world.yaml", "style.yaml"):
        shutil.copy(CONTENT / name, root / name)
    module = {
        "code": "S2-B",
        "title": text("Diagnosis", "诊断"),
        "goals": {"zh": ["诊断"], "en": ["Diagnose"]},
        "lessons": ["S2-B-3"],
    }
    stage = {"code": "skills", "title": text("Skills", "技能"), "modules": [module]}
    programme = {"code": "p", "title": text("P"), "summary": text("P"), "stages": [stage]}
    put(root, "programmes/p.yaml", programme)
    return root


def codes(root: Path) -> list[tuple[str, str]]:
    return [(each.file, each.code) for each in content.check(Tree(root))]


def test_a_good_lesson_has_nothing_said_of_it(root: Path) -> None:
    assert codes(root) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("lesson.yaml", "minutes: 20", "minutes: 40", "length"),
        ("lesson.yaml", "minutes: 20", "minutes: 9", "reading-time"),
        ("lesson.yaml", "sources: [KT", "sources: [XX", "unknown-source"),
        ("lesson.yaml", "reviewed_on: null", "reviewed_on: 2020-01-31", "stale-review"),
        ("en.md", "\n## ", "\n### Alone\n\nOne.\n\n## ", "lone-heading"),
        ("en.md", "He Min", "The caller", "cases-differ"),
        ("en.md", "`app-2`", "`app-9`", "world"),
        ("zh.md", "OMS-1203", "OMS-1299", "world"),
        ("en.md", '"token not yet valid"', '"token is too young"', "world"),
        ("en.md", "241 seconds", "PostgreSQL 9 and 241 seconds", "world"),
        ("en.md", "241 seconds", "a goldfish and 241 seconds", "folklore"),
        ("en.md", "241 seconds", "an e-mail and 241 seconds", "glossary"),
        ("zh.md", "先恢复", "显然先恢复", "wording"),
        ("en.md", "241 seconds", "555 seconds", "numbers-differ"),
        ("en.md", "241 seconds", "241 seconds " + "word " * 40, "long-sentence"),
        ("zh.md", "只读", "再看", "command-safety"),
    ],
)
def test_each_weakness_has_its_code(root: Path, path: str, old: str, new: str, code: str) -> None:
    target = root / LESSON / path
    before = target.read_text("utf-8")
    assert old in before
    # everywhere, or the other place would still be right
    times = 1 if code == "lone-heading" else -1
    if code == "command-safety":  # the remedy beside it says that it changes something
        before = before.replace("修改", "动到")
    target.write_text(before.replace(old, new, times), "utf-8")
    assert code in {found for _file, found in codes(root)}


def test_a_share_that_nothing_explains_is_a_warning_unless_the_lesson_has_sources(
    root: Path,
) -> None:
    swap(root, f"{LESSON}/en.md", "column is the valuable one", "column holds 73 % of the value")
    assert (f"{LESSON}/en.md", "unsourced-figure") not in codes(root)
    swap(root, f"{LESSON}/lesson.yaml", "sources: [KT", "sources: [] # [KT")
    found = [each for each in content.check(Tree(root)) if each.code == "unsourced-figure"]
    assert [(each.file, each.severity) for each in found] == [(f"{LESSON}/en.md", Severity.WARNING)]


def test_a_lesson_ends_in_its_self_check(root: Path) -> None:
    target = root / LESSON / "en.md"
    without = target.read_text("utf-8").replace("{check:c1}", "")
    target.write_text(without.replace("\n## ", "\n{check:c1}\n\n## ", 1), "utf-8")
    assert codes(root) == [(f"{LESSON}/en.md", "check-not-last")]


def test_a_weakness_keeps_nothing_from_being_imported(root: Path) -> None:
    swap(root, f"{LESSON}/en.md", "`app-2`", "`app-9`")
    assert content.errors(content.check(Tree(root)))
    assert not content.errors(content.check(Tree(root), review=False))


def test_without_the_style_nothing_is_asked_of_a_text(root: Path) -> None:
    swap(root, f"{LESSON}/en.md", "`app-2`", "`app-9`")
    (root / "style.yaml").unlink()
    assert codes(root) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "code"),
    [
        ("world.yaml", "name: company", "name: firm", "unknown-name"),
        ("world.yaml", "code: F02", "code: F01", "duplicate-id"),
        ("world.yaml", "needs: [db-1]", "needs: [db-7]", "unknown-name"),
        ("world.yaml", "OMS-1105: []", "OMS-8105: []", "unknown-family"),
        ("world.yaml", "severity: P2", "severity: P7", "not-a-choice"),
        ("world.yaml", "5.2.2, 5.2.3,", "5.2.2,", "unknown-release"),
        ("style.yaml", "avoid: 'goldfish'", "avoid: 'gold(fish'", "bad-pattern"),
        ("style.yaml", "language: zh", "language: fr", "not-a-choice"),
    ],
)
def test_the_world_and_the_style_are_checked_too(
    root: Path, path: str, old: str, new: str, code: str
) -> None:
    swap(root, path, old, new)
    assert (path, code) in codes(root)


class TestOwnValues:
    def test_they_win_name_by_name(self, root: Path, tmp_path: Path) -> None:
        own = put(tmp_path, "own.yaml", {"company": text("Cloudsail", "云帆")})
        values = Tree(root, own).values()
        assert values["company"]["zh"] == "云帆"
        assert values["product"]["en"] == "Lanting OMS"

    def test_a_figure_that_was_replaced_asks_for_reading_again(
        self, root: Path, tmp_path: Path
    ) -> None:
        swap(root, f"{LESSON}/lesson.yaml", "depends: [", "depends: [sla.p1.update")
        swap(root, f"{LESSON}/lesson.yaml", "class: generic", "class: parametric")
        given = {"sla.p1.update": text("20 minutes", "20 分钟"), "desk.phone": text("1", "1")}
        found = content.check(Tree(root, put(tmp_path, "own.yaml", given)))
        assert [each.code for each in found] == ["value-replaced"]
        assert "20 minutes" in found[0].message

    def test_a_wrong_name_or_form_is_said(self, root: Path, tmp_path: Path) -> None:
        own = put(tmp_path, "own.yaml", {"compnay": text("x"), "product": {"zh": "云"}})
        found = {each.code: each.severity for each in content.check(Tree(root, own))}
        assert found["unknown-variable"] is Severity.WARNING
        assert found["missing-field"] is Severity.ERROR


@pytest.mark.parametrize(
    ("text_", "filled"),
    [
        ("在{{p}}里", "在 OMS 里"),
        ("在 {{q}} 里", "在云仓里"),
        ("{{n}}内", "10 分钟内"),
        ("（{{p}}）", "（OMS）"),
        ("拨 {{x}} 吧", "拨 {{x}} 吧"),
    ],
)
def test_the_blank_beside_a_value_is_set_by_the_value(text_: str, filled: str) -> None:
    values = {"p": text("", "OMS"), "q": text("", "云仓"), "n": text("", "10 分钟")}
    assert fill(text_, values, "zh") == filled


def test_our_own_content_is_as_it_should_be(app: Flask) -> None:
    tree = Tree(CONTENT)
    assert content.errors(content.check(tree)) == []
    told = content.report(tree, [])
    assert told["counts"]["drills"] == 17
    assert told["counts"]["aids"] == 12
    assert told["counts"]["surveys"] == 4
    assert told["lengths"]["zh_characters"] > 50_000
    assert yaml.safe_load((CONTENT / "world.yaml").read_text("utf-8"))["faults"]
