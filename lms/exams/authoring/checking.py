"""Whether a question that was typed is well formed: by the one reader that the files have too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from lms.core.content import Finding, Severity
from lms.core.entries import Entry
from lms.core.text import digest
from lms.core.yaml_lines import Map, Seq
from lms.exams.authoring import words
from lms.exams.authoring.posted import Values
from lms.exams.authoring.writing import Told, Written, written
from lms.exams.content import question_checks
from lms.exams.content.kind_checks import FILES, OWN, Bounds
from lms.exams.content.question_checks import check_own
from lms.exams.models import QuestionVersion
from lms.exams.rules.kinds import Kind

EASIEST, HARDEST = 1, 5
LONGEST_TEXT = 20_000
MOST_TAGS, LONGEST_TAG = 20, 40
_COLUMNS = ("points", "difficulty", "tags")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a version of a question is to be."""

    kind: Kind
    points: int
    difficulty: int
    tags: tuple[str, ...]
    body: Mapping[str, Any]

    @classmethod
    def of(cls, version: QuestionVersion) -> "Asked":
        """Return what a version says."""
        return cls(version.kind, version.points, version.difficulty, tuple(version.tags),
                   version.body)  # fmt: skip

    @property
    def digest(self) -> str:
        """The hash of all of it: another wherever anything differs."""
        return digest({"kind": self.kind, "points": self.points, "difficulty": self.difficulty,
                       "tags": list(self.tags), "body": dict(self.body)})  # fmt: skip


Slips = dict[str, list[str]]
"""Id of a field -> what is wrong with it, in words; the empty id for the question as a whole."""


class _Typed(Entry):
    """An entry that was typed into a form: findings name its place instead of a line of a file."""

    @override
    def line(self, key: str | None = None) -> int:
        return 0

    @override
    def _report(
        self, severity: Severity, code: str, message: str, advice: str, at: str | None
    ) -> None:
        self.found.append(Finding(self._place(at), None, severity, code, message, advice))


def hardest(bounds: Bounds) -> int:
    """Return the highest difficulty; the files know three."""
    return question_checks.HARDEST if bounds is FILES else HARDEST


def checked(
    kind: Kind, values: Values, base: Mapping[str, Any], bounds: Bounds = OWN
) -> tuple[Asked | None, Slips]:
    """Return the question that was typed, or what is wrong with it.

    Args:
        kind: of the question.
        values: as they stand in the form.
        base: the body that it is a new version of: what the form does not ask for stays.
        bounds: of the files for a question of theirs.
    """
    typed = written(kind, values)
    if slips := _slips(kind, typed, bounds):
        return None, slips
    entry = typed.entry
    body = {key: each for key, each in base.items() if key in {"objective", "case"}}
    body |= {"explanation": {}} | {key: e for key, e in entry.items() if key not in _COLUMNS}
    if "case" in entry:
        body["case"] = {**base["case"], "stem": entry["case"]}
    if not body["safety"]:
        del body["safety"]
    for option in body.get("options", ()):
        option.setdefault("why", {})
    if values.get("lesson"):
        body["lesson"] = values["lesson"]
    tags = tuple(entry["tags"])
    return Asked(kind, entry["points"], entry["difficulty"], tags, body), {}


def _slips(kind: Kind, typed: Written, bounds: Bounds) -> Slips:
    found: list[Finding] = []
    entry = _Typed("", _map(typed.entry), found)
    check_own(entry, kind, bounds)
    entry.whole("difficulty", EASIEST, hardest(bounds))
    if "case" in typed.entry:
        entry.both("case")
    tags = entry.words("tags", optional=True)
    if len(tags) > MOST_TAGS or any(len(each) > LONGEST_TAG for each in tags):
        entry.error("too-long", "", at="tags")
    _lengths(entry, typed.entry)
    slips: Slips = {}
    for each in found:
        if each.severity is Severity.ERROR:
            said = words.slip(kind, each.code, typed.field_of(each.file), bounds, hardest(bounds))
            here = slips.setdefault(typed.field_of(each.file), [])
            here += [said] if said not in here else []
    return slips


def _lengths(owner: Entry, given: Mapping[str, Any], at: str = "") -> None:
    for key, each in given.items():
        place = f"{at}.{key}" if at else str(key)
        if isinstance(each, str) and len(each) > LONGEST_TEXT:
            owner.error("too-long", "", at=place)
        elif isinstance(each, Mapping):
            _lengths(owner, each, place)
        elif isinstance(each, list):
            for number, one in enumerate(each, start=1):
                if isinstance(one, Mapping):
                    _lengths(owner, one, f"{place}[{number}]")
                elif len(one) > LONGEST_TEXT:
                    owner.error("too-long", "", at=place)


def _map(given: Told) -> Map:
    found: Map = _typed(given)
    return found


def _typed(value: Any) -> Any:
    """Return plain values as a reader of files has them."""
    if isinstance(value, dict):
        return Map((key, _typed(each)) for key, each in value.items())
    return Seq(map(_typed, value)) if isinstance(value, list) else value
