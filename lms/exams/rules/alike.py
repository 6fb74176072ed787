"""Which questions ask nearly the same: how much of their wording they share."""

import zlib
from collections.abc import Iterable
from fractions import Fraction

from lms.exams.rules.normal import normal_text

ALIKE = Fraction(3, 4)
"""From this share of common wording on, somebody should look."""
_BITS = 1021
_MARKS_OFF = Fraction(9, 10)
"""Marks run together here and there, so that they are compared less strictly."""
_SIZE = 3


def shingles(texts: Iterable[str]) -> frozenset[str]:
    """Return the pieces of three characters of normalised texts, the order of the texts aside."""
    found: set[str] = set()
    for each in texts:
        said = f" {normal_text(each)} "
        found |= {said[at : at + _SIZE] for at in range(len(said) - _SIZE + 1)}
    return frozenset(found)


def mark(pieces: frozenset[str]) -> int:
    """Return a small stand-in for pieces: sets that are alike have marks that are alike."""
    found = 0
    for each in pieces:
        found |= 1 << (zlib.crc32(each.encode()) % _BITS)
    return found


def may_be_alike(one: int, other: int) -> bool:
    """Whether two sets could be alike, by their marks: cheap, and never a miss that matters."""
    most = max(one.bit_count(), other.bit_count())
    return (one & other).bit_count() >= ALIKE * _MARKS_OFF * most


def share(one: frozenset[str], other: frozenset[str]) -> Fraction:
    """Return how much of all their pieces two sets have in common, from 0 to 1 (Jaccard)."""
    whole = len(one | other)
    return Fraction(len(one & other), whole) if whole else Fraction(0)
