"""Which questions a paper has, and in which order it shows them and their options.

Everything follows from a seed and the content of the bank by way of hashes; neither the order in
which rows are stored nor Python's random generator plays a part, so that a draw can be repeated.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from lms.exams.rules.kinds import ON_REQUEST, Kind
from lms.exams.rules.pairs import SIDES
from lms.exams.rules.settings import Draw


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be drawn, as of its published version."""

    code: str
    version_id: int
    unit: str
    kind: Kind
    difficulty: int
    tags: frozenset[str]
    points: int
    options: tuple[str, ...]
    """Keys of its options in the order written; empty where it has none."""
    shuffle: bool
    things: tuple[str, ...] = ()
    """Of matching: keys of what is given one of the options."""
    parts: tuple["Candidate", ...] = ()
    """Of a case: its sub-questions in order. It is drawn as one, and they stay together."""


def case(code: str, parts: Sequence[Candidate]) -> Candidate:
    """Return a case as it is drawn: as hard as its hardest sub-question, with the tags of all."""
    return Candidate(
        code=code,
        version_id=0,
        unit=parts[0].unit,
        kind=Kind.CASE,
        difficulty=max(each.difficulty for each in parts),
        tags=frozenset().union(*(each.tags for each in parts)),
        points=sum(each.points for each in parts),
        options=(),
        shuffle=False,
        parts=tuple(parts),
    )


class TooFewQuestionsError(ValueError):
    """The bank cannot fill an entry of the blueprint.

    Args:
        entry: number of the entry, from 1.
    """

    def __init__(self, entry: int) -> None:
        super().__init__(f"entry {entry} of the blueprint cannot be filled")
        self.entry = entry


def rank(seed: str, *parts: str) -> bytes:
    """Return what things are ordered by: a hash of the seed and their names."""
    return hashlib.sha256("\0".join((seed, *parts)).encode()).digest()


def draw(seed: str, draws: Sequence[Draw], bank: Sequence[Candidate]) -> list[Candidate]:
    """Draw a paper: every entry filled, no question twice.

    Entries may overlap, and filling them greedily can then fail although a paper exists. So each
    place is matched with a question by augmenting paths (Kuhn 1955).

    Raises:
        TooFewQuestionsError: naming the first entry that cannot be filled.
    """
    ranked = sorted(bank, key=lambda each: rank(seed, "draw", each.code))
    places = [(n, entry) for n, entry in enumerate(draws, start=1) for _ in range(entry.count)]
    holder: dict[str, int] = {}

    def seat(place: int, tried: set[str]) -> bool:
        for candidate in ranked:
            if candidate.code in tried or not fits(places[place][1], candidate):
                continue
            tried.add(candidate.code)
            if candidate.code not in holder or seat(holder[candidate.code], tried):
                holder[candidate.code] = place
                return True
        return False

    for place, (number, _entry) in enumerate(places):
        if not seat(place, set()):
            raise TooFewQuestionsError(number)
    return [candidate for candidate in ranked if candidate.code in holder]


def arrange(seed: str, drawn: Sequence[Candidate], *, shuffle: bool) -> list[Candidate]:
    """Return a paper's questions in the order shown: by kind, and within it by chance or code.

    A case stands as its sub-questions, in their order.
    """
    kinds = list(Kind)

    def place(each: Candidate) -> tuple[int, bytes, str]:
        return kinds.index(each.kind), rank(seed, "order", each.code) if shuffle else b"", each.code

    return [part for each in sorted(drawn, key=place) for part in each.parts or (each,)]


def option_order(seed: str, candidate: Candidate) -> str:
    """Return the option keys in the order shown, parted by blanks: ``B D A C``.

    Of matching ``2 1 3 | B D A C``, of ordering ``B A C | 1 2 3``: what is given what.
    """

    def mixed(name: str, keys: Sequence[str]) -> str:
        if not candidate.shuffle:
            return " ".join(keys)
        return " ".join(sorted(keys, key=lambda key: rank(seed, name, candidate.code, key)))

    options = mixed("option", candidate.options)
    match candidate.kind:
        case Kind.MATCHING:
            return mixed("thing", candidate.things) + SIDES + options
        case Kind.ORDERING:
            places = range(1, len(candidate.options) + 1)
            return options + SIDES + " ".join(map(str, places))
        case _:
            return options


def fits(entry: Draw, candidate: Candidate) -> bool:
    """Whether a question is of the sort that an entry of the blueprint draws.

    What fills several places, or needs a person to mark it, is drawn only where an entry asks.
    """
    return (
        entry.unit in {None, candidate.unit}
        and entry.kind
        in ({candidate.kind} if candidate.kind in ON_REQUEST else {None, candidate.kind})
        and entry.parts == len(candidate.parts)
        and entry.difficulty in {None, candidate.difficulty}
        and (entry.tag is None or entry.tag in candidate.tags)
    )
