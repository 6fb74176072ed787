"""The pieces of a question that has several: things to match or place, gaps to fill."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.exams import body, queries
from lms.exams.models import Attempt, Marking, ResponseFile
from lms.exams.rules import marks, pairs
from lms.exams.rules.kinds import BY_HAND, Kind
from lms.exams.rules.settings import Shown

Bilingual = Mapping[str, str]
NOTHING: Bilingual = {"zh": "–", "en": "–"}


@dataclass(frozen=True, slots=True)
class PartLine:
    """One thing to match or place, or one gap. What the policy hides is None."""

    label: Bilingual
    given: Bilingual | None
    """What was chosen or typed; empty if nothing was."""
    right: Bilingual | None
    is_right: bool | None
    why: Bilingual | None


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One thing that the marker looked for."""

    text: Bilingual
    points: int
    is_met: bool


@dataclass(frozen=True, slots=True)
class ByHandParts:
    """What people have marked in an attempt, and the files that they were given."""

    markings: Mapping[int, Marking]
    files: Mapping[int, Sequence[ResponseFile]]

    def rubric(self, slot: int, content: Mapping[str, Any]) -> list[RubricLine]:
        """Return the rubric of a slot that is marked; else nothing."""
        if slot not in self.markings:
            return []
        met = self.markings[slot].met
        return [
            RubricLine(each["text"], each["points"], each["key"] in met)
            for each in content.get("rubric") or ()
        ]

    def comment(self, slot: int) -> str:
        """Return the marker's comment."""
        return self.markings[slot].comment if slot in self.markings else ""


def by_hand_of(
    attempt: Attempt, shown: Iterable[queries.Shown], answers: Mapping[int, queries.Saved]
) -> ByHandParts:
    """Return what people have to do with an attempt; no statement if that is nothing."""
    kinds = {Kind(each.kind) for each in shown}
    return ByHandParts(
        markings=queries.markings(attempt) if kinds & set(BY_HAND) else {},
        files=queries.files_of(attempt, answers) if Kind.UPLOAD in kinds else {},
    )


def parts_of(
    kind: Kind,
    content: Mapping[str, Any],
    order: str,
    given: tuple[str, ...],
    shows: Collection[Shown],
) -> Sequence[PartLine]:
    """Return the pieces as far as the policy allows; none for a question that has none.

    Args:
        kind: of the question.
        content: its body.
        order: its entry in the layout.
        given: the answer.
        shows: what the exam's review policy allows.
    """
    key = body.key_of(kind, content)
    reasons = body.reasons(kind, content)
    match key:
        case pairs.Matching() | pairs.Ordering():
            said, right = pairs.given(given), pairs.right(key)
            things, choices = body.pair_texts(kind, content)
            shown = pairs.sides(order) or ((), ())
            return [
                _part(
                    shows,
                    label=things[each],
                    given=choices.get(said.get(each, ""), NOTHING),
                    right=choices[right[each]],
                    is_right=said.get(each) == right[each],
                    why=reasons.get(each),
                )
                for each in shown[0]
            ]
        case marks.Cloze():
            return _gaps(key, body.gaps(kind, content), given, shows)
        case _:
            return []


def _gaps(
    key: marks.Cloze,
    gaps: Sequence[body.Gap],
    given: tuple[str, ...],
    shows: Collection[Shown],
) -> list[PartLine]:
    lines = []
    for gap, gap_key in zip(gaps, key.gaps, strict=True):
        said = given[gap.number - 1] if gap.number <= len(given) else ""
        number = f"[{gap.number}]"
        shown = dict(gap.options).get(said) or dict.fromkeys(("zh", "en"), said or "–")
        lines.append(
            _part(
                shows,
                label={"zh": number, "en": number},
                given=shown,
                right=gap.right,
                is_right=marks.mark(gap_key, (said,)) == marks.FULL,
                why=gap.why,
            )
        )
    return lines


def _part(
    shows: Collection[Shown],
    *,
    label: Bilingual,
    given: Bilingual,
    right: Bilingual,
    is_right: bool,
    why: Bilingual | None,
) -> PartLine:
    return PartLine(
        label=label,
        given=given if Shown.OWN in shows else None,
        right=right if Shown.KEY in shows else None,
        is_right=is_right if {Shown.OWN, Shown.RIGHT_WRONG} <= set(shows) else None,
        why=why if Shown.EXPLANATION in shows else None,
    )
