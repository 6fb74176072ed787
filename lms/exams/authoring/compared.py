"""What differs between a question as it stands here and as the content files have it, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from lms.exams.authoring import filling
from lms.exams.authoring.fields import Field, Rows, Words, fields_of
from lms.exams.authoring.posted import Values
from lms.exams.authoring.sheet import labels_of
from lms.exams.authoring.versions import newest
from lms.exams.models import Question, QuestionVersion
from lms.exams.words import kind_name


@dataclass(frozen=True, slots=True)
class Difference:
    """A question with what differs."""

    code: str
    lines: Sequence[tuple[str, str, str]]
    """What it is called, as it stands here, as the files have it."""
    only: str = ""
    """``here`` or ``there`` where the other side lacks the question."""


def differences(
    parts: Sequence[Question], delivered: Mapping[str, QuestionVersion]
) -> list[Difference]:
    """Return what differs, by question.

    Args:
        parts: a question or those of a case; the newest version of each counts.
        delivered: code -> the same as the files have it.
    """
    here = {each.code: newest(each) for each in parts}
    found = []
    for code in [*here, *(each for each in delivered if each not in here)]:
        ours, theirs = here.get(code), delivered.get(code)
        only = "" if ours and theirs else "here" if ours else "there"
        said = [_lines(each) if each else {} for each in (ours, theirs)]
        lines = [
            (label, said[0].get(label, ""), said[1].get(label, ""))
            for label in dict.fromkeys([*said[0], *said[1]])
            if said[0].get(label, "") != said[1].get(label, "")
        ]
        if lines:
            found.append(Difference(code, lines, only))
    return found


def _lines(version: QuestionVersion) -> dict[str, str]:
    """Return what a field is called -> what stands in it."""
    values = filling.filled(version)
    fields = fields_of(version.kind, in_case="case" in version.body)
    named = {str(_("Kind")): str(kind_name(version.kind))}
    if (part := (version.body.get("case") or {}).get("part")) is not None:
        named[str(_("Place in the case"))] = str(part)
    named[str(_("Lesson to review"))] = str(version.body.get("lesson") or "")
    for each in fields:
        labels, said = labels_of(each, values), _said(each, values)
        named |= {label: said[key] for key, label in labels.items() if said.get(key)}
    return named


def _said(each: Field | Rows, values: Values) -> dict[str, str]:
    """Return id of a field -> what stands in it."""
    if isinstance(each, Field):
        return _told(each, each.name, values[each.name])
    said: dict[str, str] = {}
    for at, row in enumerate(values[each.name]):
        for one in each.fields:
            said |= _told(one, f"{each.name}-{at}-{one.name}", row.get(one.name, ""))
    return said


def _told(field: Field, name: str, value: object) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {f"{name}-{key}": str(each).strip() for key, each in value.items()}
    if isinstance(value, bool):
        return {name: str(_("yes")) if value else ""}
    if isinstance(value, list):
        return {name: ", ".join(map(str, value))}
    words: Words = field.choices.get(str(value), str(value))
    return {name: str(words)}
