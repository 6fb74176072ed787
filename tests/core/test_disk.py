"""What can wait is refused while the disk is filling up; a running exam is not."""

import io
import shutil

import pytest
from sqlalchemy.orm import Session

from lms.accounts.importing import files
from lms.core import deliverables, disk, storage
from lms.core.disk import GIB, MIB, Disk, NoRoomForExamsError, NoRoomForFilesError


@pytest.mark.parametrize(
    ("free", "total", "for_files", "for_exams"),
    [
        (100 * GIB, 1000 * GIB, True, True),
        (GIB, 1000 * GIB, True, True),
        (GIB - 1, 1000 * GIB, False, True),
        (300 * MIB, 1000 * GIB, False, True),
        (300 * MIB - 1, 1000 * GIB, False, False),
        (GIB // 10 + 1, GIB, True, True),
        (GIB // 10, GIB, False, True),
        (GIB * 3 // 100, GIB, False, False),
    ],
)
def test_small_and_large_disks(free: int, total: int, *, for_files: bool, for_exams: bool) -> None:
    found = Disk(free, total)
    assert (found.has_room_for_files, found.has_room_for_exams) == (for_files, for_exams)


@pytest.fixture
def nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(total=1000 * GIB, free=200 * MIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)


@pytest.mark.usefixtures("nearly_full")
def test_files_are_neither_taken_in_nor_made(session: Session) -> None:
    with pytest.raises(NoRoomForFilesError):
        deliverables.write(b"an export")
    with pytest.raises(NoRoomForFilesError):
        files.write(b"people")
    assert storage.put(b"a page of the curriculum")  # what the site itself needs goes on
    assert storage.put_file(io.BytesIO(b"an answer"))[1] == 9  # an answer is never refused


@pytest.mark.usefixtures("nearly_full")
def test_no_exam_begins(session: Session) -> None:
    with pytest.raises(NoRoomForExamsError):
        disk.need_room_for_exams()
