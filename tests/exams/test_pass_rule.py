"""The pass rule and the draw of a real sitting: what decides, and what the pages say of it."""

from fractions import Fraction
from typing import Any

from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.core.db import transaction
from lms.courses import queries as courses
from lms.exams import queries
from lms.exams.models import Attempt, ExamVersion
from lms.exams.review import review
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import SAFETY
from lms.exams.seen import seen
from lms.exams.services import hand_in
from lms.exams.sitting import Answer
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.test_services import ALL, MINUTE, begin, right_answers, slot_of
from tests.factories import NOON

PASS_RULE = {
    "limits": [
        {"safety": True, "wrong": 0},
        {"unit": "M1", "kind": "single", "wrong": 1},
        {"kind": "numeric", "least": 50},
    ],
    "sections": [
        {"title": {"zh": "数字", "en": "Numbers"}, "weight": 30, "kind": "numeric"},
        {"title": {"zh": "其余", "en": "The rest"}, "weight": 70},
    ],
}


def test_start_and_result_say_the_pass_rule(client: FlaskClient, trainee: Person) -> None:
    papers.ready(trainee, **PASS_RULE)
    sign_in(client, trainee)
    page = client.get("/exams/stage-1").text
    for words in (
        "Numbers: 30 %", "The rest: 70 %", "Safety questions: none wrong",
        "Single choice · M1: 1 wrong at most", "Number: at least 50 % of the points",
    ):  # fmt: skip
        assert words in page
    attempt_id = int(client.post("/exams/stage-1/attempts").location.rsplit("/", 1)[1])
    attempt = queries.attempt_of(trainee, attempt_id, with_layout=True)
    wrong = slot_of(attempt, Kind.NUMERIC)
    answers = [each for each in right_answers(attempt) if each.slot != wrong]
    hand_in(attempt_id, answers, client=attempt.client, actor=trainee)
    result = client.get(f"/attempts/{attempt_id}/result").text
    for words in (
        "70.00 %", "Numbers: 0.00 % of its points (30 % of the mark)",
        "A rule beside the pass mark is not kept either",
        "Number: 0.00 % of the points earned, at least 50 % needed",
    ):  # fmt: skip
        assert words in result


class TestPassRule:
    DRAW = ({"count": ALL}, {"count": 2, "safety": True})

    def sit(self, trainee: Person, wrong: int, **settings: Any) -> Attempt:
        """Hand in a paper with two safety questions, everything right but `wrong` of these."""
        papers.ready(trainee, draw=self.DRAW, **settings)
        for number in (1, 2):
            papers.question(f"M1-s{number}", Kind.TRUEFALSE, safety=True)
        attempt = begin(trainee)
        shown = queries.questions(entry[0] for entry in attempt.layout)
        dangerous = [
            slot
            for slot, (version, *_others) in enumerate(attempt.layout, start=1)
            if SAFETY in shown[version].tags
        ]
        answers = [
            each if each.slot not in dangerous[:wrong] else Answer(each.slot, 1, ("true",))
            for each in right_answers(attempt)
        ]
        return hand_in(attempt.id, answers, client=attempt.client, actor=trainee, at=NOON)

    def test_one_safety_question_may_be_wrong(self, trainee: Person) -> None:
        done = self.sit(trainee, 1, limits=[{"safety": True, "wrong": 1}])
        assert (done.score, done.passed) == (Fraction(ALL + 1, ALL + 2), True)

    def test_two_fail_whatever_the_score_and_open_nothing(self, trainee: Person) -> None:
        done = self.sit(trainee, 2, limits=[{"tag": "safety", "wrong": 1}])
        assert (done.score, done.passed) == (Fraction(ALL, ALL + 2), False)
        found = review(done, "en")
        assert [(each.limit.wrong, each.wrong) for each in found.broken] == [(1, 2)]
        assert courses.progress_of(done.enrolment).current.stage.number == 1

    def test_sections_weigh_what_the_exam_says(self, trainee: Person) -> None:
        sections = [
            {"title": papers.text("Safety"), "weight": 40, "safety": True},
            {"title": papers.text("Rest"), "weight": 60},
        ]
        done = self.sit(trainee, 1, sections=sections)
        assert (done.score, done.passed) == (Fraction(80, 100), True)
        shares = [(each.section.weight, each.share) for each in review(done, "en").sections]
        assert shares == [(40, Fraction(1, 2)), (60, Fraction(1))]

    def test_a_later_rule_changes_no_result(self, trainee: Person) -> None:
        done = self.sit(trainee, 2, limits=[{"safety": True, "wrong": 2}])
        content = done.version.settings | {"limits": [{"safety": True, "wrong": 0}]}
        with transaction() as session:
            later = ExamVersion(
                exam_id=done.exam_id, number=2, settings=content, digest="1" * 64, made_at=NOON
            )
            session.add(later)
            session.flush()
            done.version.exam.published_id = later.id
        assert (done.passed, review(done, "en").broken) == (True, [])


class TestSeen:
    def test_a_second_paper_has_what_the_first_had_not(self, trainee: Person) -> None:
        papers.ready(trainee, draw=[{"count": 4}], avoid_seen=True, cooldown_days=[])
        shown = []
        for turn in range(3):
            attempt = begin(trainee, NOON + turn * MINUTE)
            hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON + turn * MINUTE)
            shown.append({entry[0] for entry in attempt.layout})
        first, second, third = shown
        assert first.isdisjoint(second)
        left = ALL - 8
        assert len(third - first - second) == left
        assert third & second == set(), "what was seen longest ago comes first"

    def test_a_case_counts_as_one(self, trainee: Person) -> None:
        draw = [{"kind": "case", "parts": 2, "count": 1}]
        papers.ready(trainee, draw=draw, avoid_seen=True, cooldown_days=[])
        for name in ("M1-c1", "M1-c2"):
            papers.case(name, [Kind.SINGLE, Kind.NUMERIC])
        attempt = begin(trainee)
        hand_in(attempt.id, client=attempt.client, actor=trainee, at=NOON)
        assert set(seen(trainee.id)) < {"M1-c1", "M1-c2"}
        again = begin(trainee, NOON + MINUTE)
        assert {e[0] for e in again.layout}.isdisjoint(e[0] for e in attempt.layout)

    def test_nobody_has_seen_anything_at_first(self, trainee: Person) -> None:
        assert seen(trainee.id) == {}
