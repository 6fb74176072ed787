"""Walking a drill's graph."""

from dataclasses import replace

from hypothesis import given, strategies as st

from lms.drills.rules import Action, Script, best_walk, dead_ends, places, unreachable


def act(code: str, source: str, target: str | None, minutes: int = 1, **more: object) -> Action:
    return Action(code, frozenset({source}), target, minutes, **more)  # type: ignore[arg-type]


LINE = Script(
    start="a",
    states=frozenset("abc"),
    ends=frozenset("c"),
    actions=(
        act("look", "a", None, 2, shows=frozenset({"clue"})),
        act("go", "a", "b", 3, needs=frozenset({"clue"})),
        act("end", "b", "c", 4, meets="answer"),
        act("trap", "b", "a", 9, is_trap=True),
    ),
    deadlines={"answer": 9},
)


def test_the_fastest_right_way_is_found_with_its_clues() -> None:
    walk = best_walk(LINE)
    assert walk is not None
    assert (walk.minutes, walk.actions) == (9, ("look", "go", "end"))


def test_a_deadline_that_nobody_keeps_leaves_no_way() -> None:
    late = replace(LINE, deadlines={"answer": 8})
    assert best_walk(late) is None
    assert best_walk(late, with_clock=False) is not None


def test_a_slower_way_counts_if_only_it_keeps_the_deadline() -> None:
    both = (
        act("short", "a", "c", 1),
        act("call", "a", "b", 2, meets="answer"),
        act("on", "b", "c", 5),
    )
    walk = best_walk(replace(LINE, actions=both))
    assert walk is not None
    assert walk.actions == ("call", "on")


def test_what_nobody_gets_to_is_named() -> None:
    hidden = act("hidden", "b", "c", needs=frozenset({"never"}))
    script = replace(LINE, states=frozenset("abcx"), actions=(*LINE.actions, hidden))
    assert unreachable(script) == ({"x"}, {"hidden"})


def test_a_trap_that_leads_nowhere_is_a_dead_end() -> None:
    pit = act("pit", "b", "x", is_trap=True)
    script = replace(LINE, states=frozenset("abcx"), actions=(*LINE.actions, pit))
    assert dead_ends(script) == {"x"}
    assert dead_ends(LINE) == set()


def test_a_fatal_trap_leads_on_to_nothing() -> None:
    fatal = act("fatal", "b", "x", is_trap=True, is_fatal=True)
    script = replace(LINE, states=frozenset("abcx"), actions=(*LINE.actions, fatal))
    assert "x" not in {place.state for place in places(script)}


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(0, 9)), max_size=12
    )
)
def test_the_best_walk_is_the_shortest_of_all(edges: list[tuple[str, str, int]]) -> None:
    actions = tuple(act(f"n{n}", a, b, m) for n, (a, b, m) in enumerate(edges))
    script = Script("a", frozenset("abcd"), frozenset("d"), actions)
    best = {"a": 0}
    for _ in range(4):  # Bellman and Ford, as a second opinion
        for a, b, minutes in edges:
            if a in best and a != "d":
                best[b] = min(best.get(b, 10_000), best[a] + minutes)
    walk = best_walk(script)
    assert (walk.minutes if walk else None) == best.get("d")
    assert (walk is None) == ("d" in unreachable(script)[0])
