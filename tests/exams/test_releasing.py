"""What a result shows, and from when: a property of the rule, then the pages."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import clock
from lms.core.db import transaction
from lms.core.text import digest
from lms.courses import services as courses
from lms.courses.models import Enrolment
from lms.exams import extra_time, queries, releases
from lms.exams.models import Attempt, Exam, ExamVersion
from lms.exams.review import review
from lms.exams.rules import releasing
from lms.exams.rules.settings import ExamRules, Shown
from lms.exams.services import hand_in, start_attempt
from tests import factories
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.editing import EDIT, RULES, error_at, fields, published
from tests.exams.test_services import right_answers
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
GRACE = timedelta(seconds=30)
CLOSES = NOON + 60 * MINUTE
SECRET = "Secret explanation"
HELD = {
    "review": ["own", "marks"],
    "review_after_closing": ["right-wrong", "key", "explanation"],
    "closes_at": CLOSES.isoformat(),
}
instants = st.integers(-90, 90).map(lambda n: NOON + n * MINUTE)


def rules(**settings: object) -> ExamRules:
    base = {"code": "e", "title": {}, "minutes": 20, "pass_percent": 80, "attempts": 3, "draw": []}
    return ExamRules.read(base | settings)


class TestRule:
    @given(st.data())
    def test_what_is_shown_grows_and_nothing_is_shown_before_its_time(
        self, data: st.DataObject
    ) -> None:
        when = {each: data.draw(st.sampled_from(["", "now", "later", "closing"])) for each in Shown}
        later, closes = data.draw(instants), data.draw(instants)
        said = rules(
            review=[each for each, then in when.items() if then == "now"],
            review_later=[each for each, then in when.items() if then == "later"],
            review_at=later.isoformat(),
            review_after_closing=[each for each, then in when.items() if then == "closing"],
            closes_at=closes.isoformat(),
        )
        first, second = sorted([data.draw(instants), data.draw(instants)])
        before, after = (
            releasing.seen(said, at=each, closing=closes, grace=GRACE) for each in (first, second)
        )
        assert before.shows <= after.shows
        for each, then in when.items():
            is_due = {
                "": False, "now": True, "later": first >= later, "closing": first > closes + GRACE,
            }[then]  # fmt: skip
            if each is not Shown.MARKS:
                assert (each in before.shows) is is_due
        for release in before.later:
            assert release.what
            assert not release.what & before.shows
        if Shown.RIGHT_WRONG in before.shows:
            assert Shown.MARKS in before.shows

    def test_without_a_closing_nothing_that_waits_for_it_is_shown(self) -> None:
        said = rules(review_after_closing=["key"])
        found = releasing.seen(said, at=NOON, closing=None)
        assert (found.shows, list(found.later)) == (frozenset(), [])

    @pytest.mark.parametrize(
        ("newer", "sitting", "minutes"),
        [
            ([], [], 60),
            ([(10, 90)], [], 90),
            ([(10, 30)], [], 60),
            ([(10, None)], [], 60),
            ([(60, 90)], [], 60),  # made when it had closed: another window
            ([(10, 90), (80, 120)], [], 120),
            ([], [(50, 75)], 75),
            ([], [(50, 55)], 60),
            ([], [(70, 95)], 60),
        ],
    )
    def test_it_closes_when_nobody_can_sit_any_more(
        self,
        newer: list[tuple[int, int | None]],
        sitting: list[tuple[int, int]],
        minutes: int,
    ) -> None:
        def at(n: int) -> datetime:
            return NOON + n * MINUTE

        found = releasing.closing(
            CLOSES,
            [(at(made), None if closes is None else at(closes)) for made, closes in newer],
            [(at(began), at(ends)) for began, ends in sitting],
        )
        assert found == at(minutes)
        assert releasing.closing(None, [], []) is None


def done(person: Person, at: datetime = NOON) -> Attempt:
    """An attempt that was begun, and handed in with nothing, five minutes later."""
    attempt, _new = start_attempt("stage-1", actor=person, at=at)
    return hand_in(attempt.id, client=attempt.client, actor=person, at=at + 5 * MINUTE)


def another_who_sits(run: Enrolment) -> Attempt:
    """An attempt of somebody else, begun ten minutes before the exam closes."""
    other = factories.person()
    theirs = papers.enrol(other, run.programme)
    courses.finish_lesson(theirs.id, "M1-1", actor=other, at=NOON)
    attempt, _new = start_attempt("stage-1", actor=other, at=CLOSES - 10 * MINUTE)
    return attempt


def shows(attempt: Attempt, at: datetime) -> frozenset[Shown]:
    own = queries.attempt_of(attempt.person, attempt.id, with_layout=True)
    return review(own, "en", at=at).shows


class TestResult:
    def test_nothing_of_the_key_is_in_it_before_the_exam_has_closed(self, trainee: Person) -> None:
        papers.ready(trainee, **HELD)
        attempt = done(trainee)
        seen = review(queries.attempt_of(trainee, attempt.id, with_layout=True), "en", at=CLOSES)
        assert seen.shows == {Shown.OWN, Shown.MARKS}
        assert [each.at for each in seen.later] == [CLOSES]
        for line in seen.lines:
            assert line.earned is not None
            assert (line.explanation, line.accepted, line.why) == (None, [], None)
            assert {each.is_right for each in line.options} <= {None}
            assert {each.is_right for each in line.parts} <= {None}
            assert {part.right for part in line.parts} <= {None}
        assert shows(attempt, CLOSES + GRACE) == {Shown.OWN, Shown.MARKS}
        assert shows(attempt, CLOSES + 2 * GRACE) == set(Shown)

    def test_granted_time_of_another_holds_it_back_longer(
        self, trainee: Person, trainer: Person
    ) -> None:
        run = papers.ready(trainee, **HELD)
        attempt = done(trainee)
        theirs = another_who_sits(run)
        extra_time.grant_time(theirs.id, 30, "A fire drill", actor=trainer, at=CLOSES - 5 * MINUTE)
        assert theirs.deadline_at == CLOSES + 30 * MINUTE
        assert Shown.KEY not in shows(attempt, CLOSES + 30 * MINUTE)
        assert Shown.KEY in shows(attempt, CLOSES + 31 * MINUTE)
        hand_in(theirs.id, client=theirs.client, actor=theirs.person, at=CLOSES + 2 * MINUTE)
        assert Shown.KEY in shows(attempt, CLOSES + 3 * MINUTE)

    def test_a_window_that_was_made_longer_meanwhile_counts(self, trainee: Person) -> None:
        papers.ready(trainee, **HELD)
        attempt = done(trainee)
        longer = CLOSES + 60 * MINUTE
        with transaction() as session:
            exam = session.get_one(Exam, attempt.exam_id)
            content = attempt.version.settings | {"closes_at": longer.isoformat()}
            exam.published = ExamVersion(
                exam_id=exam.id, number=2, settings=content, digest=digest(content),
                made_at=NOON + 30 * MINUTE,
            )  # fmt: skip
        assert Shown.KEY not in shows(attempt, CLOSES + MINUTE)
        assert Shown.KEY in shows(attempt, longer + MINUTE)

    def test_what_is_shown_at_once_asks_the_database_nothing(self, trainee: Person) -> None:
        papers.ready(trainee)
        attempt = done(trainee)
        found = ExamRules.read(attempt.version.settings)
        assert releases.seen_of(attempt, found, at=NOON).shows == set(Shown)
        assert releases.opening(attempt, found, Shown.KEY) == NOON + 5 * MINUTE

    def test_when_each_thing_opens(self, trainee: Person) -> None:
        papers.ready(
            trainee, review=["own"], review_later=["right-wrong"], review_at=CLOSES.isoformat()
        )
        attempt = done(trainee)
        found = ExamRules.read(attempt.version.settings)
        opens = {each: releases.opening(attempt, found, each) for each in Shown}
        assert opens == {
            Shown.OWN: NOON + 5 * MINUTE,
            Shown.MARKS: CLOSES,
            Shown.RIGHT_WRONG: CLOSES,
            Shown.KEY: None,
            Shown.EXPLANATION: None,
        }


class TestPages:
    @pytest.fixture
    def held(self, client: FlaskClient, trainee: Person) -> Attempt:
        """Handed in just now, by someone who is signed in, while the window is open."""
        closes = clock.now() + timedelta(days=2)
        papers.ready(trainee, **HELD | {"closes_at": closes.isoformat()})
        sign_in(client, trainee)
        attempt, _new = start_attempt("stage-1", actor=trainee)
        return hand_in(attempt.id, right_answers(attempt), client=attempt.client, actor=trainee)

    def test_the_start_page_says_what_is_shown_when(
        self, client: FlaskClient, held: Attempt
    ) -> None:
        page = client.get("/exams/stage-1").text
        assert "Shown after handing in: your answers, the points of each question." in page
        assert "Shown when the exam has closed and nobody sits it any more" in page
        assert held.version.settings["review_after_closing"]

    def test_the_result_says_from_when_and_keeps_the_rest_back(
        self, client: FlaskClient, held: Attempt
    ) -> None:
        page = client.get(f"/attempts/{held.id}/result").text
        assert "what was right and wrong, the right answers, the explanations." in page
        assert "Until then it is held back" in page
        for secret in (SECRET, "Right answer", "Because", "data-right", "My mistakes</a>."):
            assert secret not in page
        assert "1.00 of 1" in page

    def test_then_it_shows_them(
        self, client: FlaskClient, held: Attempt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = clock.now() + timedelta(days=3)
        monkeypatch.setattr(clock, "now", lambda: later)
        sign_in(client, held.person)
        page = client.get(f"/attempts/{held.id}/result").text
        assert SECRET in page
        assert "Right answer" in page
        assert "Until then it is held back" not in page

    def test_only_later_shows_nothing_and_says_so(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        at = (clock.now() + timedelta(days=2)).isoformat()
        papers.ready(trainee, review=[], review_later=["key"], review_at=at)
        sign_in(client, trainee)
        attempt, _new = start_attempt("stage-1", actor=trainee)
        hand_in(attempt.id, client=attempt.client, actor=trainee)
        page = client.get(f"/attempts/{attempt.id}/result").text
        assert "on: the right answers." in page
        assert "Question by question" not in page
        assert "This exam shows only whether you have passed." not in page


AFTER = {"shows_key": "review_after_closing"}


class TestEditor:
    @pytest.fixture
    def desk(self, client: FlaskClient, trainee: Person, trainer: Person) -> FlaskClient:
        papers.ready(trainee)
        sign_in(client, trainer)
        return client

    def test_it_publishes_what_was_chosen_and_says_it(
        self, desk: FlaskClient, session: Session
    ) -> None:
        sent = fields(desk.get(EDIT).text)
        assert sent["shows_marks"] == ["review"]
        sent |= AFTER | {"closes_at": "2031-05-01T18:00", "shows_explanation": "review_later",
                         "review_at": "2031-04-01T08:00", "shows_right_wrong": ""}  # fmt: skip
        page = desk.post(EDIT, data=sent | {"do": "publish"}, follow_redirects=True)
        assert "Version 2 is published." in page.text
        settings = published(session)
        assert settings["review"] == ["own", "marks"]
        assert settings["review_later"] == ["explanation"]
        assert settings["review_after_closing"] == ["key"]
        assert settings["review_at"].startswith("2031-04-01T08:00")
        again = fields(desk.get(EDIT).text)
        chosen = [again[f"shows_{each}"] for each in ("key", "explanation", "right_wrong", "marks")]
        assert chosen == [["review_after_closing"], ["review_later"], [""], ["review"]]
        page = desk.get(RULES)
        assert "on: the explanations." in page.text
        assert "nobody sits it any more" in page.text

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            (AFTER, "closes_at", "say when it closes"),
            ({"shows_key": "review_later"}, "review_at", "Say from when"),
            ({"review_at": "2031-05-01T18:00"}, "review_at", "Nothing is shown from then on"),
            ({"review_at": "soon", "shows_key": "review_later"}, "review_at", "valid"),
            ({"shows_marks": ""}, "shows_marks", "not later than that"),
            ({"shows_own": "sometimes"}, "shows_own", "Not a valid choice."),
        ],
    )
    def test_what_does_not_fit_is_said_at_its_field(
        self, desk: FlaskClient, changes: dict[str, str], field: str, said: str
    ) -> None:
        sent = fields(desk.get(EDIT).text) | {"note": "typed before"} | changes
        page = desk.post(EDIT, data=sent | {"do": "publish"})
        assert page.status_code == 422
        assert said in error_at(page.text, field)
        assert fields(page.text)["note"] == ["typed before"]
