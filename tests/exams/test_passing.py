"""What passes: the score by sections, and limits beside the pass mark."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, strategies as st

from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import FULL, ZERO, reaches, total
from lms.exams.rules.passing import Broken, Judged, broken, earned, passes, score
from lms.exams.rules.settings import SAFETY, Limit, Section, Sort

TITLE = {"zh": "部分", "en": "Part"}
HALF = Fraction(1, 2)

kinds = st.sampled_from([Kind.SINGLE, Kind.MULTIPLE, Kind.ESSAY])
units = st.sampled_from(["A", "B"])
tags = st.sampled_from([SAFETY, "log"])
sorts = st.builds(
    Sort,
    unit=st.none() | units,
    kind=st.none() | kinds | st.just(Kind.CASE),
    tags=st.lists(tags, unique=True).map(tuple),
    safety=st.booleans(),
)
exact = st.fractions(-1, 1, max_denominator=60)
questions = st.builds(
    Judged,
    unit=units,
    kinds=st.frozensets(kinds, min_size=1, max_size=1).flatmap(
        lambda own: st.sampled_from([own, own | {Kind.CASE}])
    ),
    tags=st.frozensets(tags),
    points=st.integers(1, 9),
    mark=exact,
)
papers = st.lists(questions, max_size=12)
limits = st.lists(
    st.builds(Limit, sort=sorts, wrong=st.integers(0, 4))
    | st.builds(Limit, sort=sorts, least=st.integers(1, 100).map(Decimal)),
    max_size=4,
)
sections = st.lists(
    st.builds(Section, title=st.just(TITLE), weight=st.integers(1, 99), sort=sorts), max_size=4
)
marks_to_pass = st.integers(1, 100).map(Decimal)


@given(sections=sections, paper=papers)
def test_the_score_is_exact_and_between_nothing_and_everything(
    sections: list[Section], paper: list[Judged]
) -> None:
    found = score(sections, paper)
    assert isinstance(found, Fraction)
    assert 0 <= found <= 1


@given(sections=sections, limits=limits, paper=papers, pass_percent=marks_to_pass)
def test_a_limit_makes_a_fail_of_a_pass_and_never_the_other_way(
    sections: list[Section], limits: list[Limit], paper: list[Judged], pass_percent: Decimal
) -> None:
    with_all = passes(pass_percent, sections, limits, paper)
    for number in range(len(limits)):
        fewer = limits[:number] + limits[number + 1 :]
        assert passes(pass_percent, sections, fewer, paper) or not with_all
    found = score(sections, paper)
    assert found is not None
    assert with_all == (reaches(found, pass_percent) and not broken(limits, paper))


@given(paper=papers, pass_percent=marks_to_pass)
def test_without_limits_and_sections_it_is_the_share_of_all_points(
    paper: list[Judged], pass_percent: Decimal
) -> None:
    plain = total((each.mark, each.points) for each in paper)
    assert plain is not None
    assert score([], paper) == plain
    assert passes(pass_percent, [], [], paper) == reaches(plain, pass_percent)
    assert score([Section(TITLE, 100, Sort())], paper) == plain


@given(sections=sections, limits=limits, paper=papers, data=st.data())
def test_the_order_of_the_questions_changes_nothing(
    sections: list[Section], limits: list[Limit], paper: list[Judged], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(paper))
    assert score(sections, other) == score(sections, paper)
    assert broken(limits, other) == broken(limits, paper)


@given(
    sections=sections,
    limits=limits,
    paper=papers.filter(bool),
    pass_percent=marks_to_pass,
    data=st.data(),
)
def test_a_better_answer_never_makes_a_fail(
    sections: list[Section],
    limits: list[Limit],
    paper: list[Judged],
    pass_percent: Decimal,
    data: st.DataObject,
) -> None:
    at = data.draw(st.integers(0, len(paper) - 1))
    mark = paper[at].mark or ZERO
    better = data.draw(st.fractions(mark, 1))
    raised = [*paper[:at], replace(paper[at], mark=better), *paper[at + 1 :]]
    before, after = score(sections, paper), score(sections, raised)
    assert before is not None
    assert after is not None
    assert before <= after
    passed = passes(pass_percent, sections, limits, paper)
    assert passes(pass_percent, sections, limits, raised) or not passed


@given(sections=sections, limits=limits, paper=papers.filter(bool), pass_percent=marks_to_pass)
def test_everything_right_passes_and_nothing_said_is_no_result(
    sections: list[Section], limits: list[Limit], paper: list[Judged], pass_percent: Decimal
) -> None:
    perfect = [replace(each, mark=FULL) for each in paper]
    assert score(sections, perfect) == 1
    assert passes(pass_percent, sections, limits, perfect)
    waiting = [*perfect, replace(paper[0], mark=None)]
    assert score(sections, waiting) is None
    assert passes(pass_percent, sections, limits, waiting) is None


@given(sections=sections.filter(bool), paper=papers)
def test_each_question_counts_in_one_section(sections: list[Section], paper: list[Judged]) -> None:
    ones = [replace(each, mark=FULL, points=1) for each in paper]
    for at in range(len(ones)):
        lost = [*ones[:at], replace(ones[at], mark=ZERO), *ones[at + 1 :]]
        assert sum(each.share != 1 for each in earned(sections, lost)) == 1


def question(
    mark: Fraction, kind: Kind = Kind.SINGLE, *, tag: str = "log", points: int = 1
) -> Judged:
    return Judged("A", frozenset({kind}), frozenset({tag}), points, mark)


def test_two_texts_are_forty_percent_however_many_points_they_have() -> None:
    texts = Section(TITLE, 40, Sort(kind=Kind.ESSAY))
    rest = Section(TITLE, 60, Sort())
    paper = [question(FULL)] * 30 + [question(HALF, Kind.ESSAY, points=12)] * 2
    assert score([texts, rest], paper) == Fraction(60 + 20, 100)
    assert [each.share for each in earned([texts, rest], paper)] == [HALF, 1]
    assert passes(Decimal(80), [texts, rest], [], paper)
    assert not passes(Decimal(80), [], [], paper), "by points it is 42 of 54"


def test_a_section_without_questions_leaves_its_weight_to_the_others() -> None:
    parts = [Section(TITLE, 40, Sort(kind=Kind.ESSAY)), Section(TITLE, 60, Sort())]
    assert score(parts, [question(FULL), question(ZERO)]) == HALF


def test_one_safety_question_may_be_wrong_and_a_part_right_is_wrong() -> None:
    limit = Limit(Sort(safety=True), wrong=1)
    one = [question(FULL)] * 40 + [question(ZERO, tag=SAFETY)] + [question(FULL, tag=SAFETY)] * 4
    two = [*one, question(HALF, tag=SAFETY)]
    assert passes(Decimal(75), [], [limit], one)
    assert not passes(Decimal(75), [], [limit], two)
    assert passes(Decimal(75), [], [], two)
    assert broken([limit], two) == [Broken(limit, 2, Fraction(9, 12))]
    assert broken([Limit(Sort(tags=(SAFETY,)), wrong=1)], two) != []


def test_modules_can_have_limits_of_their_own() -> None:
    of_a, of_b = question(FULL), replace(question(ZERO), unit="B")
    assert broken([Limit(Sort(unit="A"), wrong=0)], [of_a, of_b]) == []
    limit = Limit(Sort(unit="B"), wrong=0)
    assert broken([limit], [of_a, of_b]) == [Broken(limit, 1, ZERO)]


def test_a_share_of_a_kind_can_be_asked_for() -> None:
    limit = Limit(Sort(kind=Kind.ESSAY), least=Decimal(50))
    just, less = question(HALF, Kind.ESSAY), question(Fraction(4999, 10_000), Kind.ESSAY)
    assert broken([limit], [question(FULL), just]) == []
    assert broken([limit], [question(FULL), less]) == [Broken(limit, 1, Fraction(4999, 10_000))]
    assert broken([limit], [question(ZERO)]) == [], "there is none of the kind"
