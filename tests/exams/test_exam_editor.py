"""The trainer's page of an exam, its editor, publishing, and what an import does with it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core.audit import AuditEntry
from lms.core.text import digest
from lms.exams import queries
from lms.exams.paper_models import ExamDraft
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import ExamRules
from lms.exams.services import start_attempt
from tests.browser import sign_in
from tests.exams import papers
from tests.exams.editing import EDIT, RULES, error_at, fields, published, tree

LIMIT = {"limit-rows": "0", "limit-0-unit": "", "limit-0-kind": ""}


@pytest.fixture
def desk(client: FlaskClient, trainee: Person, trainer: Person) -> FlaskClient:
    papers.ready(trainee)
    sign_in(client, trainer)
    return client


class TestPageOfAnExam:
    def test_it_says_rules_numbers_stage_and_use(
        self, client: FlaskClient, trainee: Person, trainer: Person
    ) -> None:
        papers.ready(
            trainee,
            limits=[{"kind": "single", "wrong": 0}],
            sections=[
                {"title": papers.text("Choices"), "weight": 40, "kind": "single"},
                {"title": papers.text("The rest"), "weight": 60},
            ],
            draw=[{"unit": "M1", "count": 2, "difficulty": 2}, {"question": "M1-q1", "points": 5}],
            talk_after=2,
            penalty="1/3",
            avoid_seen=True,
            opens_at="2026-01-01T09:00+00:00",
            closes_at="2099-01-01T09:00+00:00",
        )
        start_attempt("stage-1", actor=trainee)
        sign_in(client, trainer)
        assert RULES in client.get("/studio/exams").text
        listed = client.get("/studio/exams").text
        assert "draws 1 of 1" in listed
        assert "Too few questions" not in listed
        page = client.get(RULES).text
        for said in (
            "The pass mark is 80 %.",
            "From failed attempt 2 on",
            "A wrong choice costs 1/3",
            "It opens on",
            "attempts that run end then",
            "Part “Choices” (Single choice) makes 40 % of the mark.",
            "Beside the pass mark: Single choice: none wrong.",
            "Closes stage 1, one",
            "The question M1-q1",
            "The question bank can fill this blueprint.",
            "3 / ",
            "from the content files",
        ):
            assert said in page
        assert tree(page).xpath("//*[@class='tile']/*[@class='v']/text()")[3] == "1"

    def test_a_blueprint_that_the_bank_cannot_fill_any_more_says_so(
        self, client: FlaskClient, trainee: Person, trainer: Person
    ) -> None:
        papers.ready(trainee, draw=[{"unit": "M1", "count": 50}])
        sign_in(client, trainer)
        assert "Entry 1 asks for 50, and the exam pool has" in client.get(RULES).text

    def test_it_is_for_trainers(
        self, client: FlaskClient, trainee: Person, trainer: Person
    ) -> None:
        papers.ready(trainee)
        sign_in(client, trainee)
        for address in (RULES, EDIT, "/studio/exams/stage-1/preview", "/studio/accommodations"):
            assert client.get(address).status_code == 403
        sign_in(client, trainer)
        assert client.get("/studio/exams/none/rules").status_code == 404


class TestEditor:
    def test_what_is_shown_and_sent_unchanged_is_the_same_exam(
        self, client: FlaskClient, trainee: Person, trainer: Person, session: Session
    ) -> None:
        papers.case("K1", [Kind.SINGLE, Kind.NUMERIC])
        settings = {
            "cooldown_days": [1, 7],
            "talk_after": 2,
            "avoid_seen": True,
            "retake_after_pass": True,
            "penalty": "1/3",
            "navigation": "forward",
            "shuffle_questions": False,
            "opens_at": "2026-12-01T09:00+08:00",
            "limits": [
                {"kind": "single", "wrong": 0},
                {"unit": "M1", "least": 50},
                {"tag": ["log", "网络"], "wrong": 1},
            ],
            "sections": [
                {"title": papers.text("Choices"), "weight": 40, "kind": "single"},
                {"title": papers.text("The rest"), "weight": 60},
            ],
            "draw": [
                {"unit": "M1", "count": 2, "difficulty": 2, "points": 3},
                {"count": 1, "tag": "log"},
                {"count": 1, "tag": ["log", "网络"]},
                {"question": "M1-q1"},
                {"question": "K1", "parts": 2},
            ],
        }
        papers.ready(trainee, **settings)
        for code in ("M1-t1", "M1-t2"):
            papers.question(code, Kind.SINGLE, tags=["网络", "x", "log"])
        before = published(session)
        sign_in(client, trainer)
        sent = fields(client.get(EDIT).text)
        assert client.post(EDIT, data=sent | {"do": "save"}).status_code in {302, 303}
        kept = session.scalars(select(ExamDraft)).one().settings
        assert ExamRules.read(kept) == ExamRules.read(before)
        kept["opens_at"] = before["opens_at"]  # the same instant, in the organisation's zone
        assert digest(kept) == digest(before)

    def test_draft_then_published_while_an_attempt_keeps_its_version(
        self, desk: FlaskClient, trainee: Person, trainer: Person, session: Session
    ) -> None:
        attempt, _new = start_attempt("stage-1", actor=trainee)
        sent = fields(desk.get(EDIT).text) | {"minutes": "45", "pass_percent": "70"}
        page = desk.post(EDIT, data=sent | {"do": "save"}, follow_redirects=True)
        assert "The draft is saved." in page.text
        assert published(session)["minutes"] == 20
        assert "There is a draft" in desk.get(RULES).text
        sent = fields(page.text) | {"note": "More time", "do": "publish"}
        page = desk.post(EDIT, data=sent, follow_redirects=True)
        assert "Version 2 is published." in page.text
        assert "1 by an earlier version" in page.text
        assert (published(session)["minutes"], published(session)["pass_percent"]) == (45, 70)
        session.refresh(attempt)
        assert attempt.version.settings["minutes"] == 20
        line = session.scalars(select(AuditEntry).filter_by(action="exams.published")).one()
        assert (line.actor_id, line.detail) == (trainer.id, {"number": 2, "note": "More time"})
        assert session.scalars(select(ExamDraft)).all() == []

    def test_rows_come_and_go_without_losing_what_was_typed(
        self, desk: FlaskClient, session: Session
    ) -> None:
        sent = fields(desk.get(EDIT).text) | {"minutes": "soon"}
        page = desk.post(EDIT, data=sent | {"do": "draw-add"})
        assert page.status_code == 200
        sent = fields(page.text) | {"draw-1-kind": ["single"]}
        assert (sent["minutes"], sent["draw-rows"]) == (["soon"], ["0,1"])
        page = desk.post(EDIT, data=sent | {"do": "limit-add"})
        sent = fields(page.text)
        assert "limit-0-wrong" in sent
        sent = fields(desk.post(EDIT, data=sent | {"do": "draw-0"}).text)
        assert (sent["draw-rows"], sent["draw-1-kind"]) == (["1"], ["single"])
        assert session.scalars(select(ExamDraft)).all() == []

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"minutes": "0"}, "minutes", "From 1 to 600."),
            ({"minutes": ""}, "minutes", "A whole number."),
            ({"pass_percent": "101"}, "pass_percent", "From 1 to 100."),
            ({"attempts": "-1"}, "attempts", "From 1 to 20."),
            ({"cooldown_days": "1, soon"}, "cooldown_days", "Whole days from 0 to 365"),
            ({"talk_after": "x"}, "talk_after", "Not a valid integer value."),
            ({"penalty": "2"}, "penalty", "More than 0, less than 1"),
            ({"penalty": "1/0"}, "penalty", "More than 0, less than 1"),
            ({"title_en": " "}, "title_en", "This is needed."),
            (
                {"opens_at": "2026-12-02T09:00", "closes_at": "2026-12-01T09:00"},
                "closes_at",
                "It closes before it opens.",
            ),
            ({"navigation": "sideways"}, "navigation", "Not a valid choice."),
            ({"draw-0-count": "0"}, "draw-0-count", "From 1 to 200."),
            ({"draw-0-question": "nowhere"}, "draw-0-question", "The exam pool has no such"),
            ({"draw-0-question": "M1-q1"}, "draw-0-question", "A named question is one"),
            ({"draw-0-kind": "case"}, "draw-0-parts", "Say how many sub-questions"),
            ({"draw-0-parts": "2"}, "draw-0-parts", "Only cases have sub-questions."),
            ({"draw-0-points": "100"}, "draw-0-points", "From 1 to 99."),
            (LIMIT, "limit-0-wrong", "one of the two."),
            (
                LIMIT | {"limit-0-wrong": "1", "limit-0-kind": "essay"},
                "limit-0-unit",
                "Nothing that this exam draws is of this sort.",
            ),
            ({"section-rows": "0"}, "section-0-title_zh", "This is needed."),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, desk: FlaskClient, session: Session, changes: dict[str, str], field: str, said: str
    ) -> None:
        sent = fields(desk.get(EDIT).text) | {"note": "typed before"} | changes
        page = desk.post(EDIT, data=sent | {"do": "publish"})
        assert page.status_code == 422
        assert said in error_at(page.text, field)
        assert fields(page.text)["note"] == ["typed before"]
        for name, value in changes.items():
            if value != "sideways":
                assert fields(page.text)[name] == [value]
        assert session.scalars(select(ExamDraft)).all() == []

    @pytest.mark.parametrize(
        ("weights", "kinds", "said"),
        [
            ((40, 50), ("single", ""), "The parts make 90 % together"),
            ((40, 60), ("", ""), "Say which questions are in it"),
            ((40, 60), ("single", "numeric"), "The last part has all other questions"),
            ((99,), ("",), "One part is the whole"),
        ],
    )
    def test_parts_of_the_mark_make_a_whole(
        self, desk: FlaskClient, weights: tuple[int, ...], kinds: tuple[str, ...], said: str
    ) -> None:
        sent = fields(desk.get(EDIT).text)
        sent["section-rows"] = ",".join(map(str, range(len(weights))))
        for n, (weight, kind) in enumerate(zip(weights, kinds, strict=True)):
            row = {"title_zh": "一", "title_en": "One", "weight": weight, "kind": kind, "unit": ""}
            sent |= {f"section-{n}-{key}": value for key, value in row.items()}
        page = desk.post(EDIT, data=sent | {"do": "save"})
        assert page.status_code == 422
        assert said in page.text

    def test_a_paper_without_entries_is_none(self, desk: FlaskClient) -> None:
        sent = fields(desk.get(EDIT).text) | {"draw-rows": ""}
        assert "A paper needs at least one entry." in desk.post(EDIT, data=sent).text

    def test_an_entry_that_cannot_be_filled_is_named_and_nothing_is_lost(
        self, desk: FlaskClient, session: Session
    ) -> None:
        sent = fields(desk.get(EDIT).text) | {
            "draw-rows": "0,1", "draw-1-unit": "M1", "draw-1-count": "2", "draw-1-kind": "",
            "draw-1-difficulty": "2", "note": "typed",
        }  # fmt: skip
        page = desk.post(EDIT, data=sent | {"do": "publish"})
        assert page.status_code == 422
        error = error_at(page.text, "draw-1-count")
        assert "Entry 2 wants the same questions as entry 1:" in error
        assert "2 questions are missing." in error
        assert fields(page.text)["note"] == ["typed"]
        assert published(session)["minutes"] == 20
        assert len(session.scalars(select(ExamDraft)).one().settings["draw"]) == 2

    def test_questions_are_drawn_by_several_tags(
        self, desk: FlaskClient, trainee: Person, session: Session
    ) -> None:
        for code, tags in (("T1", ["log"]), ("T2", ["log", "网络"]), ("T3", ["网络", "log", "x"])):
            papers.question(code, Kind.SINGLE, tags=tags)
        sent = fields(desk.get(EDIT).text) | {"draw-0-tag": " log，网络 ,log", "draw-0-count": "3"}
        page = desk.post(EDIT, data=sent | {"do": "publish"})
        assert "asks for 3, and the exam pool has 2" in error_at(page.text, "draw-0-count")
        page = desk.post(
            EDIT, data=fields(page.text) | {"draw-0-count": "2", "do": "publish"},
            follow_redirects=True,
        )  # fmt: skip
        assert "Tag “log” · Tag “网络”" in page.text
        assert published(session)["draw"] == [{"unit": "M1", "count": 2, "tag": ["log", "网络"]}]
        attempt, _new = start_attempt("stage-1", actor=trainee)
        shown = queries.questions(entry[0] for entry in attempt.layout)
        assert {each.code for each in shown.values()} == {"T2", "T3"}

    def test_the_numbers_follow_what_is_typed(self, desk: FlaskClient, session: Session) -> None:
        sent = fields(desk.get(EDIT).text) | {"draw-0-count": "3"}
        part = desk.post(f"{EDIT}/numbers", data=sent).text
        assert "3 questions" in part
        assert "<html" not in part
        assert "can fill this blueprint" in part
        part = desk.post(f"{EDIT}/numbers", data=sent | {"draw-0-count": "99"}).text
        assert "Entry 1 asks for 99" in part
        part = desk.post(f"{EDIT}/numbers", data=sent | {"draw-0-count": ""}).text
        assert "The numbers appear when" in part
        whole = desk.post(EDIT, data=sent | {"do": "numbers"})
        assert (whole.status_code, "3 questions" in whole.text) == (200, True)
        assert session.scalars(select(ExamDraft)).all() == []
