"""Drill scripts as files: a real one that is right, broken in one place at a time."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from lms.config import PROJECT
from lms.core import content
from lms.core.content import Tree
from tests.content_tree import make, put, swap

DRILLS = PROJECT / "content" / "drills"


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    root = make(tmp_path / "content")
    shutil.copy(PROJECT / "content" / "variables.yaml", root / "more.yaml")
    own = (root / "variables.yaml").read_text("utf-8") + (root / "more.yaml").read_text("utf-8")
    put(root, "variables.yaml", own.replace("desk.phone: {", "desk.telephone: {"))
    (root / "more.yaml").unlink()
    for name in ("s2-b-a", "s2-c", "s3-b"):
        text = (DRILLS / f"{name}.yaml").read_text("utf-8")
        put(root, f"drills/{name}.yaml", text.replace(f"unit: {name[:4].upper()}", "unit: S1-A"))
    gate = "practical:\n  - {code: d, title: {zh: 练, en: D}, drills: [s2-b-a, s2-c]}"
    return swap(root, "programmes/basics.yaml", "exam: stage-1", f"exam: stage-1\n  {gate}")


def codes(root: Path) -> list[tuple[str, str]]:
    found = content.check(Tree(root))
    return [(each.file, each.code) for each in found if each.code != "class-depends"]


def test_good_scripts_have_nothing_said_of_them(root: Path) -> None:
    assert codes(root) == []
    walks = content.report(Tree(root), [])["walks"]
    assert walks["s2-b-a"] == {
        "form": "graph",
        "checklist": 9,
        "steps": 9,
        "simulated_minutes": 22,
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("s2-b-a", "code: s2-b-a", "code: s2-b-x", "wrong-name"),
        ("s2-b-a", "unit: S1-A", "unit: S9-Z", "unknown-unit"),
        ("s2-b-a", "form: graph", "form: tree", "not-a-choice"),
        (
            "s2-b-a",
            "code: first-answer, minutes: 10",
            "code: first-answer, minutes: 2",
            "misses-clock",
        ),
        ("s2-b-a", "    to: s5\n", "    to: s2\n", "unreachable-state"),
        ("s2-b-a", "needs: [applog]", "needs: [orders]", "unreachable-action"),
        ("s2-b-a", "from: [stuck]", "from: [s8]", "dead-end"),
        ("s2-b-a", "shows: [orders]", "shows: []", "unshown-clue"),
        ("s2-b-a", "minutes: 4\n    costs: 10", "minutes: 0", "free-trap"),
        ("s2-b-a", "without: [kill]", "without: []", "no-critical"),
        ("s2-b-a", "skill: record, points: 10", "skill: record, points: 9", "points"),
        ("s2-b-a", "by: [scope]", "by: [scoop]", "unknown-code"),
        ("s2-b-a", "to: stuck", "to: nowhere", "unknown-code"),
        ("s2-b-a", "start: s0", "start: s99", "unknown-code"),
        ("s2-b-a", "{code: c1, skill", "{code: c2, skill", "duplicate-id"),
        ("s2-c", "minutes: 40", "minutes: 30", "misses-clock"),
        ("s2-c", "critical: true, ", "", "no-critical"),
        ("s3-b", "code: point\n", "kode: point\n", "unknown-field"),
    ],
)
def test_each_mistake_has_its_code(root: Path, name: str, old: str, new: str, code: str) -> None:
    path = f"drills/{name}.yaml"
    swap(root, path, old, new)
    assert (path, code) in codes(root)


def test_a_gate_names_drills_that_are_there(root: Path) -> None:
    (root / "drills/s2-c.yaml").unlink()
    assert codes(root) == [("programmes/basics.yaml", "unknown-drill")]


def test_an_export_has_no_drills_and_can_be_imported(root: Path) -> None:
    shutil.rmtree(root / "drills")
    assert codes(root) == []


def test_what_is_not_read_is_said(root: Path) -> None:
    put(root, "drills/notes.txt", "x")
    assert codes(root) == [("drills/notes.txt", "stray-file")]
