"""What was stored is on the disk: its bytes before its name, and its name before anybody is told."""

import io
import os
import stat
from pathlib import Path

import pytest
from flask import Flask

from lms.core import flushing, storage, uploads


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was flushed to the disk, in this order; a file under the name that it had then."""
    seen: list[Path] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        seen.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return seen


@pytest.fixture
def root(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def _context(app: Flask) -> object:
    with app.app_context():
        yield


@pytest.mark.parametrize("by_pieces", [True, False])
def test_a_stored_file_is_durable_with_its_name_and_its_folders(
    root: Path, flushed: list[Path], *, by_pieces: bool
) -> None:
    content = b"an answer that was handed in"
    digest = storage.put_file(io.BytesIO(content))[0] if by_pieces else storage.put(content)
    target = storage.path_of(digest)
    made, draft, *names = flushed
    assert made == root  # where `files` is new
    assert draft.parent == root / "files"
    assert names == [target.parent, root / "files"]
    assert storage.get(digest) == content
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path for path in (root / "files").rglob("*") if path.is_file()] == [target]


def test_what_is_there_already_is_not_written_again_but_its_name_is_flushed(
    root: Path, flushed: list[Path]
) -> None:
    """Whoever put it there may not have come to that yet."""
    digest = storage.put(b"the same")
    inode = storage.path_of(digest).stat().st_ino
    flushed.clear()
    assert storage.put(b"the same") == digest
    assert flushed == [root / "files" / digest[:2], root / "files"]
    assert storage.path_of(digest).stat().st_ino == inode


def test_an_upload_is_durable_with_its_name_and_its_folder(root: Path, flushed: list[Path]) -> None:
    name = uploads.write("imports", b"some rows")
    assert flushed == [root, root / "imports" / name, root / "imports"]


def test_each_folder_that_is_new_is_named_durably(tmp_path: Path, flushed: list[Path]) -> None:
    flushing.make_folder(tmp_path / "a" / "b")
    assert flushed == [tmp_path, tmp_path / "a"]
    flushing.make_folder(tmp_path / "a" / "b")
    assert len(flushed) == 2
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700


def test_a_file_that_does_not_fit_leaves_nothing_behind(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    flushing.make_folder(root / "files")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.put(b"too much")
    assert list((root / "files").rglob("*")) == []
