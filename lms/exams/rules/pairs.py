"""Matching and ordering: each of several things is given a choice, or a place.

An answer is a list of ``thing=choice``, so it names keys and never positions on the page; a paper's
layout names both sides as ``2 1 3 | B D A C``.
"""

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import assert_never

SIDES, GIVEN = " | ", "="


class OrderPolicy(enum.StrEnum):
    """What a partly right order earns."""

    EXACT = "exact"
    """All or nothing."""
    NEIGHBOURS = "neighbours"
    """A share for each thing that directly follows the one that it should."""
    KENDALL = "kendall"
    """Kendall's tau: pairs in the right order less pairs in the wrong one, never below 0."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Each thing has one right choice; a choice may serve for several, or for none."""

    answer: tuple[tuple[str, str], ...]
    """Thing and choice."""

    def __post_init__(self) -> None:
        if not self.answer or len(dict(self.answer)) != len(self.answer):
            raise ValueError("at least one thing, each once")


@dataclass(frozen=True, slots=True)
class Ordering:
    """Things to be put in order."""

    answer: tuple[str, ...]
    """Keys in the right order."""
    policy: OrderPolicy = OrderPolicy.EXACT

    def __post_init__(self) -> None:
        if len(set(self.answer)) != len(self.answer) or len(self.answer) < 2:  # noqa: PLR2004
            raise ValueError("at least two things, each once")


def given(response: Iterable[str]) -> dict[str, str]:
    """Return thing -> choice; of what is said twice the latter."""
    parted = (each.partition(GIVEN) for each in response)
    return {thing: choice for thing, is_given, choice in parted if is_given and choice}


def pair(thing: str, choice: str) -> str:
    """Return how an answer says that a thing is given a choice."""
    return f"{thing}{GIVEN}{choice}"


def right(key: Matching | Ordering) -> dict[str, str]:
    """Return thing -> the choice, or the place, that is right."""
    if isinstance(key, Matching):
        return dict(key.answer)
    return {thing: str(place) for place, thing in enumerate(key.answer, start=1)}


def sides(shown: str) -> tuple[list[str], list[str]] | None:
    """Return the things and the choices of a layout in the order shown; None if it is no such."""
    things, is_paired, choices = shown.partition(SIDES)
    return (things.split(), choices.split()) if is_paired else None


def known(response: Iterable[str], things: Iterable[str], choices: Iterable[str]) -> list[str]:
    """Return what of an answer names things and choices that there are, each thing once."""
    said, possible = given(response), set(choices)
    return [pair(each, said[each]) for each in things if said.get(each) in possible]


def mark_matching(key: Matching, response: Iterable[str]) -> Fraction:
    """Return a share for each thing that has its right choice."""
    said = given(response)
    right = sum(said.get(thing) == choice for thing, choice in key.answer)
    return Fraction(right, len(key.answer))


def mark_ordering(key: Ordering, response: Iterable[str]) -> Fraction:
    """Return what an order earns. Things without a place of their own count for nothing.

    Kendall, A New Measure of Rank Correlation, Biometrika 30 (1938), for the last of the policies.
    """
    place, count = _places(key, given(response)), len(key.answer)
    match key.policy:
        case OrderPolicy.EXACT:
            is_right = all(place.get(each) == n for n, each in enumerate(key.answer, start=1))
            return Fraction(is_right)
        case OrderPolicy.NEIGHBOURS:
            right = sum(
                one in place and place.get(next_one) == place[one] + 1
                for one, next_one in pairwise(key.answer)
            )
            return Fraction(right, count - 1)
        case OrderPolicy.KENDALL:
            pairs = [
                1 if place[one] < place[other] else -1
                for one, other in combinations(key.answer, 2)
                if one in place and other in place
            ]
            return max(Fraction(0), Fraction(sum(pairs), count * (count - 1) // 2))
        case _:
            assert_never(key.policy)


def _places(key: Ordering, said: Mapping[str, str]) -> dict[str, int]:
    """Return thing -> place, from 1; without those that share one or have none."""
    possible = {str(n): n for n in range(1, len(key.answer) + 1)}
    found = {each: possible[said[each]] for each in key.answer if said.get(each) in possible}
    taken = Counter(found.values())
    return {each: place for each, place in found.items() if taken[place] == 1}
