"""The hash chain: what breaks it, and that nothing else does."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from lms.records.rules import (
    EMPTY,
    GENESIS,
    KINDS,
    Damage,
    End,
    Fact,
    Link,
    Verb,
    entry_hash,
    verify_chain,
)

AT = "2026-03-02T12:00:00.000000+00:00"
words = st.dictionaries(st.text(max_size=5), st.text(max_size=8) | st.integers() | st.none())


def fact(number: int, **detail: Any) -> Fact:
    return Fact(number, 7, AT, Verb.LESSON_FINISHED.value, 3, None, detail or {"title": "课时"})


def chain(*details: dict[str, Any]) -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for number, detail in enumerate(details, start=1):
        said = fact(number, **detail)
        links.append(Link(100 + number, said, previous, entry_hash(previous, said)))
        previous = links[-1].hash
    return links


def end_of(links: list[Link]) -> End:
    return End(links[-1].fact.number, links[-1].hash) if links else EMPTY


def relinked(link: Link, previous: str, **changes: Any) -> Link:
    """The same entry, changed by someone who knows how hashes are made."""
    said = replace(link.fact, **changes)
    return Link(link.id, said, previous, entry_hash(previous, said))


@pytest.fixture
def links() -> list[Link]:
    return chain(*({"title": f"L{number}"} for number in range(1, 6)))


def found(links: list[Link], end: End) -> list[tuple[Damage, int, int | None]]:
    return [(each.damage, each.number, each.id) for each in verify_chain(links, end)]


def test_the_hash_is_that_of_a_known_example() -> None:
    said = Fact(1, 1, AT, "enrolled", None, None, {"title": {"zh": "阶梯"}})
    expected = "0b290e08f8eb8c75e931955b628d8d0220b91e5942fa9eb89f53999f9deefc16"
    assert entry_hash(GENESIS, said) == expected


@given(st.lists(words, max_size=6))
def test_what_was_only_added_to_is_unchanged(details: list[dict[str, Any]]) -> None:
    links = chain(*details)
    assert verify_chain(links, end_of(links)) == []


@given(st.lists(words, min_size=1, max_size=6), st.data())
def test_any_change_of_any_entry_is_found_and_named(
    details: list[dict[str, Any]], data: st.DataObject
) -> None:
    links = chain(*details)
    end = end_of(links)
    place = data.draw(st.integers(0, len(links) - 1))
    changes: list[dict[str, Any]] = [
        *({"person_id": 8}, {"at": "x"}, {"verb": "y"}),
        *({"enrolment_id": None}, {"actor_id": 1}, {"detail": {"forged": True}}),
    ]
    change = data.draw(st.sampled_from(changes))
    links[place] = replace(links[place], fact=replace(links[place].fact, **change))
    assert found(links, end) == [(Damage.CHANGED, place + 1, 101 + place)]


def test_an_entry_that_was_changed_together_with_its_hash_is_named(links: list[Link]) -> None:
    end = end_of(links)
    for place in range(5):
        forged = list(links)
        forged[place] = relinked(links[place], links[place].previous_hash, detail={"title": "X"})
        assert found(forged, end) == [(Damage.REPLACED, place + 1, 101 + place)]


def test_a_tampered_hash_column_is_named(links: list[Link]) -> None:
    end = end_of(links)
    links[2] = replace(links[2], previous_hash="f" * 64)
    assert found(links, end) == [(Damage.CHANGED, 3, 103)]
    links[2] = replace(links[2], previous_hash=links[1].hash, hash="f" * 64)
    assert found(links, end) == [(Damage.CHANGED, 3, 103)]


def test_missing_entries_are_named_by_their_numbers(links: list[Link]) -> None:
    end = end_of(links)
    (gap,) = verify_chain(links[:1] + links[3:], end)
    assert (gap.damage, gap.number, gap.until, gap.id) == (Damage.REMOVED, 2, 3, None)
    (cut,) = verify_chain(links[:3], end)
    assert (cut.damage, cut.number, cut.until) == (Damage.REMOVED, 4, 5)
    (everything,) = verify_chain([], end)
    assert (everything.damage, everything.number, everything.until) == (Damage.REMOVED, 1, 5)


def test_an_entry_put_at_the_end_is_named(links: list[Link]) -> None:
    end = end_of(links)
    forged = relinked(links[0], links[-1].hash, number=6)
    assert found([*links, replace(forged, id=999)], end) == [(Damage.INSERTED, 6, 999)]


def test_an_entry_put_in_between_is_named_even_when_the_rest_is_renumbered(
    links: list[Link],
) -> None:
    end = end_of(links)
    forged = replace(relinked(links[2], links[1].hash, detail={"title": "X"}), id=999)
    rest = [
        replace(each, fact=replace(each.fact, number=each.fact.number + 1)) for each in links[2:]
    ]
    problems = found([*links[:2], forged, *rest], end)
    assert (Damage.REPLACED, 3, 999) in problems
    assert (Damage.INSERTED, 6, 105) in problems


def test_two_entries_of_the_same_number_cannot_both_be_ours(links: list[Link]) -> None:
    end = end_of(links)
    assert found([*links[:2], replace(links[1], id=999), *links[2:]], end) == [
        (Damage.INSERTED, 2, 999)
    ]


def test_every_verb_has_its_kind() -> None:
    assert set(KINDS) == set(Verb)
