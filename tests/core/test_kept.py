from lms.core.kept import Kept


def test_what_is_kept_is_made_once() -> None:
    made: list[str] = []
    kept: Kept[str] = Kept(2)
    for _ in range(2):
        assert kept.get("a", lambda: made.append("a") or "A") == "A"
    assert made == ["a"]
    assert (kept.peek("a"), kept.peek("b")) == ("A", None)


def test_beyond_its_size_the_first_is_forgotten() -> None:
    kept: Kept[int] = Kept(2)
    for number in range(3):
        kept.get(number, lambda number=number: number + 1)
    assert [kept.peek(each) for each in range(3)] == [None, 2, 3]
