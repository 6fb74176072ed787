"""Surveys as files (docs/content-format.md): checked, not yet imported."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from lms.core.content import Counts, Finding, Severity, Tree
from lms.core.entries import Entry
from lms.core.placeholders import used
from lms.courses.content.checks import check_untemplated
from lms.courses.content.prose_checks import Reviewer, review_texts
from lms.courses.content.reading import units
from lms.courses.content.style import STYLE

SURVEYS = "surveys"
KINDS = ("scale", "single", "multiple", "text")
MEASURES = ("needs", "reaction", "learning", "behaviour", "results")
AUDIENCES = ("trainee", "manager", "customer")
MOMENTS = ("before-plan", "stage-passed", "days-after", "session-held")
_FIELDS = (
    "code",
    "title",
    "intro",
    "audiences",
    "moment",
    "days",
    "anonymous",
    "minutes",
    "questions",
)
_COMMON = ("code", "kind", "measures", "text", "asks", "required")
_OWN = {
    "scale": ("points", "anchors"),
    "single": ("options",),
    "multiple": ("options",),
    "text": (),
}
_SCALES, _MOST_QUESTIONS = (4, 5), 20


class SurveyForms:
    """The questions of surveys."""

    name = "surveys"
    owns: tuple[str, ...] = (SURVEYS,)

    def check(self, tree: Tree) -> Iterator[Finding]:
        """Yield what is wrong with them."""
        found: list[Finding] = []
        for name in tree.names(SURVEYS):
            if not name.endswith(".yaml"):
                path = f"{SURVEYS}/{name}"
                found.append(Finding(path, None, Severity.WARNING, "stray-file", "is not read"))
        known = set(units(tree))
        for path, document in tree.documents(SURVEYS):
            _check(Entry(path, document, found), known)
        yield from found

    def review(self, tree: Tree) -> Iterator[Finding]:
        """Yield where their texts fall short."""
        for path, document in tree.documents(SURVEYS) if tree.exists(STYLE) else ():
            reviewer = Reviewer(tree, path)
            review_texts(reviewer, Entry(path, document, []))
            yield from reviewer.found

    def sizes(self, tree: Tree) -> dict[str, int]:
        """Return how many there are."""
        return {SURVEYS: len(tree.files(SURVEYS, ".yaml"))}

    def measures(self, tree: Tree) -> dict[str, Any]:  # noqa: ARG002  as a Section has it
        """Return nothing more than how many there are."""
        return {}

    def prepare(self, tree: Tree) -> None:
        """Do nothing: they are not stored."""

    def load(self, tree: Tree, at: datetime) -> dict[str, Counts]:  # noqa: ARG002  as a Section has it
        """Do nothing: until surveys can be sent, the files are all there is."""
        return {}

    def dump(self, folder: Path) -> int:  # noqa: ARG002  as a Section has it
        """Write nothing: what was not imported is not exported."""
        return 0


def _check(survey: Entry, known: set[str]) -> None:
    survey.only(*_FIELDS)
    if used(dict(survey.value)):
        check_untemplated(survey)
    code = survey.code("code")
    if code and survey.file != f"{SURVEYS}/{code}.yaml":
        survey.error("wrong-name", f"the file is not called {code}.yaml", at="code")
    survey.both("title")
    survey.both("intro")
    audiences = _choices(survey, "audiences", AUDIENCES)
    moment = survey.choice("moment", MOMENTS)
    survey.whole("days", 1, 365, optional=moment != "days-after")
    survey.whole("minutes", 1, 60)
    survey.flag("anonymous", default=False)
    questions = survey.entries("questions")
    if len(questions) > _MOST_QUESTIONS:
        advice = f"{_MOST_QUESTIONS} at most: long ones are not answered."
        survey.error("too-many", f"{len(questions)} questions", advice, at="questions")
    seen: set[str] = set()
    for each in questions:
        code = each.code("code")
        if code in seen:
            each.error("duplicate-id", f"{code} stands already", "Once.", at="code")
        seen.add(code)
        _check_question(each, audiences, known)


def _check_question(question: Entry, audiences: list[str], known: set[str]) -> None:
    kind = question.choice("kind", KINDS)
    question.only(*_COMMON, *_OWN.get(kind, ()))
    question.choice("measures", MEASURES)
    question.flag("required", default=True)
    if "asks" not in question.value:
        question.both("text")
    elif (asks := question.entry("asks")) is not None:
        asks.only(*audiences)  # the same thing, asked of each
        for audience in audiences:
            asks.both(audience)
    if kind == "scale":
        points = question.whole("points", *_SCALES) or _SCALES[1]
        if (anchors := question.entry("anchors")) is not None:
            levels = [str(level) for level in range(1, points + 1)]
            anchors.only(*levels)
            for level in levels:
                anchors.both(level)
    for option in question.entries("options") if "options" in _OWN.get(kind, ()) else ():
        option.only("code", "text", "unit")
        option.code("code")
        option.both("text")
        unit = option.code("unit", optional=True)
        if unit and unit not in known:
            option.error(
                "unknown-unit", f"no programme has a module {unit}", "Correct it.", at="unit"
            )


def _choices(entry: Entry, key: str, names: tuple[str, ...]) -> list[str]:
    given = entry.words(key, least=1)
    for word in given:
        if word not in names:
            entry.error("not-a-choice", f"is {word!r}", f"Of: {', '.join(names)}.", at=key)
    return [word for word in given if word in names]
