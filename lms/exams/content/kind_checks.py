"""Checking what each kind of question has of its own: options, blanks, gaps, keys."""

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lms.core.entries import Entry
from lms.core.placeholders import LANGUAGES
from lms.courses.content.options import check_options
from lms.courses.upload_rules import FORMS
from lms.exams.rules.kinds import FALSE, TRUE, Kind
from lms.exams.rules.marks import MultiplePolicy
from lms.exams.rules.pairs import OrderPolicy

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SINGLE: ("options", "answer", "shuffle"),
    Kind.MULTIPLE: ("options", "answer", "policy", "partly", "shuffle"),
    Kind.TRUEFALSE: ("answer", "why"),
    Kind.FILLIN: ("blanks",),
    Kind.NUMERIC: ("answer", "unit", "units", "wrong"),
    Kind.TEXT: ("accept",),
    Kind.MATCHING: ("things", "choices", "shuffle"),
    Kind.ORDERING: ("items", "answer", "policy"),
    Kind.CLOZE: ("text", "gaps"),
    Kind.ESSAY: ("words", "rubric"),
    Kind.UPLOAD: ("files", "rubric"),
}
"""Fields beside the common ones."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is asked of a question beside being well formed."""

    options: Mapping[Kind, tuple[int, int]]
    """Fewest and most."""
    answers: Mapping[Kind, tuple[int, int]]
    """How many of them are right."""
    items: tuple[int, int]
    """How many things are put in order."""
    tells: bool
    """Whether each option says what choosing it shows, and the question has an explanation."""


FILES = Bounds(
    {Kind.SINGLE: (3, 4), Kind.MULTIPLE: (4, 6)},
    {Kind.SINGLE: (1, 1), Kind.MULTIPLE: (2, 4)},
    items=(3, 8),
    tells=True,
)
"""Of the questions that come with the content files."""
OWN = Bounds(
    {Kind.SINGLE: (2, 8), Kind.MULTIPLE: (2, 8)},
    {Kind.SINGLE: (1, 1), Kind.MULTIPLE: (1, 7)},
    items=(2, 8),
    tells=False,
)
"""Of those that are written or imported: what the pages can show."""
_BLANK, _GAP = re.compile("_{3,}"), re.compile(r"\[\[(.*?)\]\]")
THINGS, CHOICES, GAPS, GAP_OPTIONS, RUBRIC = (2, 8), (2, 10), (1, 12), (2, 6), (1, 9)
MOST_WORDS, MOST_FILES = 3000, 5
LONGEST_CHOICE = 120
"""Characters: choices stand in lists, where a long one cannot be read on a phone."""


def check_kind(entry: Entry, kind: Kind, bounds: Bounds = FILES) -> None:
    """Check the fields of a kind."""
    _CHECKS[kind](entry, bounds)


def _check_truefalse(entry: Entry, bounds: Bounds) -> None:
    if entry.value.get("answer") is None or entry.flag("answer", default=True) is None:
        entry.error("missing-field", "is missing", "true or false.", at="answer")
    if (why := entry.entry("why", optional=not bounds.tells)) is not None:
        why.only(TRUE, FALSE)
        why.both(TRUE, optional=not bounds.tells)
        why.both(FALSE, optional=not bounds.tells)


def _check_choice(entry: Entry, kind: Kind, bounds: Bounds) -> None:
    entry.flag("shuffle", default=True)
    entry.choice("policy", list(MultiplePolicy), optional=True)
    if kind is Kind.MULTIPLE and entry.value.get("partly") is not None:
        check_part(entry, "partly")
    fewest, most = bounds.options[kind]
    fields = ("key", "text", "why")
    options = check_options(entry, fields, least=fewest, most=most, tells=bounds.tells)
    keys = {str(each.value.get("key")) for each in options}
    answer = entry.words("answer")
    if unknown := [key for key in answer if key not in keys]:
        said = f"there is no option {', '.join(unknown)}"
        entry.error("answer-keys", said, "Name keys of the options.", at="answer")
    fewest, most = bounds.answers[kind]
    if not fewest <= len(answer) <= most:
        advice = "Exactly one." if most == 1 else f"From {fewest} to {most}."
        entry.error("answer-count", f"{len(answer)} options are right", advice, at="answer")
    elif keys and set(answer) == keys:
        entry.error("answer-count", "every option is right", "Add one that is not.", at="answer")


def _check_fillin(entry: Entry, _bounds: Bounds) -> None:
    blanks = entry.entries("blanks")
    for blank in blanks:
        blank.only("accept")
        _check_forms(blank, "accept")
    for language, stem in entry.both("stem").items() if blanks else ():
        runs = [len(run) for run in _BLANK.findall(stem)]
        if len(runs) != len(blanks) or set(runs) != {4}:
            said = f"{len(runs)} blanks in the stem ({language}), {len(blanks)} below"
            advice = "Write ____ (four underscores) once per blank, in both languages."
            entry.error("blank-count", said, advice, at="stem")


_NUMBER = ("value", "tolerance", "relative")


def _check_numeric(entry: Entry, _bounds: Bounds) -> None:
    if (answer := entry.entry("answer")) is not None:
        answer.only(*_NUMBER)
        _check_value(answer)
    entry.both("unit", optional=True)
    entry.words("units", optional=True)
    for mistake in entry.entries("wrong", optional=True, least=0):
        mistake.only("value", "why")
        _check_number(mistake, "value")
        mistake.both("why")


def _check_value(entry: Entry) -> None:
    """Check a right number with its tolerance."""
    _check_number(entry, "value")
    tolerance = _check_number(entry, "tolerance", optional=True)
    if tolerance is not None and tolerance < 0:
        entry.error("out-of-range", "is negative", "0 or more.", at="tolerance")
    entry.flag("relative", default=False)


def _check_number(entry: Entry, key: str, *, optional: bool = False) -> Decimal | None:
    """Return an exact number; floats are refused, since 0.1 is not what YAML makes of it."""
    given = entry.value.get(key)
    if isinstance(given, int) and not isinstance(given, bool):
        return Decimal(given)
    if not (text := entry.text(key, optional=optional)):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        entry.error("not-a-number", f"{text!r} is no number", 'As in "180" or "0.5".', at=key)
        return None
    return number


def _check_text(entry: Entry, _bounds: Bounds) -> None:
    shares = []
    for accepted in entry.entries("accept"):
        accepted.only("forms", "all", "share", "why")
        if accepted.value.get("all") is None:
            _check_forms(accepted, "forms")
        else:
            _check_forms(accepted, "forms", optional=True)
            _check_forms(accepted, "all")
        accepted.both("why", optional=True)
        shares.append(_check_share(accepted))
    if shares and Fraction(1) not in shares:
        advice = "Leave its share out where it earns everything."
        entry.error("no-full-mark", "nothing earns everything", advice, at="accept")


def check_part(entry: Entry, key: str) -> None:
    """Check an exact number between 0 and 1, both left out."""
    number = _check_number(entry, key)
    if number is not None and not 0 < number < 1:
        advice = 'More than 0, less than 1, as in "0.25".'
        entry.error("out-of-range", f"is {number}", advice, at=key)


def _check_share(accepted: Entry) -> Fraction:
    if accepted.value.get("share") is None:
        return Fraction(1)
    number = _check_number(accepted, "share")
    if number is not None and not 0 < number <= 1:
        advice = 'More than 0, at most 1, as in "0.5".'
        accepted.error("out-of-range", f"is {number}", advice, at="share")
    return Fraction(number or 1)


def _check_forms(owner: Entry, key: str, *, optional: bool = False) -> None:
    """Check a list of texts for each language."""
    if (forms := owner.entry(key, optional=optional)) is not None:
        forms.only(*LANGUAGES)
        for language in LANGUAGES:
            forms.words(language, least=1)


def _check_matching(entry: Entry, _bounds: Bounds) -> None:
    entry.flag("shuffle", default=True)
    choices = _listed(entry, "choices", ("key", "text"), string.ascii_uppercase, CHOICES)
    for choice in choices:
        _check_choice_text(choice)
    things = _listed(entry, "things", ("key", "text", "answer", "why"), "12345678", THINGS)
    keys, answers = {str(each.value.get("key")) for each in choices}, []
    for thing in things:
        thing.both("why", optional=True)
        answer = thing.text("answer")
        if answer and answer not in keys:
            advice = "Name the key of a choice."
            thing.error("answer-keys", f"there is no choice {answer}", advice, at="answer")
        answers.append(answer)
    _check_mixed(entry, answers, "choices")


def _check_ordering(entry: Entry, bounds: Bounds) -> None:
    entry.choice("policy", list(OrderPolicy), optional=True)
    items = _listed(entry, "items", ("key", "text", "why"), string.ascii_uppercase, bounds.items)
    for item in items:
        item.both("why", optional=True)
    answer, keys = entry.words("answer"), [str(each.value.get("key")) for each in items]
    if items and sorted(answer) != sorted(keys):
        advice = f"Each of {', '.join(keys)} once, in the right order."
        entry.error("answer-keys", "is no order of the items", advice, at="answer")
    _check_mixed(entry, answer, "items")


def _check_mixed(entry: Entry, answer: list[str], at: str) -> None:
    """Keys are in the page's source: were they in the right order, it would give the answer."""
    if len(answer) > 1 and all(answer) and answer == sorted(set(answer)):
        said = "stand in the order of the answer, which their keys would give away"
        entry.error("answer-order", said, "Write them in another order.", at=at)


def _check_cloze(entry: Entry, _bounds: Bounds) -> None:
    gaps = entry.entries("gaps")
    if gaps and not GAPS[0] <= len(gaps) <= GAPS[1]:
        advice = f"From {GAPS[0]} to {GAPS[1]}."
        entry.error("gap-count", f"there are {len(gaps)}", advice, at="gaps")
    for gap in gaps:
        _check_gap(gap)
    wanted = [str(number) for number in range(1, len(gaps) + 1)]
    for language, text in entry.both("text").items() if gaps else ():
        if sorted(_GAP.findall(text), key=lambda each: (len(each), each)) != wanted or (
            text.count("[[") != len(wanted)
        ):
            said = f"does not have each of the {len(gaps)} gaps once ({language})"
            advice = "Write [[1]], [[2]] … once per gap, in both languages, and no other [[."
            entry.error("gap-count", said, advice, at="text")


def _check_gap(gap: Entry) -> None:
    gap.both("why", optional=True)
    if "options" in gap.value:
        gap.only("options", "answer", "why")
        options = _listed(gap, "options", ("key", "text"), string.ascii_uppercase, GAP_OPTIONS)
        for option in options:
            _check_choice_text(option)
        answer = gap.text("answer")
        if answer and options and answer not in {each.value.get("key") for each in options}:
            advice = "Name the key of an option."
            gap.error("answer-keys", f"there is no option {answer}", advice, at="answer")
    elif "accept" in gap.value:
        gap.only("accept", "why")
        _check_forms(gap, "accept")
    elif "value" in gap.value:
        gap.only(*_NUMBER, "units", "why")
        _check_value(gap)
        gap.words("units", optional=True)
    else:
        gap.error("missing-field", "has nothing that is right", "options, accept or value.")


def _check_essay(entry: Entry, _bounds: Bounds) -> None:
    if (words := entry.entry("words", optional=True)) is not None:
        words.only("min", "max")
        least = words.whole("min", 1, MOST_WORDS, optional=True) or 0
        most = words.whole("max", 1, MOST_WORDS, optional=True)
        if most is not None and most < least:
            words.error("out-of-range", "is less than min", "max from min on.", at="max")
    _check_rubric(entry)


def _check_upload(entry: Entry, _bounds: Bounds) -> None:
    if (files := entry.entry("files", optional=True)) is not None:
        files.only("types", "most")
        for word in files.words("types", optional=True, least=1):
            if word not in FORMS:
                advice = f"Of: {', '.join(FORMS)}."
                files.error("not-a-choice", f"is {word!r}", advice, at="types")
        files.whole("most", 1, MOST_FILES, optional=True)
    _check_rubric(entry)


def _check_rubric(entry: Entry) -> None:
    items = _listed(entry, "rubric", ("key", "points", "text"), "123456789", RUBRIC)
    points = [each.whole("points", -20, 20) or 0 for each in items]
    worth = entry.value.get("points")
    within = sum(each for each in points if each > 0)
    if points and isinstance(worth, int) and within < worth:
        said = f"earns {within} of {worth} points at most"
        entry.error("rubric-short", said, "Let its items reach the question's points.", at="rubric")


def _listed(
    owner: Entry, name: str, fields: tuple[str, ...], keys: str, count: tuple[int, int]
) -> list[Entry]:
    """Check a list of things with keys in order and texts in both languages that differ."""
    fewest, most = count
    members = owner.entries(name)
    if members and not fewest <= len(members) <= most:
        said = f"there are {len(members)}"
        owner.error("option-count", said, f"From {fewest} to {most}.", at=name)
    for member, key in zip(members, keys, strict=False):
        member.only(*fields)
        if member.text("key") not in {"", key}:
            advice = f"Keys are {', '.join(keys[:3])} … in the order written: here {key}."
            member.error("option-keys", f"is {member.value['key']!r}", advice, at="key")
    texts = [member.both("text") for member in members]
    for language in LANGUAGES:
        said_here = [each[language].strip() for each in texts if language in each]
        if len(set(said_here)) != len(said_here):
            owner.error("duplicate-option", f"two say the same ({language})", at=name)
    return members


def _check_choice_text(choice: Entry) -> None:
    given = choice.value.get("text")
    texts = given.values() if isinstance(given, Mapping) else ()
    if any(
        isinstance(each, str) and (len(each) > LONGEST_CHOICE or "\n" in each) for each in texts
    ):
        said = f"has more than {LONGEST_CHOICE} characters, or a line break"
        choice.error("too-long", said, "It stands in a list: be brief.", at="text")


_CHECKS: Mapping[Kind, Callable[[Entry, Bounds], None]] = {
    Kind.SINGLE: lambda entry, bounds: _check_choice(entry, Kind.SINGLE, bounds),
    Kind.MULTIPLE: lambda entry, bounds: _check_choice(entry, Kind.MULTIPLE, bounds),
    Kind.TRUEFALSE: _check_truefalse,
    Kind.FILLIN: _check_fillin,
    Kind.NUMERIC: _check_numeric,
    Kind.TEXT: _check_text,
    Kind.MATCHING: _check_matching,
    Kind.ORDERING: _check_ordering,
    Kind.CLOZE: _check_cloze,
    Kind.ESSAY: _check_essay,
    Kind.UPLOAD: _check_upload,
}
