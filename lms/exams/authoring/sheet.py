"""The form of one question as it stands on a page: its fields, what is in them, what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from lms.core.placeholders import LANGUAGES
from lms.core.text import local
from lms.courses.queries import lesson_titles, module_titles
from lms.exams.authoring import checking, filling, posted, writing
from lms.exams.authoring.checking import Asked, Slips
from lms.exams.authoring.fields import ALT, Field, Rows, Sort, Words, fields_of
from lms.exams.authoring.posted import Values
from lms.exams.authoring.versions import Home
from lms.exams.content.kind_checks import FILES, OWN, Bounds
from lms.exams.exchange.storing import LONGEST_NAME
from lms.exams.importing import queries as importing, words as names
from lms.exams.models import Pool, QuestionVersion
from lms.exams.rules.kinds import Kind

_OF = {"zh": _("Chinese"), "en": _("English")}


@dataclass(slots=True)
class Sheet:
    """A form, filled in or not."""

    kind: Kind
    fields: Sequence[Field | Rows]
    place: Sequence[Field]
    """What says where the question belongs."""
    values: Values
    base: Mapping[str, Any]
    """The body that it is a new version of; empty for a new question."""
    bounds: Bounds = OWN
    slips: Slips = field(default_factory=dict)
    asked: Asked | None = None
    """What was typed, once it was checked and nothing is wrong with it."""

    def read(self, form: MultiDict[str, str]) -> None:
        """Take in what was typed."""
        self.values = posted.read(form, [*self.place, *self.fields])

    def change(self, act: str) -> str:
        """Add, move or take out a row; return what to look at next, empty if `act` is none of it."""
        return posted.changed(self.values, self.fields, act)

    def check(self) -> None:
        """Find out what is wrong with what was typed."""
        self.asked, self.slips = checking.checked(self.kind, self.values, self.base, self.bounds)
        for each in self.place:
            said = self.values[each.name]
            if each.name == "bank" and not said.strip():
                self.slips["bank"] = [str(_("Give the bank a name."))]
            elif each.name == "bank" and len(said.strip()) > LONGEST_NAME:
                most = str(_("%(max)d characters at most."))
                self.slips["bank"] = [most % {"max": LONGEST_NAME}]
            elif each.sort is Sort.CHOICE and said not in each.choices:
                self.slips[each.name] = [str(_("Choose one of these."))]

    @property
    def body(self) -> Mapping[str, Any]:
        """What was typed, whether or not it is whole."""
        return writing.written(self.kind, self.values).entry

    @property
    def home(self) -> Home:
        """Where the question shall go."""
        said = self.values
        pool = Pool(said["pool"]) if said.get("pool") else Pool.PRACTICE
        return Home(" ".join(said.get("bank", "").split()), said.get("module", ""), pool)

    def told(self) -> list[tuple[str, str, Sequence[str]]]:
        """Return what is wrong in the order of the page: id of the field, what it is called, words."""
        labels = {"picture": str(_("Picture")), "picture-alt": str(ALT.label)}
        for each in [*self.place, *self.fields]:
            labels |= labels_of(each, self.values)
        known = [each for each in labels if each in self.slips]
        others = [each for each in self.slips if each not in labels]
        return [(each, labels.get(each, ""), self.slips[each]) for each in [*known, *others]]


def new_sheet(
    kind: Kind, *, language: str, case_stem: Mapping[str, str] | None, bounds: Bounds = OWN
) -> Sheet:
    """Return the form of a new question.

    Args:
        kind: of it.
        language: of the page, for what there is to choose from.
        case_stem: the material, if it becomes part of a case; empty where that is new too.
        bounds: of the files, where the case is theirs.
    """
    in_case = case_stem is not None
    fields = _within(fields_of(kind, in_case=in_case), bounds)
    place = [*_homes(), *_places(language)]
    if case_stem:  # it goes where its case is
        place = [each for each in _places(language) if each.name == "lesson"]
    values = posted.begun([*place, *fields])
    if case_stem:
        values["case-stem"] = {each: case_stem.get(each, "") for each in LANGUAGES}
    return Sheet(kind, fields, place, values, {"case": {}} if in_case else {}, bounds)


def sheet_of(version: QuestionVersion, unit: str, language: str, bounds: Bounds = OWN) -> Sheet:
    """Return the form of a question that there is."""
    fields = _within(fields_of(version.kind, in_case="case" in version.body), bounds)
    lesson = str(version.body.get("lesson") or "")
    place = _places(language, unit, lesson)
    if bounds is FILES:  # a file has both
        place = [replace(each, choices=_said(each.choices)) for each in place]
    values = filling.filled(version) | {"module": unit, "lesson": lesson}
    return Sheet(version.kind, fields, place, values, version.body, bounds)


def _homes() -> list[Field]:
    pools = {each.value: names.POOLS[each] for each in (Pool.PRACTICE, Pool.EXAM)}
    return [
        Field("bank", _("Bank"), hint=_("A new name makes a new bank")),
        Field("pool", _("Pool"), Sort.CHOICE, choices=pools, usual=Pool.PRACTICE.value,
              hint=_("Nobody is shown it before it is published")),
    ]  # fmt: skip


def _places(language: str, unit: str = "", lesson: str = "") -> list[Field]:
    modules = {key: f"{key} · {local(each, language)}" for key, each in module_titles().items()}
    lessons = {key: f"{key} · {local(each, language)}" for key, each in lesson_titles().items()}
    # what it has now may be gone meanwhile; it stays until somebody chooses another
    gone = {each: each for each in (unit,) if each and each not in modules}
    lost = {each: each for each in (lesson,) if each and each not in lessons}
    return [
        Field("module", _("Module"), Sort.CHOICE, choices={"": _("No module"), **modules, **gone},
              hint=_("By it exams draw; it counts in results")),
        Field("lesson", _("Lesson to review"), Sort.CHOICE,
              choices={"": _("No lesson"), **lessons, **lost},
              hint=_("Shown with the answer")),
    ]  # fmt: skip


def _within(fields: Sequence[Field | Rows], bounds: Bounds) -> list[Field | Rows]:
    """Offer only the difficulties that are within the bounds."""
    return [
        replace(each, choices=dict(list(each.choices.items())[: checking.hardest(bounds)]))
        if isinstance(each, Field) and each.name == "difficulty"
        else each
        for each in fields
    ]


def _said(choices: Mapping[str, Words]) -> dict[str, Words]:
    return {key: each for key, each in choices.items() if key}


def bank_names() -> Sequence[str]:
    """Return the names of the banks that there are."""
    return importing.bank_names()


def labels_of(each: Field | Rows, values: Values) -> dict[str, str]:
    """Return id of a field, or of all in its rows -> what it is called."""
    if isinstance(each, Field):
        return _field_labels(each, each.name, "")
    labels = {each.name: str(each.label)}
    for at in range(len(values[each.name])):
        row = row_name(each, at)
        for one in each.fields:
            labels |= _field_labels(one, f"{each.name}-{at}-{one.name}", f"{row} · ")
    return labels


def _field_labels(each: Field, name: str, before: str) -> dict[str, str]:
    labels = {name: f"{before}{each.label}"}
    if each.both:
        labels |= {f"{name}-{key}": f"{before}{each.label} · {said}" for key, said in _OF.items()}
    return labels


def row_name(rows: Rows, at: int) -> str:
    """Return what a row is called: “Option A”, “Gap 2”."""
    number: Words = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at % 26] if rows.letters else str(at + 1)
    return str(rows.one) % {"number": number}
