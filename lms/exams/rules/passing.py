"""What a paper earns as a whole, and whether that passes.

The score is the share of all points, or of sections with weights. Limits come on top: they can
make a fail of a pass, and never the other way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lms.exams.rules.kinds import Kind
from lms.exams.rules.marks import FULL, ZERO, reaches, total
from lms.exams.rules.settings import Limit, Section, Sort


@dataclass(frozen=True, slots=True)
class Judged:
    """A question of a paper, and what its answer earned."""

    unit: str
    kinds: frozenset[Kind]
    """Its own; and case, if it is a sub-question."""
    tags: frozenset[str]
    points: int
    mark: Fraction | None
    """At most 1; None while a person has yet to mark it."""

    def is_of(self, sort: Sort) -> bool:
        """Whether a limit or section means it."""
        return sort.has(self.unit, self.kinds, self.tags)


@dataclass(frozen=True, slots=True)
class Earned:
    """What a section earned."""

    section: Section
    share: Fraction
    """Of its points; at most 1, and below 0 only where wrong choices cost."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that a paper does not keep."""

    limit: Limit
    wrong: int
    """How many questions of its sort earned less than all their points."""
    share: Fraction
    """Of the points of its sort."""


def score(sections: Sequence[Section], paper: Sequence[Judged]) -> Fraction | None:
    """Return the score from 0 to 1, or None while a person has yet to mark a response.

    A section of which the paper has no question leaves its weight to the others.
    """
    if not sections or any(each.mark is None for each in paper):
        return total((each.mark, each.points) for each in paper)
    parts = earned(sections, paper)
    weight = sum(each.section.weight for each in parts)
    gained = sum((each.section.weight * each.share for each in parts), ZERO)
    return max(ZERO, gained / weight) if weight else ZERO


def earned(sections: Sequence[Section], paper: Sequence[Judged]) -> list[Earned]:
    """Return what each section that has questions earned; all of the paper is marked.

    What is of no section's sort counts in the last one.
    """
    held: list[list[Judged]] = [[] for _ in sections]
    for each in paper if sections else ():
        fitting = (n for n, section in enumerate(sections) if each.is_of(section.sort))
        held[next(fitting, -1)].append(each)
    return [Earned(part, _share(of)) for part, of in zip(sections, held, strict=True) if of]


def broken(limits: Sequence[Limit], paper: Sequence[Judged]) -> list[Broken]:
    """Return the limits that a paper does not keep; all of it is marked.

    One of whose sort the paper has no question is kept.
    """
    found = []
    for limit in limits:
        meant = [each for each in paper if each.is_of(limit.sort)]
        wrong, share = sum(each.mark != FULL for each in meant), _share(meant)
        too_many = limit.wrong is not None and wrong > limit.wrong
        too_little = limit.least is not None and 100 * share < Fraction(limit.least)
        if meant and (too_many or too_little):
            found.append(Broken(limit, wrong, share))
    return found


def passes(
    pass_percent: Decimal,
    sections: Sequence[Section],
    limits: Sequence[Limit],
    paper: Sequence[Judged],
) -> bool | None:
    """Whether a paper reaches the pass mark and keeps every limit; None while not all is marked."""
    whole = score(sections, paper)
    return None if whole is None else reaches(whole, pass_percent) and not broken(limits, paper)


def _share(meant: Sequence[Judged]) -> Fraction:
    worth = sum(each.points for each in meant)
    gained = sum(((each.mark or ZERO) * each.points for each in meant), ZERO)
    return gained / worth if worth else ZERO
