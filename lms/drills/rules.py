"""A drill as a graph: what can be reached, and how fast. Pure."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a trainee may do."""

    code: str
    sources: frozenset[str]
    """States in which it can be done."""
    target: str | None
    """State that it leads to; None: it stays where it was."""
    minutes: int
    """Simulated: they move the clock."""
    shows: frozenset[str] = frozenset()
    """Clues that it reveals."""
    needs: frozenset[str] = frozenset()
    """Clues that have to be known before it can be chosen."""
    meets: str | None = None
    """Deadline that it keeps."""
    is_trap: bool = False
    is_fatal: bool = False
    """A trap that ends the drill: failed."""


@dataclass(frozen=True, slots=True)
class Script:
    """A drill's graph."""

    start: str
    states: frozenset[str]
    ends: frozenset[str]
    actions: tuple[Action, ...]
    deadlines: Mapping[str, int] = field(default_factory=dict)
    """What has to be done by which simulated minute."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where someone stands: state, clues seen, deadlines kept."""

    state: str
    clues: tuple[str, ...] = ()
    met: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """One way through."""

    minutes: int
    actions: tuple[str, ...]


def best_walk(script: Script, *, with_clock: bool = True) -> Walk | None:
    """Return the fastest way from the start to an end without any trap; None if there is none.

    Args:
        script: the graph.
        with_clock: whether each deadline has to be kept. Being early is never worse, so the earliest
            arrival at each place decides.
    """
    numbers, begun = count(), Place(script.start)
    waiting: list[tuple[int, int, Place, tuple[str, ...]]] = [(0, next(numbers), begun, ())]
    done: set[Place] = set()
    while waiting:
        minutes, _, place, path = heapq.heappop(waiting)
        if place in done:
            continue
        done.add(place)
        if place.state in script.ends and (
            not with_clock or set(place.met) >= set(script.deadlines)
        ):
            return Walk(minutes, path)
        for action in _possible(script, place):
            after = minutes + action.minutes
            if action.is_trap or (
                with_clock and after > script.deadlines.get(action.meets or "", after)
            ):
                continue
            onward = _after(place, action)
            heapq.heappush(waiting, (after, next(numbers), onward, (*path, action.code)))
    return None


def places(script: Script) -> set[Place]:
    """Return every place that can be reached, through traps as well."""
    found: set[Place] = set()
    waiting = [Place(script.start)]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += [
                _after(place, each) for each in _possible(script, place) if not each.is_fatal
            ]
    return found


def unreachable(script: Script) -> tuple[set[str], set[str]]:
    """Return the states that nobody gets to, and the actions that nobody can choose."""
    reached = places(script)
    chosen = {each.code for place in reached for each in _possible(script, place)}
    states = set(script.states) - {place.state for place in reached}
    return states, {each.code for each in script.actions} - chosen


def dead_ends(script: Script) -> set[str]:
    """Return the states that can be reached and from which no right way leads to an end."""
    reached = places(script)
    good = {place for place in reached if place.state in script.ends}
    onward = {
        place: {_after(place, each) for each in _possible(script, place) if not each.is_trap}
        for place in reached
    }
    while more := {p for p in reached - good if onward[p] & good}:
        good |= more
    return {place.state for place in reached - good}


def _possible(script: Script, place: Place) -> Iterator[Action]:
    if place.state in script.ends:
        return
    clues = set(place.clues)
    for action in script.actions:
        if place.state in action.sources and action.needs <= clues:
            yield action


def _after(place: Place, action: Action) -> Place:
    clues = tuple(sorted({*place.clues, *action.shows}))
    met = tuple(sorted({*place.met, action.meets})) if action.meets else place.met
    return Place(action.target or place.state, clues, met)
