from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms.courses.checks import Check, pieces
from lms.courses.rules import (
    EnrolmentStatus,
    Module,
    Outline,
    Stage,
    StageStatus,
    enrolment_status,
    newly_done,
    progress,
    week_of,
    with_lesson,
)
from tests import factories

TODAY = date(2026, 3, 2)
both = factories.both


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    """Up to four stages of up to three modules of up to three lessons; some without an exam."""
    shape = st.lists(st.integers(0, 3), min_size=1, max_size=3)
    stages = draw(st.lists(st.tuples(shape, st.booleans()), min_size=1, max_size=4))
    numbers = iter(range(1000))

    def stage(number: int, modules: list[int], *, has_exam: bool) -> dict[str, Any]:
        return {
            "code": f"stage-{number}",
            "title": both("Stage"),
            "exam": f"exam-{number}" if has_exam else None,
            "modules": [
                {
                    "code": f"M{number}-{place}",
                    "title": both("Module"),
                    "goals": {},
                    "lessons": [f"L{next(numbers)}" for _ in range(count)],
                }
                for place, count in enumerate(modules)
            ],
        }

    given_stages = [stage(n, shape, has_exam=exam) for n, (shape, exam) in enumerate(stages)]
    return Outline.read(
        {"code": "p", "title": both("P"), "summary": both("P"), "stages": given_stages}
    )


@st.composite
def runs(draw: st.DrawFn) -> tuple[Outline, frozenset[str], frozenset[str]]:
    """An outline, the lessons read and the stages passed: any, whether they fit or not."""
    outline = draw(outlines())
    lessons = [code for _, _, code in outline.lessons()]
    read = draw(st.frozensets(st.sampled_from([*lessons, "L-of-another-programme"])))
    passed = draw(st.frozensets(st.sampled_from([stage.code for stage in outline.stages])))
    return outline, read, passed


Run = tuple[Outline, frozenset[str], frozenset[str]]


@given(runs())
def test_no_stage_is_open_while_an_earlier_one_is_not_done(run: Run) -> None:
    states = progress(*run).stages
    for place, state in enumerate(states):
        is_next = all(each.status is StageStatus.DONE for each in states[:place])
        assert (state.status is not StageStatus.LOCKED) == is_next
        assert (state.blocked_by is None) == is_next


@given(runs(), st.data())
def test_reading_more_never_locks_anything(run: Run, data: st.DataObject) -> None:
    outline, read, passed = run
    lessons = [code for _, _, code in outline.lessons()] or ["none"]
    before = progress(outline, read, passed)
    after = progress(outline, read | {data.draw(st.sampled_from(lessons))}, passed)
    assert after.percent >= before.percent
    for lesson in lessons:
        assert after.is_lesson_open(lesson) >= before.is_lesson_open(lesson)


@given(runs(), st.data())
def test_a_lesson_more_is_as_if_it_had_been_read_before(run: Run, data: st.DataObject) -> None:
    outline, read, passed = run
    lesson = data.draw(st.sampled_from([code for _, _, code in outline.lessons()] or ["none"]))
    assert with_lesson(progress(*run), lesson) == progress(outline, read | {lesson}, passed)


@given(runs())
def test_percents_lie_between_0_and_100(run: Run) -> None:
    made = progress(*run)
    assert 0 <= made.percent <= 100
    assert all(0 <= state.percent <= 100 for state in made.stages)


@given(outlines())
def test_reading_and_passing_everything_completes(outline: Outline) -> None:
    read = {code for _, _, code in outline.lessons()}
    passed = {stage.code for stage in outline.stages if stage.exam}
    made = progress(outline, read, passed)
    assert made.is_completed
    assert made.next_lesson() is None
    has_steps = bool(read or passed)
    assert made.percent == (100 if has_steps else 0)


@given(runs())
def test_the_next_lesson_is_open_and_not_read(run: Run) -> None:
    made = progress(*run)
    if (following := made.next_lesson()) is not None:
        module, code = following
        assert code in module.lessons
        assert code not in run[1]
        assert made.is_lesson_open(code)


@given(runs())
def test_from_nothing_exactly_the_done_stages_are_newly_done(run: Run) -> None:
    made = progress(*run)
    done = [state.stage for state in made.stages if state.status is StageStatus.DONE]
    start = progress(run[0], frozenset(), frozenset())
    free = [state.stage for state in start.stages if state.status is StageStatus.DONE]
    assert list(newly_done(start, made)) == [stage for stage in done if stage not in free]
    assert newly_done(made, made) == ()


@given(outlines())
def test_neighbours_lead_through_all_lessons_in_order(outline: Outline) -> None:
    codes = [code for _, _, code in outline.lessons()]
    walked = codes[:1]
    while walked and (following := outline.around(walked[-1])[1]) is not None:
        walked.append(following)
    assert walked == codes
    back = codes[-1:]
    while back and (before := outline.around(back[-1])[0]) is not None:
        back.append(before)
    assert back == codes[::-1]


def test_a_programme_is_read() -> None:
    practical: dict[str, Any] = {"title": both("Call")}
    module = {"code": "M1", "title": both("Module"), "goals": {"en": ["Know"]}, "lessons": ["L1"]}
    first: dict[str, Any] = {"code": "s1", "title": both("Stage"), "exam": "e1", "certificate": "c1",
             "practical": [practical], "modules": [module]}  # fmt: skip
    second: dict[str, Any] = {"code": "s2", "title": both("Last"), "modules": [], "practical": None}
    structure = {"code": "p", "title": both("P"), "summary": both("Sum"), "weeks": 16,
                 "certificate": "c", "stages": [first, second]}  # fmt: skip
    assert Outline.read(structure) == Outline(
        "p",
        both("P"),
        both("Sum"),
        16,
        "c",
        (
            Stage(
                1,
                "s1",
                both("Stage"),
                (Module("M1", both("Module"), {"en": ["Know"]}, ("L1",)),),
                "e1",
                "c1",
                (practical,),
            ),
            Stage(2, "s2", both("Last"), (), None, None, ()),
        ),
    )


def test_an_exam_opens_when_the_lessons_of_its_open_stage_are_read() -> None:
    outline = _outline()
    assert not progress(outline, {"A-1"}, set()).stages[0].is_exam_open
    assert progress(outline, {"A-1", "A-2"}, set()).stages[0].is_exam_open
    assert not progress(outline, {"B-1"}, set()).stages[1].is_exam_open


def test_a_stage_is_done_only_with_its_exam() -> None:
    read = {"A-1", "A-2"}
    assert progress(_outline(), read, set()).current.stage.code == "stage-1"
    assert progress(_outline(), read, {"stage-1"}).current.stage.code == "stage-2"


def test_a_module_is_done_when_all_its_lessons_are_read() -> None:
    outline = _outline()
    counts = [
        progress(outline, read, set()).stages[0].modules_done()
        for read in (set[str](), {"A-1"}, {"A-1", "A-2"}, {"A-1", "A-2", "B-1"})
    ]
    assert counts == [0, 0, 1, 1]


def test_percents_are_whole_and_rounded_down() -> None:
    made = progress(_outline(), {"A-1", "A-2"}, set())
    assert [str(state.percent) for state in made.stages] == ["66", "0"], "2 of 3, 0 of 2"
    assert str(made.percent) == "40", "2 of 5"


def test_what_is_not_in_the_programme_is_nowhere() -> None:
    made = progress(_outline(), set(), set())
    assert made.outline.place_of("X") is None
    assert made.outline.stage_of_exam("exam-9") is None
    assert made.state_of("stage-9") is None
    assert not made.is_lesson_open("X")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(-1, EnrolmentStatus.OVERDUE, id="the day after"),
        pytest.param(0, EnrolmentStatus.DUE_SOON, id="the due date is still in time"),
        pytest.param(14, EnrolmentStatus.DUE_SOON, id="two weeks"),
        pytest.param(15, EnrolmentStatus.OPEN, id="longer"),
    ],
)
def test_status_by_due_date(days: int, expected: EnrolmentStatus) -> None:
    due_on = TODAY + timedelta(days=days)
    assert enrolment_status(is_completed=False, due_on=due_on, today=TODAY) is expected
    completed = enrolment_status(is_completed=True, due_on=due_on, today=TODAY)
    assert completed is EnrolmentStatus.COMPLETED


def test_without_a_due_date_a_run_is_open() -> None:
    status = enrolment_status(is_completed=False, due_on=None, today=TODAY)
    assert status is EnrolmentStatus.OPEN


@pytest.mark.parametrize(("days", "week"), [(-3, 1), (0, 1), (6, 1), (7, 2), (111, 16)])
def test_weeks_count_from_one(days: int, week: int) -> None:
    assert week_of(TODAY, TODAY + timedelta(days=days)) == week


def test_a_page_is_split_where_its_self_checks_stand() -> None:
    html = '<p>One</p>\n<div data-check="c1"></div>\n<h2 id="x">Two</h2><div data-check="c2"></div>'
    assert [(kind, piece.strip()) for kind, piece in pieces(html)] == [
        ("html", "<p>One</p>"),
        ("check", "c1"),
        ("html", '<h2 id="x">Two</h2>'),
        ("check", "c2"),
    ]


def test_a_self_check_knows_its_right_options() -> None:
    assert Check.read(factories.CHECK).right == {"B"}


def _outline() -> Outline:
    stages = ({"A": ["A-1", "A-2"]}, {"B": ["B-1"]})
    return Outline.read(factories.structure("p", stages, exams=True))
