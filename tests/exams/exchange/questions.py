"""Made-up questions of every kind, for properties."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from lms.exams.exchange import texts
from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    Blank,
    Form,
    Number,
    Option,
    Pair,
    Question,
    Sort,
    option_key,
)
from lms.exams.rules.kinds import FALSE, TRUE

SIGNS = "abcXYZ019 备份恢复。，？（）=~#{}:\\*_`[]<>&|/%'\"-+.;$@!\n"
raw = st.text(SIGNS, min_size=1, max_size=24)
prose = raw.map(texts.plain).filter(lambda text: bool(texts.shown(text)) and BLANK not in text
                                    and "__" not in text)  # fmt: skip
"""Markdown that looks like what somebody typed."""
words = st.text("abcXYZ019备份恢复=~#{}:\\*/%'\"-+.$ ", min_size=1, max_size=12).map(texts.line).filter(lambda text: bool(text) and text not in {"*", "-"})  # fmt: skip
"""One line to type."""
names = st.text("abcXYZ019备份恢复 ", min_size=1, max_size=12).map(texts.line).filter(bool)
maybe = st.one_of(st.just(""), prose)
decimals = st.decimals(-1000, 1000, places=2)


@st.composite
def options(draw: st.DrawFn, *, is_multiple: bool) -> tuple[Option, ...]:
    said = draw(st.lists(prose, min_size=2, max_size=5, unique=True))
    right = draw(st.sets(st.integers(0, len(said) - 1), min_size=1,
                         max_size=len(said) if is_multiple else 1))  # fmt: skip
    share = Fraction(1, len(right)) if is_multiple else FULL
    return tuple(
        Option(option_key(at), text, share if at in right else NOTHING, draw(maybe))
        for at, text in enumerate(said)
    )


def forms(draw: st.DrawFn) -> tuple[Form, ...]:
    return tuple(map(Form, draw(st.lists(words, min_size=1, max_size=3, unique=True))))


@st.composite
def questions(draw: st.DrawFn, sorts: frozenset[Sort]) -> Question:
    sort = draw(st.sampled_from(sorted(sorts)))
    question = Question(
        sort,
        draw(prose),
        title=draw(names),
        points=draw(st.integers(1, 20).map(Decimal)),
        explanation=draw(maybe),
        tags=tuple(draw(st.lists(names, max_size=2, unique=True))),
        category=draw(names),
        difficulty=draw(st.integers(1, 5)),
    )
    return _filled(draw, question)


def _filled(draw: st.DrawFn, question: Question) -> Question:  # noqa: PLR0911  one per kind
    match question.sort:
        case Sort.SINGLE | Sort.MULTIPLE as sort:
            return replace(question, options=draw(options(is_multiple=sort is Sort.MULTIPLE)))
        case Sort.TRUEFALSE:
            is_true = draw(st.booleans())
            return replace(question, options=(
                Option(TRUE, "", FULL if is_true else NOTHING, draw(maybe)),
                Option(FALSE, "", NOTHING if is_true else FULL, draw(maybe)),
            ))  # fmt: skip
        case Sort.TEXT:
            return replace(question, blanks=(Blank(forms=forms(draw)),))
        case Sort.NUMERIC:
            number = Number(draw(decimals), abs(draw(decimals)))
            return replace(question, blanks=(Blank(numbers=(number,)),))
        case Sort.FILLIN:
            count = draw(st.integers(1, 2))
            stem = "备份".join(["甲", *[f"{BLANK}乙"] * count])
            return replace(question, stem=stem, blanks=tuple(
                Blank(forms=forms(draw)) for _place in range(count)
            ))  # fmt: skip
        case Sort.CLOZE:
            choices = draw(st.lists(names, min_size=2, max_size=4, unique=True))
            chosen = tuple(Option(option_key(at), text, NOTHING if at else FULL)
                           for at, text in enumerate(choices))  # fmt: skip
            number = Number(draw(decimals), abs(draw(decimals)))
            return replace(question, stem=f"甲{BLANK}乙{BLANK}丙",
                           blanks=(Blank(options=chosen), Blank(numbers=(number,))))  # fmt: skip
        case Sort.MATCHING:
            return _matching(draw, question)
        case Sort.ORDERING:
            said = draw(st.lists(prose, min_size=2, max_size=5, unique=True))
            return replace(question, options=tuple(
                Option(option_key(at), text) for at, text in enumerate(said)
            ))  # fmt: skip
        case Sort.ESSAY | Sort.UPLOAD:
            return replace(question, model=draw(maybe))
        case _:
            return question


def _matching(draw: st.DrawFn, question: Question) -> Question:
    left = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    right = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    choices = [Option(option_key(at), text) for at, text in enumerate(right)]
    pairs = [Pair(text, choices[at % len(choices)].key) for at, text in enumerate(left)]
    return replace(question, options=tuple(choices), pairs=tuple(pairs))
