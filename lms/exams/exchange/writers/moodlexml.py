"""Moodle XML, as `readers.moodlexml` and Moodle read it. Texts stay Markdown, pictures come along."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from lms.exams.exchange import prose, trees
from lms.exams.exchange.question import BLANK, FULL, NOTHING, Blank, Picture, Question, Sort
from lms.exams.exchange.trees import Node

SORTS = frozenset(Sort) - {Sort.CASE, Sort.MANUAL}
_TYPES = {
    Sort.SINGLE: "multichoice", Sort.MULTIPLE: "multichoice", Sort.TRUEFALSE: "truefalse",
    Sort.FILLIN: "shortanswer", Sort.TEXT: "shortanswer", Sort.NUMERIC: "numerical",
    Sort.MATCHING: "matching", Sort.ORDERING: "ordering", Sort.CLOZE: "cloze", Sort.ESSAY: "essay",
    Sort.UPLOAD: "essay", Sort.DESCRIPTION: "description",
}  # fmt: skip


def written(questions: Sequence[Question]) -> bytes:
    """Return a file of the questions, all of them of `SORTS`."""
    root = trees.element("quiz")
    category = ""
    for each in questions:
        if each.category != category:
            category = each.category
            node = trees.add(root, "question", type="category")
            _text(trees.add(node, "category"), f"$course$/{category}")
        _question(root, each)
    return trees.written(root)


def is_sayable(question: Question) -> bool:
    """Whether the format has a form for a question."""
    return question.sort in SORTS


def _question(root: Node, question: Question) -> None:
    sort = question.sort
    # Several blanks are a cloze to Moodle; a short answer has one.
    is_cloze = sort is Sort.CLOZE or (sort is Sort.FILLIN and len(question.blanks) > 1)
    node = trees.add(root, "question", type="cloze" if is_cloze else _TYPES[sort])
    _text(trees.add(node, "name"), question.title or question.name)
    stem = _embedded(question) if is_cloze else question.stem
    _prose(node, "questiontext", stem)
    _prose(node, "generalfeedback", question.explanation)
    _plain(node, "defaultgrade", f"{question.points:f}")
    if not is_cloze and sort in _ANSWERS:
        _ANSWERS[sort](node, question)
    if question.tags:
        tags = trees.add(node, "tags")
        for tag in question.tags:
            _text(trees.add(tags, "tag"), tag)
    _embed(node, {each.name: each for each in question.pictures})


def _embed(node: Node, pictures: Mapping[str, Picture]) -> None:
    """Put each picture beside the text that shows it: Moodle looks for it there and nowhere else."""
    for text in list(trees.within(node, "text")):
        names = [each for each in prose.names_in(text.text or "") if each in pictures]
        for name in names:
            text.text = text.text.replace(f"](media:{name}", f"](@@PLUGINFILE@@/{name}")
            file = trees.add(text.getparent(), "file", name=name, path="/", encoding="base64")
            file.text = base64.b64encode(pictures[name].content).decode()


def _text(node: Node, text: str) -> None:
    trees.add(node, "text").text = text


def _plain(node: Node, name: str, text: str) -> None:
    trees.add(node, name).text = text


def _prose(node: Node, name: str, text: str) -> Node:
    own = trees.add(node, name, format="markdown")
    _text(own, text)
    return own


def _fraction(share: Fraction) -> str:
    percent = share * 100
    if percent.denominator == 1:
        return str(percent)
    return f"{Decimal(percent.numerator) / Decimal(percent.denominator):.5f}"


def _answer(node: Node, text: str, share: Fraction, why: str, kind: str) -> Node:
    own = trees.add(node, "answer", fraction=_fraction(share), format=kind)
    _text(own, text)
    _prose(own, "feedback", why)
    return own


def _choice(node: Node, question: Question) -> None:
    _plain(node, "single", "true" if question.sort is Sort.SINGLE else "false")
    _plain(node, "shuffleanswers", "true" if question.shuffle else "false")
    for each in question.options:
        _answer(node, each.text, each.share, each.why, "markdown")


def _truth(node: Node, question: Question) -> None:
    for each in question.options:
        _answer(node, each.key, each.share, each.why, "moodle_auto_format")


def _typed(node: Node, question: Question) -> None:
    _plain(node, "usecase", "0")
    for blank in question.blanks:
        for each in blank.forms:
            _answer(node, each.text, each.share, each.why, "moodle_auto_format")


def _numbers(node: Node, question: Question) -> None:
    for blank in question.blanks:
        for number in blank.numbers:
            said = f"{number.value:f}"
            own = _answer(node, said, number.share, number.why, "moodle_auto_format")
            _plain(own, "tolerance", f"{number.tolerance:f}")
        for form in blank.forms:
            _answer(node, form.text, form.share, form.why, "moodle_auto_format")


def _pairs(node: Node, question: Question) -> None:
    _plain(node, "shuffleanswers", "true" if question.shuffle else "false")
    texts = {each.key: each.text for each in question.options}
    used = {each.key for each in question.pairs}
    sides = [(each.text, texts[each.key]) for each in question.pairs]
    sides += [("", each.text) for each in question.options if each.key not in used]
    for left, right in sides:
        own = _prose(node, "subquestion", left)
        _prose(own, "answer", right)


def _ordered(node: Node, question: Question) -> None:
    for place, each in enumerate(question.options, start=1):
        _answer(node, each.text, Fraction(place, 100), "", "markdown")


def _essay(node: Node, question: Question) -> None:
    is_file = question.sort is Sort.UPLOAD
    _plain(node, "responseformat", "noinline" if is_file else "editor")
    _plain(node, "attachments", "1" if is_file else "0")
    _prose(node, "graderinfo", question.model)


def _embedded(question: Question) -> str:
    """Return the stem with its blanks as Moodle embeds them."""
    pieces = question.stem.split(BLANK)
    parts = [pieces[0]]
    for blank, piece in zip(question.blanks, pieces[1:], strict=False):
        parts += ["{1:", "~".join(_inside(blank)), "}", piece]
    return "".join(parts)


def _inside(blank: Blank) -> Iterator[str]:
    if blank.options:
        choices = [_small(each.share, each.text, each.why) for each in blank.options]
        yield f"MULTICHOICE:{choices[0]}"
        yield from choices[1:]
        return
    numbers = [
        _small(each.share, f"{each.value:f}:{each.tolerance:f}", each.why) for each in blank.numbers
    ]
    forms = [_small(each.share, _escaped(each.text), each.why) for each in blank.forms]
    found = numbers or forms
    yield f"{'NUMERICAL' if numbers else 'SHORTANSWER'}:{found[0]}"
    yield from found[1:]


def _small(share: Fraction, text: str, why: str) -> str:
    sign = "=" if share == FULL else "" if share == NOTHING else f"%{_fraction(share)}%"
    return f"{sign}{text}{f'#{_escaped(why)}' if why else ''}"


def _escaped(text: str) -> str:
    for sign in ("\\", "}", "~", "#", "=", '"', "/"):
        text = text.replace(sign, f"\\{sign}")
    return text


_ANSWERS: Mapping[Sort, Callable[[Node, Question], None]] = {
    Sort.SINGLE: _choice, Sort.MULTIPLE: _choice, Sort.TRUEFALSE: _truth, Sort.FILLIN: _typed,
    Sort.TEXT: _typed, Sort.NUMERIC: _numbers, Sort.MATCHING: _pairs, Sort.ORDERING: _ordered,
    Sort.ESSAY: _essay, Sort.UPLOAD: _essay,
}  # fmt: skip
