"""How alike two questions are: their wording alone decides, and the cheap test misses nothing."""

from hypothesis import given, strategies as st

from lms.exams.rules import alike

WORDS = st.lists(st.text("备份 席位ab c", min_size=3, max_size=30), min_size=1, max_size=4)


def test_widths_capitals_and_blanks_do_not_matter() -> None:
    one, other = (
        alike.shingles(["ＳＬＡ 是什么？", "一个 协议"]),
        alike.shingles(["一个协议", "sla是什么?"]),
    )
    assert alike.share(one, other) == 1


def test_other_options_make_another_question() -> None:
    stem = "Which is right?"
    one = alike.shingles([stem, "The queue is emptied at night", "A seat is freed by the manager"])
    other = alike.shingles([stem, "Backups are kept for a year", "Every call has a number"])
    assert alike.share(one, other) < alike.ALIKE
    assert not alike.may_be_alike(alike.mark(one), alike.mark(other)), "it is not even compared"


def test_pieces_are_three_characters_long_with_a_blank_at_both_ends() -> None:
    assert alike.shingles(["Seat"]) == {" se", "sea", "eat", "at "}
    assert alike.shingles(["席", "", "a"]) == {" 席 ", " a "}


@given(WORDS, WORDS)
def test_a_mark_is_made_of_its_pieces(one: list[str], other: list[str]) -> None:
    a, b = alike.shingles(one), alike.shingles(other)
    assert alike.mark(a | b) == alike.mark(a) | alike.mark(b)
    assert all(alike.mark(frozenset({each})).bit_count() == 1 for each in a)
    assert alike.mark(frozenset()) == 0


def test_from_three_quarters_in_common_on_they_are_compared() -> None:
    pieces = frozenset(f"{n:03}" for n in range(100))
    part = frozenset(sorted(pieces)[:75])
    assert alike.share(pieces, part) == alike.ALIKE
    assert alike.may_be_alike(alike.mark(pieces), alike.mark(part))


def test_nothing_is_like_nothing() -> None:
    assert alike.share(frozenset(), frozenset()) == 0


@given(WORDS)
def test_a_question_is_like_itself(texts: list[str]) -> None:
    pieces = alike.shingles(texts)
    assert alike.share(pieces, alike.shingles(reversed(texts))) == (1 if pieces else 0)
    assert alike.may_be_alike(alike.mark(pieces), alike.mark(pieces))


@given(WORDS, WORDS)
def test_both_ways_the_same_and_never_above_one(one: list[str], other: list[str]) -> None:
    a, b = alike.shingles(one), alike.shingles(other)
    assert alike.share(a, b) == alike.share(b, a) <= 1


def test_one_word_more_is_still_alike() -> None:
    stem = (
        "A caller cannot sign in since this morning and has changed nothing. What do you ask first"
    )
    one, other = alike.shingles([stem]), alike.shingles([f"{stem} of all?"])
    assert 1 > alike.share(one, other) >= alike.ALIKE
    assert alike.may_be_alike(alike.mark(one), alike.mark(other))
