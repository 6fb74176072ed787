"""Short texts: what was typed against what is taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from lms.exams.rules.normal import normal_text

ANYTHING = "*"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Forms that earn the same; compared by `normal_text`."""

    forms: frozenset[str] = frozenset()
    """Any one of these as a whole; ``*`` stands for anything, also nothing."""
    parts: tuple[frozenset[str], ...] = ()
    """Or every text of any one of these sets, anywhere in what was typed."""
    share: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or not (self.forms or self.parts) or not all(self.parts):
            raise ValueError("something is accepted, for more than 0 and at most 1")


@dataclass(frozen=True, slots=True)
class ShortText:
    """A few words; each list of accepted forms earns its share."""

    accepted: tuple[Accepted, ...]

    def __post_init__(self) -> None:
        if not any(each.share == 1 for each in self.accepted):
            raise ValueError("one list of forms earns everything")


def best(key: ShortText, typed: str) -> int | None:
    """Return the number, from 0, of the accepted list that earns most; None if none fits."""
    said = normal_text(typed)
    fitting = [n for n, each in enumerate(key.accepted) if said and _fits(each, said)]
    return max(fitting, key=lambda n: key.accepted[n].share, default=None)


def mark_text(key: ShortText, typed: str) -> Fraction:
    """Return what was typed earns: the most of those that fit."""
    found = best(key, typed)
    return Fraction(0) if found is None else key.accepted[found].share


def _fits(accepted: Accepted, said: str) -> bool:
    if any(is_like(said, form) for form in accepted.forms):
        return True
    return any(has_all(said, parts) for parts in accepted.parts)


def has_all(said: str, parts: Iterable[str]) -> bool:
    """Whether every one of some texts stands in what was said."""
    return all(normal_text(each) in said for each in parts)


def is_like(said: str, form: str) -> bool:
    """Whether a normal text is of a form. One pass per piece, so no form can make it slow."""
    first, *pieces = (normal_text(each) for each in form.split(ANYTHING))
    if not pieces:
        return said == first
    *middle, last = pieces
    if len(said) < len(first) + len(last) or not said.startswith(first):
        return False
    at, end = len(first), len(said) - len(last)
    for each in middle:
        at = said.find(each, at, end)
        if at < 0:
            return False
        at += len(each)
    return at <= end and said.endswith(last)
