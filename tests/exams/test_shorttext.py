"""Short texts and gaps: what is taken, and for how much."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from lms.exams.rules.marks import FULL, ZERO, Cloze, FillIn, Numeric, SingleChoice, mark
from lms.exams.rules.normal import normal_text
from lms.exams.rules.shorttext import Accepted, ShortText, is_like

THIRD = Fraction(1, 3)
FIRST = ShortText(
    (
        Accepted(forms=frozenset({"SLA", "服务 级别*"})),
        Accepted(parts=(frozenset({"电话", "负责人"}), frozenset({"call", "lead"})), share=THIRD),
        Accepted(forms=frozenset({"*level*"}), share=Fraction(1, 2)),
    )
)
texts = st.text(alphabet="ab *，备份ＡＢ", max_size=8)


@pytest.mark.parametrize(
    ("typed", "earned"),
    [
        ("ＳＬＡ", FULL),
        ("sla", FULL),
        ("服务级别协议", FULL),
        ("服务级", ZERO),
        ("先打 电 话 给负责人", THIRD),
        ("the lead gets a CALL", THIRD),
        ("call level lead", Fraction(1, 2)),
        ("服务级别 level: call the lead", FULL),
        ("slas", ZERO),
        ("", ZERO),
        ("  ", ZERO),
        ("*", ZERO),
    ],
)
def test_what_was_typed_earns_the_most_that_fits(typed: str, earned: Fraction) -> None:
    assert mark(FIRST, (typed,)) == earned


@given(typed=texts, form=texts)
def test_a_form_without_a_star_is_taken_as_it_is(typed: str, form: str) -> None:
    form = form.replace("*", "")
    assert is_like(normal_text(typed), form) is (normal_text(typed) == normal_text(form))


@given(start=texts, between=texts, end=texts)
def test_a_star_is_anything(start: str, between: str, end: str) -> None:
    start, end = (normal_text(each.replace("*", "")) for each in (start, end))
    assert is_like(start + between + end, f"{start}*{end}")
    assert is_like(start + end, f"{start}**{end}")


@pytest.mark.parametrize(
    ("form", "said"),
    [("ab*ba", "aba"), ("a*b*c", "acb"), ("*a*a*", "bab"), ("a*", "ba"), ("a*b*b", "ab")],
)
def test_pieces_of_a_form_do_not_overlap_and_keep_their_order(form: str, said: str) -> None:
    assert not is_like(said, form)


@pytest.mark.parametrize(
    ("form", "said"), [("*a*b*", "aba"), ("a*b*b", "abb"), ("a**b", "ab"), ("*", "a")]
)
def test_a_piece_is_taken_where_it_stands_first(form: str, said: str) -> None:
    assert is_like(said, form)


def test_a_form_with_many_stars_is_read_in_no_time() -> None:
    assert not is_like("a" * 2000, "a*" * 300 + "b")


@given(st.lists(texts, min_size=1, max_size=3), texts)
def test_marks_lie_between_nothing_and_everything(forms: list[str], typed: str) -> None:
    key = ShortText((Accepted(forms=frozenset(forms)),))
    assert mark(key, (typed,)) in {ZERO, FULL}


def test_keys_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(ValueError, match="something is accepted"):
        Accepted()
    with pytest.raises(ValueError, match="something is accepted"):
        Accepted(forms=frozenset("a"), share=Fraction(2))
    with pytest.raises(ValueError, match="something is accepted"):
        Accepted(forms=frozenset("a"), share=ZERO)
    with pytest.raises(ValueError, match="something is accepted"):
        Accepted(parts=(frozenset(),))
    with pytest.raises(ValueError, match="earns everything"):
        ShortText((Accepted(forms=frozenset("a"), share=Fraction(1, 2)),))
    with pytest.raises(ValueError, match="at least one gap"):
        Cloze(())


def test_each_gap_earns_its_share_by_its_own_rule() -> None:
    key = Cloze((Numeric(Decimal(10)), SingleChoice("B"), FillIn((frozenset({"答"}),))))
    assert mark(key, ("１０", "B", "答 ")) == FULL
    assert mark(key, ("11", "B", "")) == THIRD
    assert mark(key, ("", "", "答")) == THIRD
    assert mark(key, ("10",)) == THIRD
    assert mark(key, ("", "", "")) == ZERO
