from lms.core.kept import Kept


def test_what_is_kept_is_made_once() -> None:
    made: list[str] = []
    kept: Kept[str] = Kept(2)

    def make() -> str:
        made.append("a")
        return "A"

    assert [kept.get("a", make) for _ in range(2)] == ["A", "A"]
    assert made == ["a"]
    assert (kept.peek("a"), kept.peek("b")) == ("A", None)


def test_beyond_its_size_the_first_is_forgotten() -> None:
    kept: Kept[str] = Kept(2)
    for name in "abc":
        kept.get(name, name.upper)
    assert [kept.peek(each) for each in "abc"] == [None, "B", "C"]
