import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from lms.core import archives
from lms.core.archives import ArchiveRefusedError

HOSTILE = Path(os.environ.get("STAIRWAY_CORPORA", "/nonexistent")) / "questions" / "hostile"


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes], deflated: bool = True) -> bytes:
    kind = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", kind) as file:
        for name, content in entries:
            file.writestr(name, content)
    return target.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(ArchiveRefusedError) as error:
        archives.unpacked(content)
    return error.value.reason


def test_entries_come_by_name_and_in_order() -> None:
    content = archive(("b.xml", b"2"), ("a/", b""), ("a/a.xml", b"1"))
    assert list(archives.unpacked(content).items()) == [("b.xml", b"2"), ("a/a.xml", b"1")]


def test_only_what_is_wanted_is_unpacked() -> None:
    content = archive(("a.xml", b"1"), ("a.png", b"2"))
    assert archives.unpacked(content, wanted=lambda name: name.endswith(".xml")) == {"a.xml": b"1"}


def test_what_was_packed_is_unpacked_again() -> None:
    entries = {"a.xml": b"1", "b/c.xml": b"2" * 1000}
    assert archives.unpacked(archives.packed(entries)) == entries


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", b"x" + archive(("a", b"1"))])
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    assert refused(content) == "damaged-archive"


def test_one_that_was_cut_off_is_refused() -> None:
    content = archive(("a.xml", bytes(range(256)) * 100))
    assert refused(content[: len(content) // 2]) == "damaged-archive"


def test_one_with_a_wrong_checksum_is_refused() -> None:
    content = archive(("a.xml", b"right right"), deflated=False)
    assert refused(content.replace(b"right right", b"wrong wrong")) == "damaged-archive"


def test_a_bomb_is_refused_while_it_is_unpacked() -> None:
    assert refused(archive(("a.xml", bytes(20_000_000)))) == "unpacks-too-large"


def test_many_entries_are_counted_together() -> None:
    assert (
        refused(archive(*((f"{number}", bytes(300_000)) for number in range(40))))
        == "unpacks-too-large"
    )


def test_a_small_file_may_be_dull() -> None:
    assert len(archives.unpacked(archive(("a.xml", bytes(3_000_000))))["a.xml"]) == 3_000_000


def test_more_entries_than_any_office_file_has_are_refused() -> None:
    content = archive(*((f"{number}", b"") for number in range(archives.MOST_ENTRIES + 1)))
    assert refused(content) == "too-many-entries"


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../a.xml", "a/../../b.xml", r"..\a.xml", "c:/a.xml"]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert refused(archive((name, b"1"))) == "strange-entry"


def test_two_names_that_a_disk_takes_for_one_are_refused() -> None:
    assert refused(archive(("A.xml", b"1"), ("a.xml", b"2"))) == "strange-entry"


def test_links_are_refused() -> None:
    link = zipfile.ZipInfo("link.xml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(archive((link, b"/etc/passwd"))) == "strange-entry"


def test_locked_entries_are_refused() -> None:
    content = bytearray(archive(("a.xml", b"1")))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + place] |= archives.ENCRYPTED
    assert refused(bytes(content)) == "locked-archive"


def test_inspecting_gives_sizes_and_refuses_the_same() -> None:
    assert archives.inspected(io.BytesIO(archive(("a.xml", b"123")))) == {"a.xml": 3}
    with pytest.raises(ArchiveRefusedError):
        archives.inspected(io.BytesIO(archive(("a.xml", bytes(20_000_000)))))


@pytest.mark.parametrize(
    "name",
    ["bomb.docx", "bomb_ratio.zip", "dupes_case_nfc.zip", "not_a_zip.zip", "size_lie.zip",
     "slip_backslash.zip", "slip_dotdot.zip", "symlink.zip", "truncated.zip"],
)  # fmt: skip
def test_the_hostile_collection_is_refused(name: str) -> None:
    if not HOSTILE.exists():
        pytest.skip("the collection is not here")
    assert refused((HOSTILE / name).read_bytes())
