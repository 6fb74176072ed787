"""What the check says of an exam's file: its fields, its draw, its rule of passing."""

from pathlib import Path

import pytest
from flask import Flask

from tests import content_tree
from tests.content_tree import put, swap


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    return content_tree.make(tmp_path / "content")


def part(kind: str, weight: int) -> str:
    sort = f", kind: {kind}" if kind else ""
    return f"{{title: {{zh: 一, en: One}}, weight: {weight}{sort}}}"


REVIEW_AT = "review_at: '2026-12-24T09:00+08:00'"
FIXED = next(e["id"] for e in content_tree.QUESTIONS if e["pool"] == "exam" and "parts" not in e)


class TestCheckOfExams:
    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("code: stage-1", "code: stage-2", "wrong-name"),
            ("code: stage-1", "code: stage-2", "unknown-exam"),
            ("pass_percent: 80", "pass_percent: 101", "out-of-range"),
            ("attempts: 3", "attempts: 0", "out-of-range"),
            ("attempts: 3", "attempts: 2", "unused"),
            ("- 7", "- soon", "wrong-type"),
            ("- own", "- everything", "not-a-choice"),
            ("attempts: 3", "attempts: 3\npenalty: '1.5'", "out-of-range"),
            ("count: 2", "count: 9", "draw-infeasible"),
            ("count: 2", "count: 2\n  tag: none", "draw-infeasible"),
            ("count: 2", "count: 2\n  tag: [none, other]", "draw-infeasible"),
            ("count: 2", "count: 2\n  tag: []", "too-few"),
            ("count: 2", "count: 2\n  tag: [a, a]", "duplicate-item"),
            ("count: 2", "count: 2\n  tag: [5]", "wrong-type"),
            ("count: 2", "count: 2\n  tag: 5", "wrong-type"),
            ("kind: numeric", "kind: riddle", "not-a-choice"),
            ("kind: numeric", "kind: case", "missing-field"),
            ("kind: numeric", "kind: case\n  parts: 3", "draw-infeasible"),
            ("kind: numeric", "kind: numeric\n  parts: 2", "unknown-field"),
            ("unit: S1-A", "unit: S9-Z", "unknown-unit"),
            ("count: 2", "count: 2\n  safety: true", "draw-infeasible"),
            ("count: 2", "count: 2\n  safety: 1", "wrong-type"),
            ("attempts: 3", "attempts: 3\navoid_seen: often", "wrong-type"),
            ("attempts: 3", "attempts: 3\nretake_after_pass: once", "wrong-type"),
            ("attempts: 3", "attempts: 3\ntalk_after: 0", "out-of-range"),
            ("attempts: 3", "attempts: 3\ntalk_after: 3", "unused"),
            ("attempts: 3", "attempts: 3\nlimits: [{kind: numeric}]", "limit-form"),
            (
                "attempts: 3",
                "attempts: 3\nlimits: [{kind: numeric, wrong: 1, least: 9}]",
                "limit-form",
            ),
            ("attempts: 3", "attempts: 3\nlimits: [{safety: true, wrong: 1}]", "no-such-question"),
            ("attempts: 3", "attempts: 3\nlimits: [{unit: S9, wrong: 1}]", "unknown-unit"),
            ("attempts: 3", f"attempts: 3\nsections: [{part('numeric', 40)}]", "too-few"),
            (
                "attempts: 3",
                f"attempts: 3\nsections: [{part('numeric', 40)}, {part('', 50)}]",
                "section-weights",
            ),
            (
                "attempts: 3",
                f"attempts: 3\nsections: [{part('', 40)}, {part('numeric', 60)}]",
                "section-sort",
            ),
            ("en: Stage 1 exam", "en: 'Exam {{sla.first}}'", "variable-in-title"),
            ("attempts: 3", "attempts: 3\nopens_at: 2026-12-01", "bad-instant"),
            ("attempts: 3", "attempts: 3\nopens_at: '2026-12-01T09:00'", "bad-instant"),
            (
                "attempts: 3",
                "attempts: 3\nopens_at: '2026-12-02T09:00Z'\ncloses_at: '2026-12-02T09:00Z'",
                "window-order",
            ),
            ("attempts: 3", "attempts: 3\nnavigation: sideways", "not-a-choice"),
            ("attempts: 3", "attempts: 3\nreview_later: [marks]", "no-instant"),
            ("attempts: 3", "attempts: 3\nreview_after_closing: [marks]", "no-closing"),
            ("attempts: 3", f"attempts: 3\nreview_later: [key]\n{REVIEW_AT}", "said-twice"),
            ("attempts: 3", f"attempts: 3\nreview_later: [sums]\n{REVIEW_AT}", "not-a-choice"),
            ("attempts: 3", f"attempts: 3\n{REVIEW_AT}", "unused"),
            ("attempts: 3", "attempts: 3\nreview_later: [marks]\nreview_at: soon", "bad-instant"),
            (
                "attempts: 3",
                f"attempts: 3\nreview_later: [right-wrong]\n{REVIEW_AT}\nreview_after_closing: [marks]",
                "marks-later",
            ),
            ("count: 2", "count: 2\n  points: 0", "out-of-range"),
            ("kind: numeric", "kind: numeric\n- question: nowhere", "no-such-question"),
            ("kind: numeric", f"kind: numeric\n- question: {FIXED}\n  parts: 3", "case-length"),
            ("kind: numeric", f"kind: numeric\n- question: {FIXED}\n  count: 2", "out-of-range"),
            (
                "kind: numeric",
                f"kind: numeric\n- question: {FIXED}\n  kind: single",
                "unknown-field",
            ),
        ],
    )
    def test_each_mistake_has_its_code(self, root: Path, old: str, new: str, code: str) -> None:
        assert code in content_tree.codes(swap(root, "exams/stage-1.yaml", old, new))

    def test_a_pass_rule_that_is_right_is_quiet(self, root: Path) -> None:
        rule = f"limits: [{{kind: numeric, wrong: 0}}]\nsections: [{part('numeric', 40)}, {part('', 60)}]"
        swap(root, "exams/stage-1.yaml", "attempts: 3", f"attempts: 3\navoid_seen: true\n{rule}")
        assert content_tree.findings(root) == []

    def test_a_review_that_is_right_is_quiet(self, root: Path) -> None:
        said = (
            f"review_later: [marks, right-wrong]\n{REVIEW_AT}\nreview_after_closing: [explanation]"
        )
        closes = "closes_at: '2026-12-05T18:00+08:00'"
        swap(root, "exams/stage-1.yaml", "attempts: 3", f"attempts: 3\n{closes}\n{said}")
        assert content_tree.findings(root) == []

    def test_the_entry_is_named_with_those_that_want_the_same(self, root: Path) -> None:
        swap(
            root,
            "exams/stage-1.yaml",
            "  kind: numeric",
            "  kind: numeric\n- kind: numeric\n  count: 1",
        )
        found = [each for each in content_tree.findings(root) if each.code == "draw-infeasible"]
        assert [each.message for each in found] == [
            "draw[3].count: wants the same questions as draw[2]: 2 in all, and the exam pool has 1"
        ]

    def test_only_the_exam_pool_counts_for_the_draw(self, root: Path) -> None:
        questions = [{**each, "pool": "practice"} for each in content_tree.QUESTIONS]
        put(root, "questions/s1-a.yaml", {"unit": "S1-A", "questions": questions})
        found = [each for each in content_tree.findings(root) if each.code == "draw-infeasible"]
        assert [(each.file, each.line) for each in found] == [("exams/stage-1.yaml", 16)]

    def test_an_exam_that_no_stage_has_is_a_warning(self, root: Path) -> None:
        put(root, "exams/spare.yaml", content_tree.EXAM | {"code": "spare"})
        assert content_tree.codes(root) == {"unused"}
