"""What a wrong choice costs, by entry of the blueprint: pinned, marked, regraded, said."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import content
from lms.core.content import Severity, Tree
from lms.core.text import digest
from lms.exams import queries, regrade_plan, regrading
from lms.exams.models import Attempt, Exam, ExamVersion, QuestionVersion
from lms.exams.regrade_models import RegradeChange
from lms.exams.rules import drawing
from lms.exams.rules.kinds import Kind
from lms.exams.rules.rulings import Ruling, Way
from lms.exams.rules.settings import ExamRules
from lms.exams.services import hand_in
from lms.exams.sitting import Answer
from tests import content_tree
from tests.browser import sign_in
from tests.content_tree import put
from tests.exams import papers
from tests.exams.editing import EDIT, error_at, fields, published
from tests.exams.test_services import begin, slot_of
from tests.factories import NOON

DRAW: list[dict[str, Any]] = [
    {"unit": "M1", "kind": "single", "count": 1, "penalty": "1/4"},
    {"unit": "M1", "kind": "truefalse", "count": 1, "penalty": "0"},
    {"unit": "M1", "kind": "multiple", "count": 1},
]


def sit(trainee: Person, **settings: Any) -> Attempt:
    papers.ready(trainee, draw=DRAW, **settings)
    return begin(trainee)


def wrong(attempt: Attempt) -> list[Answer]:
    """Every choice wrong."""
    return [
        Answer(slot_of(attempt, Kind.SINGLE), 1, ("A",)),
        Answer(slot_of(attempt, Kind.TRUEFALSE), 1, ("true",)),
        Answer(slot_of(attempt, Kind.MULTIPLE), 1, ("B",)),
    ]


def marks_of(attempt: Attempt) -> dict[Kind, Fraction | None]:
    rows = queries.responses(attempt)
    kinds = papers.kinds(attempt)
    return {kinds[slot - 1]: row.mark for slot, row in rows.items()}


class TestMarking:
    def test_each_slot_costs_what_its_entry_says(self, trainee: Person) -> None:
        attempt = sit(trainee, penalty="1/2")
        pinned = {papers.kinds(attempt)[int(n) - 1]: cost
                  for n, cost in (attempt.penalties or {}).items()}  # fmt: skip
        assert pinned == {Kind.SINGLE: "1/4", Kind.TRUEFALSE: "0"}
        done = hand_in(attempt.id, wrong(attempt), client=attempt.client, actor=trainee, at=NOON)
        assert marks_of(done) == {
            Kind.SINGLE: Fraction(-1, 4),
            Kind.TRUEFALSE: Fraction(0),
            Kind.MULTIPLE: Fraction(-1, 2),
        }
        assert done.score == 0, "the whole never falls below 0"

    def test_a_later_version_of_the_exam_changes_nothing(
        self, trainee: Person, session: Session
    ) -> None:
        attempt = sit(trainee)
        version = session.scalars(select(ExamVersion)).one()
        exam = session.scalars(select(Exam)).one()
        draw = [{**each, "penalty": "3/4"} for each in DRAW]
        newer = ExamVersion(exam_id=exam.id, number=2, digest="x", made_at=NOON,
                            settings={**version.settings, "draw": draw})  # fmt: skip
        session.add(newer)
        session.flush()
        exam.published_id = newer.id
        session.commit()
        done = hand_in(attempt.id, wrong(attempt), client=attempt.client, actor=trainee, at=NOON)
        assert marks_of(done)[Kind.SINGLE] == Fraction(-1, 4)

    def test_a_blank_costs_nothing(self, trainee: Person) -> None:
        attempt = sit(trainee, penalty="1/2")
        right = [Answer(slot_of(attempt, Kind.SINGLE), 1, ("B",))]
        done = hand_in(attempt.id, right, client=attempt.client, actor=trainee, at=NOON)
        assert done.score == Fraction(1, 3)

    @pytest.mark.usefixtures("session")
    def test_of_a_case_every_sub_question(self) -> None:
        part = drawing.Candidate("p", 1, "M1", Kind.SINGLE, 1, frozenset(), 1, ("A", "B"),
                                 shuffle=False)  # fmt: skip
        case = drawing.case("c", [part, part])
        draw = [{"unit": "M1", "kind": "case", "parts": 2, "count": 1, "penalty": "1/3"}]
        rules = ExamRules.read(papers.exam(draw=draw).published.settings)  # type: ignore[union-attr]
        _layout, costs = drawing.paper("seed", rules, [case])
        assert costs == {"1": "1/3", "2": "1/3"}


def key_is_c(session: Session, version_id: int) -> Ruling:
    """Another version of a question, by whose key C is right."""
    old = session.get_one(QuestionVersion, version_id)
    names = ("question_id", "kind", "points", "difficulty", "tags", "meta", "made_at")
    body = {**old.body, "answer": ["C"]}
    values = {name: getattr(old, name) for name in names}
    other = QuestionVersion(**values, number=2, body=body, digest=digest(body))
    session.add(other)
    session.commit()
    return Ruling(Way.OTHER_KEY, version_id=other.id)


class TestRegrade:
    def test_a_corrected_key_costs_the_same(
        self, trainee: Person, trainer: Person, session: Session
    ) -> None:
        attempt = sit(trainee, penalty="1/2")
        slot = slot_of(attempt, Kind.SINGLE)
        answers = [Answer(slot, 1, ("B",)), *wrong(attempt)[1:2]]
        done = hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)
        assert done.score == Fraction(1, 3)
        row, _job = regrading.ask(
            attempt.layout[slot - 1][0], key_is_c(session, attempt.layout[slot - 1][0]), "Wrong key.",
            never_lower=False, actor=trainer, at=NOON,
        )  # fmt: skip
        plan = regrade_plan.plan(done, row)
        assert plan is not None
        assert (plan.mark_before, plan.mark_after) == (Fraction(1), Fraction(-1, 4))
        assert plan.score_after == 0

    def test_counts_for_papers_that_are_handed_in_later(
        self, trainee: Person, trainer: Person, session: Session
    ) -> None:
        attempt = sit(trainee)
        slot = slot_of(attempt, Kind.SINGLE)
        row, _job = regrading.ask(
            attempt.layout[slot - 1][0], key_is_c(session, attempt.layout[slot - 1][0]), "Wrong key.",
            never_lower=False, actor=trainer, at=NOON,
        )  # fmt: skip
        regrading.note_check(row.id, [], 0, at=NOON)
        regrading.decide(row.id, actor=trainer, at=NOON)
        assert session.scalars(select(RegradeChange)).all() == []
        answers = [Answer(slot, 1, ("B",))]
        done = hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)
        assert done.regraded == {str(slot): "-1/4"}


class TestPages:
    def test_the_start_page_and_the_paper_say_it(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        client.set_cookie("lang", "en")
        papers.ready(trainee, draw=DRAW, penalty="1/2")
        sign_in(client, trainee)
        page = client.get("/exams/stage-1").text
        for said in (
            "A wrong choice costs 50 % of its points",
            "Single choice: a wrong choice costs 25 %.",
            "True or false: a wrong choice costs nothing.",
        ):
            assert said in page
        began = client.post("/exams/stage-1/attempts")
        paper = client.get(str(began.location)).text
        assert paper.count("a wrong choice costs") == 3
        for said in ("costs 50 %", "costs 25 %", "costs nothing"):
            assert f"a wrong choice {said}" in paper

    def test_nothing_is_said_by_question_where_all_cost_the_same(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        client.set_cookie("lang", "en")
        papers.ready(trainee, penalty="1/2")
        sign_in(client, trainee)
        assert "A wrong choice costs 50 %" in client.get("/exams/stage-1").text
        began = client.post("/exams/stage-1/attempts")
        page = client.get(str(began.location)).text
        assert 'name="a1"' in page
        assert "a wrong choice costs" not in page

    def test_the_editor_takes_it_and_says_what_is_wrong(
        self, client: FlaskClient, trainee: Person, trainer: Person, session: Session
    ) -> None:
        client.set_cookie("lang", "en")
        papers.ready(trainee, draw=DRAW)
        sign_in(client, trainer)
        sent = fields(client.get(EDIT).text)
        assert sent["draw-0-penalty"] == ["1/4"]
        bad = client.post(EDIT, data=sent | {"draw-0-penalty": "1", "do": "publish"})
        assert bad.status_code == 422
        assert "From 0 on, less than 1" in error_at(bad.text, "draw-0-penalty")
        nonsense = client.post(EDIT, data=sent | {"draw-0-penalty": "a/b", "do": "save"})
        assert nonsense.status_code == 422
        sent |= {"draw-0-penalty": "0.5", "draw-1-penalty": "", "do": "publish"}
        assert client.post(EDIT, data=sent).status_code == 302
        draw = published(session)["draw"]
        assert [each.get("penalty") for each in draw] == ["0.5", None, None]
        rules = client.get("/studio/exams/stage-1/rules").text
        assert "Single choice: a wrong choice costs 50 %." in rules
        assert "All other questions: a wrong choice costs nothing." in rules


class TestFiles:
    @pytest.mark.parametrize(
        ("penalty", "code"),
        [("1", "out-of-range"), ("-0.5", "out-of-range"), ("much", "not-a-number"),
         (0.5, "wrong-type"), ("0", ""), ("0.25", ""), ("1/3", "")],
    )  # fmt: skip
    def test_are_checked(self, tmp_path: Path, penalty: Any, code: str) -> None:
        root = content_tree.make(tmp_path)
        entry = {"unit": "S1-A", "count": 1, "penalty": penalty}
        put(root, "exams/stage-1.yaml", {**content_tree.EXAM, "draw": [entry]})
        found = content.check(Tree(root), review=False)
        assert [each.code for each in found if each.severity is Severity.ERROR] == [code] * bool(
            code
        )

    @pytest.mark.usefixtures("app")
    def test_go_in_and_out(self, session: Session, tmp_path: Path) -> None:
        root = content_tree.make(tmp_path / "content")
        draw = [
            {"unit": "S1-A", "count": 2, "penalty": "1/3"},
            {"question": "Q-single", "penalty": "0"},
        ]
        put(root, "exams/stage-1.yaml", {**content_tree.EXAM, "penalty": "1/4", "draw": draw})
        content.bring_in(Tree(root), at=NOON)
        rules = ExamRules.read(session.scalars(select(ExamVersion.settings)).one())
        assert [each.penalty for each in rules.draws] == [Fraction(1, 3), Fraction(0)]
        content.write_out(tmp_path / "out")
        assert not content.errors(content.check(Tree(tmp_path / "out"), review=False))
        assert content.bring_in(Tree(tmp_path / "out"), at=NOON)["exams"].same == 1
