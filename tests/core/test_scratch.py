"""Scratch folders belong to who works in them; what a killed one left is swept away."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from lms import serve
from lms.core import scratch


def names(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "tmp").iterdir())


def forked(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        serve._do_and_exit(work)  # noqa: SLF001  it never comes back into this test
    return pid


def test_each_has_an_own_one_that_vanishes(tmp_path: Path) -> None:
    with scratch.folder(tmp_path, prefix="a-") as one, scratch.folder(tmp_path, prefix="a-") as two:
        assert one != two
        assert one.stat().st_mode & 0o777 == 0o700
        (one / "file").touch()
        assert len(names(tmp_path)) == 2
    assert names(tmp_path) == []


def test_it_vanishes_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(LookupError), scratch.folder(tmp_path, prefix="a-"):
        raise LookupError
    assert names(tmp_path) == []


def test_what_somebody_uses_is_not_swept(tmp_path: Path) -> None:
    """The site starts while `flask backup create` runs."""
    with scratch.folder(tmp_path, prefix="backup-") as own:
        (own / "database").touch()
        with serve._temporary_files_in(tmp_path):  # noqa: SLF001  the start of the site
            assert (own / "database").exists()
            assert len(names(tmp_path)) == 2
            assert Path(tempfile.gettempdir()).parent == tmp_path / "tmp"
        assert names(tmp_path) == [own.name]
        assert Path(tempfile.gettempdir()).exists()


def test_nor_what_a_child_still_uses(tmp_path: Path) -> None:
    told, tell = os.pipe()
    ready, is_ready = os.pipe()

    def child_of_the_killed_one() -> None:
        os.close(tell)
        os.read(told, 1)

    def killed() -> None:
        with scratch.folder(tmp_path, prefix="site-"):
            grandchild = forked(child_of_the_killed_one)
            os.write(is_ready, f"{grandchild}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    pid = forked(killed)
    os.close(is_ready)
    os.close(told)
    with os.fdopen(ready) as said:
        assert int(said.readline())
        os.waitpid(pid, 0)
        (name,) = names(tmp_path)
        scratch.sweep(tmp_path)
        assert names(tmp_path) == [name]
        os.close(tell)
        said.read()  # until the grandchild has ended as well
    scratch.sweep(tmp_path)
    assert names(tmp_path) == []


def test_what_a_killed_one_left_is_swept_and_nothing_else(tmp_path: Path) -> None:

    def killed() -> None:
        with scratch.folder(tmp_path, prefix="backup-") as own:
            (own / "database").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(forked(killed), 0)
    assert len(names(tmp_path)) == 1
    (tmp_path / "tmp" / "12345").mkdir()  # of an earlier release
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "tmp" / "link").symlink_to(outside)
    (tmp_path / "tmp" / "file").touch()
    scratch.sweep(tmp_path)
    assert names(tmp_path) == ["file", "link"]
    assert outside.exists()


def test_who_begins_while_somebody_sweeps_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tempfile.mkdtemp
    swept: list[str] = []

    def swept_at_once(**options: object) -> str:
        name: str = made(**options)  # type: ignore[call-overload]
        if not swept:
            swept.append(name)
            shutil.rmtree(name)
        return name

    monkeypatch.setattr(scratch, "mkdtemp", swept_at_once)
    with ExitStack() as held:
        own = held.enter_context(scratch.folder(tmp_path, prefix="a-"))
        assert names(tmp_path) == [own.name]
        assert swept != [str(own)]
