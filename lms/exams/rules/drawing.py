"""Which questions a paper has, and in which order it shows them and their options.

Everything follows from a seed, the content of the bank and what the person has seen, by way of
hashes; neither the order in which rows are stored nor Python's random generator plays a part, so
that a draw can be repeated.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from lms.exams.rules.kinds import ON_REQUEST, Kind
from lms.exams.rules.pairs import SIDES
from lms.exams.rules.settings import SAFETY, Draw, ExamRules

NOTHING_SEEN: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be drawn, as of its published version."""

    code: str
    version_id: int
    unit: str
    kind: Kind
    difficulty: int
    tags: frozenset[str]
    """With `SAFETY`, if it is a safety question."""
    points: int
    options: tuple[str, ...]
    """Keys of its options in the order written; empty where it has none."""
    shuffle: bool
    last: frozenset[str] = frozenset()
    """Keys of the options that stand at the end in whatever order the others are shown."""
    things: tuple[str, ...] = ()
    """Of matching: keys of what is given one of the options."""
    parts: tuple["Candidate", ...] = ()
    """Of a case: its sub-questions in order. It is drawn as one, and they stay together."""
    penalty: Fraction | None = None
    """Once it is drawn: what a wrong choice costs by its entry; None for what the exam says."""


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
    """The bank cannot fill an entry of the blueprint beside those before it.

    Args:
        entry: number of the entry, from 1.
        rivals: numbers of the entries that want the same questions.
        wanted: how many questions all of these ask for.
        available: how many there are for them.
    """

    def __init__(self, entry: int, rivals: Sequence[int], wanted: int, available: int) -> None:
        said = f"{wanted} questions are asked for, {available} are there"
        super().__init__(f"entry {entry} of the blueprint cannot be filled: {said}")
        self.entry, self.rivals = entry, rivals
        self.wanted, self.available = wanted, available


def rank(seed: str, *parts: str) -> bytes:
    """Return what things are ordered by: a hash of the seed and their names."""
    return hashlib.sha256("\0".join((seed, *parts)).encode()).digest()


def draw(
    seed: str,
    draws: Sequence[Draw],
    bank: Iterable[Candidate],
    seen: Mapping[str, int] = NOTHING_SEEN,
) -> list[Candidate]:
    """Draw a paper: every entry filled, no question twice, as little seen before as can be.

    Args:
        seed: of this paper.
        draws: the blueprint.
        bank: what may be drawn, in any order.
        seen: code -> when it was seen, as a number that is higher for later; what is not in here
            was never seen.

    Raises:
        TooFewQuestionsError: naming the first entry that cannot be filled.
    """
    unique = {each.code: each for each in bank}.values()
    order = {each.code: (seen.get(each.code, 0), rank(seed, "draw", each.code)) for each in unique}
    ranked = sorted(unique, key=lambda each: order[each.code])
    seats = _seated(draws, ranked)
    if not _is_full(draws, seats):
        raise _shortage(draws, ranked)
    taken = {
        each.code: _costing(worth(each, entry.points), entry.penalty)
        for entry, held in zip(draws, seats, strict=True)
        for each in held
    }
    return [taken[each.code] for each in ranked if each.code in taken]


def shortage(draws: Sequence[Draw], bank: Iterable[Candidate]) -> TooFewQuestionsError | None:
    """Return what `draw` would raise, whatever its seed; None if there is a paper."""
    unique = list({each.code: each for each in bank}.values())
    return None if _is_full(draws, _seated(draws, unique)) else _shortage(draws, unique)


def worth(candidate: Candidate, points: int | None) -> Candidate:
    """Return a question with what an entry says that it is worth; of a case, each sub-question."""
    if points is None:
        return candidate
    parts = tuple(replace(each, points=points) for each in candidate.parts)
    return replace(candidate, points=points * (len(parts) or 1), parts=parts)


def _costing(candidate: Candidate, penalty: Fraction | None) -> Candidate:
    parts = tuple(replace(each, penalty=penalty) for each in candidate.parts)
    return replace(candidate, penalty=penalty, parts=parts)


def _seated(draws: Sequence[Draw], ranked: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return per entry the questions that fill it, as many as can be.

    Entries may overlap, and filling them greedily can then fail although a paper exists; so those
    that are seated move on to make room (augmenting paths, Kuhn 1955). Sets of questions that can
    be seated together are a matroid (Edmonds and Fulkerson 1965): to take each in turn if there is
    room beside those taken before gives the first paper of all in the order of `ranked`.
    """
    seats: list[list[Candidate]] = [[] for _ in draws]
    known = _entries_by_sort(tuple(draws))
    named = {entry.question for entry in draws}
    """Each of these is a sort of its own: an entry means it and no other."""

    def seat(candidate: Candidate, tried: set[int]) -> bool:
        sort = _sort_of(candidate)
        sort = (candidate.code, sort) if candidate.code in named else sort
        if sort not in known:
            known[sort] = [n for n, entry in enumerate(draws) if fits(entry, candidate)]
        for n in known[sort]:
            if n in tried:
                continue
            tried.add(n)
            if len(seats[n]) < draws[n].count:
                seats[n].append(candidate)
                return True
            for place, other in enumerate(seats[n]):
                if seat(other, tried):
                    seats[n][place] = candidate
                    return True
        return False

    empty = sum(entry.count for entry in draws)
    for candidate in ranked:
        if not empty:
            break
        empty -= seat(candidate, set())
    return seats


@lru_cache(maxsize=64)
def _entries_by_sort(_draws: tuple[Draw, ...]) -> dict[object, list[int]]:
    """Return sort of question -> numbers of the entries that draw it, filled by whoever draws.

    A bank has few sorts, and the same blueprint is drawn from again and again.
    """
    return {}


def _is_full(draws: Sequence[Draw], seats: Sequence[Sequence[Candidate]]) -> bool:
    return all(len(held) == entry.count for entry, held in zip(draws, seats, strict=True))


def _shortage(draws: Sequence[Draw], ranked: Sequence[Candidate]) -> TooFewQuestionsError:
    """Return which entry is the first that cannot be filled, and which ones compete with it.

    Those are what is reached from an entry with an empty place by way of the questions that it
    could have and the entries that have them (Hall 1935).
    """
    last, seats = next(
        (n, seats)
        for n in range(1, len(draws) + 1)
        if not _is_full(draws[:n], seats := _seated(draws[:n], ranked))
    )
    short = next(n for n in range(last) if len(seats[n]) < draws[n].count)
    at = {each.code: n for n, held in enumerate(seats) for each in held}
    reached, todo, wanted_by = {short}, [short], set[str]()
    while todo:
        entry = draws[todo.pop()]
        fitting = {each.code for each in ranked if fits(entry, each)}
        wanted_by |= fitting
        further = {at[code] for code in fitting if code in at} - reached
        reached |= further
        todo += sorted(further)
    return TooFewQuestionsError(
        entry=last,
        rivals=sorted(n + 1 for n in reached if n + 1 != last),
        wanted=sum(draws[n].count for n in reached),
        available=len(wanted_by),
    )


def arrange(seed: str, drawn: Sequence[Candidate], *, shuffle: bool) -> list[Candidate]:
    """Return a paper's questions in the order shown: by kind, and within it by chance or code.

    A case stands as its sub-questions, in their order.
    """
    kinds = list(Kind)

    def place(each: Candidate) -> tuple[int, bytes, str]:
        return kinds.index(each.kind), rank(seed, "order", each.code) if shuffle else b"", each.code

    return [part for each in sorted(drawn, key=place) for part in each.parts or (each,)]


def layout(
    seed: str,
    rules: ExamRules,
    bank: Iterable[Candidate],
    seen: Mapping[str, int] = NOTHING_SEEN,
) -> list[list[Any]]:
    """Draw and lay out a paper: per slot ``[version id, order of the options, points]``.

    Raises:
        TooFewQuestionsError: as `draw`.
    """
    return paper(seed, rules, bank, seen)[0]


def paper(
    seed: str,
    rules: ExamRules,
    bank: Iterable[Candidate],
    seen: Mapping[str, int] = NOTHING_SEEN,
) -> tuple[list[list[Any]], dict[str, str]]:
    """Draw and lay out a paper, with what wrong choices cost in it.

    Returns:
        As `layout`; and slot -> share of its points, where an entry says another than the exam.

    Raises:
        TooFewQuestionsError: as `draw`.
    """
    drawn = draw(seed, rules.draws, bank, seen)
    shown = arrange(seed, drawn, shuffle=rules.shuffle_questions)
    costs = {
        str(slot): str(each.penalty)
        for slot, each in enumerate(shown, start=1)
        if each.penalty is not None
    }
    return [[each.version_id, option_order(seed, each), each.points] for each in shown], costs


def option_order(seed: str, candidate: Candidate) -> str:
    """Return the option keys in the order shown, parted by blanks: ``B D A C``.

    Of matching ``2 1 3 | B D A C``, of ordering ``B A C | 1 2 3``: what is given what. Those that
    stand for all of the others stay at the end, in the order written.
    """

    def mixed(name: str, keys: Sequence[str]) -> Sequence[str]:
        if not candidate.shuffle:
            return keys
        return sorted(keys, key=lambda key: rank(seed, name, candidate.code, key))

    last = candidate.last if candidate.shuffle else frozenset()
    options = " ".join(
        [
            *mixed("option", [key for key in candidate.options if key not in last]),
            *(key for key in candidate.options if key in last),
        ]
    )
    match candidate.kind:
        case Kind.MATCHING:
            return " ".join(mixed("thing", candidate.things)) + SIDES + options
        case Kind.ORDERING:
            places = range(1, len(candidate.options) + 1)
            return options + SIDES + " ".join(map(str, places))
        case _:
            return options


def _sort_of(candidate: Candidate) -> object:
    """Return all of a question that decides which entries it fits, unless one names it."""
    parts = len(candidate.parts)
    return candidate.unit, candidate.kind, candidate.difficulty, candidate.tags, parts


def fits(entry: Draw, candidate: Candidate) -> bool:
    """Whether a question is of the sort that an entry of the blueprint draws.

    What fills several places, or needs a person to mark it, is drawn only where an entry asks.
    An entry that names a question means it alone.
    """
    if entry.question is not None:
        return candidate.code == entry.question and entry.parts == len(candidate.parts)
    return (
        entry.unit in {None, candidate.unit}
        and entry.kind
        in ({candidate.kind} if candidate.kind in ON_REQUEST else {None, candidate.kind})
        and entry.parts == len(candidate.parts)
        and entry.difficulty in {None, candidate.difficulty}
        and candidate.tags.issuperset(entry.tags)
        and (not entry.safety or SAFETY in candidate.tags)
    )


class Shelves:
    """A bank by its modules: for an entry that asks for one, no other is looked through."""

    def __init__(self, bank: Iterable[Candidate]) -> None:
        self._all = list(bank)
        self._of: dict[str, list[Candidate]] = {}
        for each in self._all:
            self._of.setdefault(each.unit, []).append(each)

    def fitting(self, entry: Draw) -> list[Candidate]:
        """Return the questions that an entry of a blueprint may draw, in the order of the bank."""
        among = self._all
        if entry.unit is not None and entry.question is None:
            among = self._of.get(entry.unit, [])
        return [each for each in among if fits(entry, each)]
