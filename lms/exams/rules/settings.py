"""The rules of one exam, read from its version."""

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.exams.rules.kinds import Kind

SAFETY = "safety"
"""The tag that a question has by its flag `safety`."""
FREE, FORWARD = "free", "forward"
"""Ways through a paper: in any order, or one question after the other."""


def share_of(said: str) -> Fraction | None:
    """Return a share as it is written, such as ``0.25`` or ``1/3``; None if it is no number."""
    try:
        return Fraction(said.strip())
    except (ValueError, ZeroDivisionError):
        return None


def tags_of(said: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the tags that an entry asks for: a file says one, or a list of which all are needed."""
    return (said,) if isinstance(said, str) else tuple(said or ())


class Shown(enum.StrEnum):
    """What a trainee may see of each question after handing in."""

    OWN = "own"
    MARKS = "marks"
    RIGHT_WRONG = "right-wrong"
    """With the marks."""
    KEY = "key"
    EXPLANATION = "explanation"


@dataclass(frozen=True, slots=True)
class Draw:
    """How many questions of what sort are drawn."""

    count: int
    unit: str | None = None
    kind: Kind | None = None
    difficulty: int | None = None
    tags: tuple[str, ...] = ()
    """A question has all of them."""
    safety: bool = False
    """Whether only safety questions are meant."""
    parts: int = 0
    """Of a draw of cases: how many sub-questions each has, so that all papers are of one length."""
    question: str | None = None
    """Code of the one question or case that is meant; then nothing else is asked of it."""
    points: int | None = None
    """What each question of it is worth on the paper; None for its own points."""
    penalty: Fraction | None = None
    """Share of its points that a wrong choice costs, 0 for nothing; None for what the exam says."""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Draw":
        """Read an entry of an exam's file, checked."""
        kind, penalty = given.get("kind"), given.get("penalty")
        return cls(
            count=given.get("count") or 1,
            unit=given.get("unit"),
            kind=Kind(kind) if kind else None,
            difficulty=given.get("difficulty"),
            tags=tags_of(given.get("tag")),
            safety=given.get("safety") or False,
            parts=given.get("parts") or 0,
            question=given.get("question"),
            points=given.get("points"),
            penalty=None if penalty is None else Fraction(str(penalty)),
        )


@dataclass(frozen=True, slots=True)
class Sort:
    """Which questions of a paper are meant: those that are all that is said; all if nothing is."""

    unit: str | None = None
    kind: Kind | None = None
    """A case's sub-question is of its own kind, and of the kind case."""
    tags: tuple[str, ...] = ()
    """A question has all of them."""
    safety: bool = False

    def has(self, unit: str, kinds: Collection[Kind], tags: Collection[str]) -> bool:
        """Whether a question is of this sort."""
        return (
            self.unit in {None, unit}
            and (self.kind is None or self.kind in kinds)
            and all(each in tags for each in self.tags)
            and (not self.safety or SAFETY in tags)
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """What passing asks for beside the pass mark; one of the two."""

    sort: Sort
    wrong: int | None = None
    """How many questions of the sort may be wrong: may earn less than all their points."""
    least: Decimal | None = None
    """Percent of the points of the sort that have to be earned."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the paper that makes a share of the mark, however many points it has."""

    title: Mapping[str, str]
    weight: int
    """Percent of the mark."""
    sort: Sort


@dataclass(frozen=True, slots=True)
class ExamRules:
    """Time, pass mark, attempts, draw and review of one version of an exam."""

    code: str
    title: Mapping[str, str]
    minutes: int
    pass_percent: Decimal
    attempts: int
    cooldown_days: tuple[int, ...]
    shuffle_questions: bool
    review: frozenset[Shown]
    """What is shown at once after handing in."""
    draws: tuple[Draw, ...]
    penalty: Fraction = Fraction(0)
    """Share of its points that a wrong choice costs, unless the entry that drew it says another; the
    whole score never falls below 0."""
    limits: tuple[Limit, ...] = ()
    sections: tuple[Section, ...] = ()
    """A question belongs to the first whose sort it is; without any, each point weighs the same."""
    avoid_seen: bool = False
    """Whether questions that the person has not seen, or not for long, are drawn first."""
    talk_after: int = 0
    """From which failure on a talk is recorded before the next attempt; 0 for none."""
    opens_at: datetime | None = None
    """No attempt begins before; None for always."""
    closes_at: datetime | None = None
    """No attempt begins from then on, and those that run end; None for never."""
    is_forward: bool = False
    """Whether questions come one by one, and none is seen again."""
    review_later: frozenset[Shown] = frozenset()
    """What is shown from `review_at` on."""
    review_at: datetime | None = None
    review_after_closing: frozenset[Shown] = frozenset()
    """What is shown when nobody can sit the exam any more."""
    retake_after_pass: bool = False
    """Whether who has passed may use the attempts that are left; the first pass stays what counts."""

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "ExamRules":
        """Read the checked content of an exam's file."""
        return cls(
            code=settings["code"],
            title=settings["title"],
            minutes=settings["minutes"],
            pass_percent=Decimal(str(settings["pass_percent"])),
            attempts=settings["attempts"],
            cooldown_days=tuple(settings.get("cooldown_days") or ()),
            shuffle_questions=settings.get("shuffle_questions") is not False,
            review=_shown(settings, "review"),
            penalty=Fraction(str(settings.get("penalty") or 0)),
            draws=tuple(Draw.read(each) for each in settings["draw"]),
            limits=tuple(_limit(each) for each in settings.get("limits") or ()),
            sections=tuple(_section(each) for each in settings.get("sections") or ()),
            avoid_seen=settings.get("avoid_seen") or False,
            talk_after=settings.get("talk_after") or 0,
            opens_at=_instant(settings.get("opens_at")),
            closes_at=_instant(settings.get("closes_at")),
            is_forward=settings.get("navigation") == FORWARD,
            review_later=_shown(settings, "review_later"),
            review_at=_instant(settings.get("review_at")),
            review_after_closing=_shown(settings, "review_after_closing"),
            retake_after_pass=settings.get("retake_after_pass") or False,
        )

    def penalty_at(self, slot: int, own: Mapping[str, str] | None) -> Fraction:
        """Return the share of its points that a wrong choice costs in a slot of a paper.

        Args:
            slot: from 1.
            own: slot -> share, where the entry that drew it says another than the exam.
        """
        said = (own or {}).get(str(slot))
        return self.penalty if said is None else Fraction(said)

    @property
    def questions(self) -> int:
        """How many questions a paper has."""
        return sum(each.count * (each.parts or 1) for each in self.draws)


def _shown(settings: Mapping[str, Any], key: str) -> frozenset[Shown]:
    return frozenset(Shown(each) for each in settings.get(key) or ())


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _limit(given: Mapping[str, Any]) -> Limit:
    least = given.get("least")
    return Limit(
        sort=_sort(given),
        wrong=given.get("wrong"),
        least=None if least is None else Decimal(str(least)),
    )


def _section(given: Mapping[str, Any]) -> Section:
    return Section(title=given["title"], weight=given["weight"], sort=_sort(given))


def _sort(given: Mapping[str, Any]) -> Sort:
    kind = given.get("kind")
    return Sort(
        unit=given.get("unit"),
        kind=Kind(kind) if kind else None,
        tags=tags_of(given.get("tag")),
        safety=given.get("safety") or False,
    )
