"""The rules of one exam, read from its version."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.exams.rules.kinds import Kind


class Shown(enum.StrEnum):
    """What a trainee may see of each question after handing in."""

    OWN = "own"
    RIGHT_WRONG = "right-wrong"
    KEY = "key"
    EXPLANATION = "explanation"


@dataclass(frozen=True, slots=True)
class Draw:
    """How many questions of what sort are drawn."""

    count: int
    unit: str | None = None
    kind: Kind | None = None
    difficulty: int | None = None
    tag: str | None = None
    parts: int = 0
    """Of a draw of cases: how many sub-questions each has, so that all papers are of one length."""


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
    draws: tuple[Draw, ...]
    penalty: Fraction = Fraction(0)
    """Share of its points that a wrong choice costs; the whole score never falls below 0."""

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
            shuffle_questions=settings.get("shuffle_questions", True),
            review=frozenset(Shown(each) for each in settings.get("review", ())),
            penalty=Fraction(str(settings.get("penalty") or 0)),
            draws=tuple(_draw(each) for each in settings["draw"]),
        )

    @property
    def questions(self) -> int:
        """How many questions a paper has."""
        return sum(each.count * (each.parts or 1) for each in self.draws)


def _draw(given: Mapping[str, Any]) -> Draw:
    kind = given.get("kind")
    return Draw(
        count=given["count"],
        unit=given.get("unit"),
        kind=Kind(kind) if kind else None,
        difficulty=given.get("difficulty"),
        tag=given.get("tag"),
        parts=given.get("parts") or 0,
    )
