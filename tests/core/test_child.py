"""Work in a process of its own: so many at once, and whoever cannot wait is told."""

import pytest

from lms.core import child


def test_what_it_says_comes_back() -> None:
    assert child.ask("json.tool", b"[1]", seconds=30).split() == [b"[", b"1", b"]"]


def test_it_may_die_alone() -> None:
    with pytest.raises(child.ChildFailedError):
        child.ask("json.tool", b"no JSON", seconds=30)


def test_a_turn_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "AT_ONCE", 0)
    with pytest.raises(TimeoutError):
        child.ask("tabnanny", b"", seconds=30, patience=0.01)


def test_each_kind_of_work_has_turns_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as none:
        none.setattr(child, "AT_ONCE", 0)
        with pytest.raises(TimeoutError):
            child.ask("tabnanny", b"", seconds=30, patience=0.01)
    assert child.ask("json.tool", b"[]", seconds=30, patience=0.01)
