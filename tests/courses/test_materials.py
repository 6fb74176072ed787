"""Files that go with a lesson: what is taken, what is refused and why, versions, who opens them."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.core import storage
from lms.core.archives import ArchiveRefusedError, FileRefusedError
from lms.core.audit import AuditEntry
from lms.courses import materials, studio, upload_rules
from lms.courses.errors import SameFileError, UploadRefusedError
from lms.courses.materials import Label, Stored
from lms.courses.models import Lesson
from tests import factories
from tests.factories import NOON, both

PDF = b"%PDF-1.7\n1 0 obj\n"
LABEL = Label(both("Checklist"), "First")
MP4 = b"\x00\x00\x00\x20ftypisom" + bytes(64)
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(64)


def picture(form: str = "PNG", size: tuple[int, int] = (8, 6), **options: object) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "navy").save(target, form, **options)
    return target.getvalue()


def office(*names: str, main: str = "word/document.xml", filler: bytes = b"<x/>") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", main, *names):
            archive.writestr(name, filler)
    return target.getvalue()


def taken(name: str, content: bytes, limit_mb: int = 512) -> Stored:
    return materials.take_in(name, io.BytesIO(content), limit_mb=limit_mb)


@pytest.fixture
def lesson(session: Session) -> Lesson:
    return factories.lesson("A-1")


@pytest.mark.usefixtures("session")
class TestTakeIn:
    @pytest.mark.parametrize(
        ("name", "content", "suffix"),
        [
            ("Sheet.PDF", PDF, "pdf"),
            ("film.mp4", MP4, "mp4"),
            ("film.webm", WEBM, "webm"),
            ("表.docx", office(), "docx"),
            ("table.xlsx", office(main="xl/workbook.xml"), "xlsx"),
            ("slides.pptx", office(main="ppt/presentation.xml"), "pptx"),
        ],
    )
    def test_what_is_what_it_says_is_stored_as_it_is(
        self, name: str, content: bytes, suffix: str
    ) -> None:
        stored = taken(name, content)
        assert (stored.suffix, stored.size_bytes) == (suffix, len(content))
        assert storage.get(stored.sha256) == content

    @pytest.mark.parametrize(
        ("name", "form"),
        [
            ("a.png", "PNG"),
            ("a.JPEG", "JPEG"),
            ("a.jpg", "JPEG"),
            ("a.webp", "WEBP"),
            ("a.gif", "GIF"),
        ],
    )
    def test_a_picture_is_drawn_anew(self, name: str, form: str) -> None:
        stored = taken(name, picture(form) + b"<script>hidden behind it</script>")
        drawn = storage.get(stored.sha256)
        assert b"script" not in drawn
        with Image.open(io.BytesIO(drawn)) as image:
            assert (image.format, image.size) == (form, (8, 6))

    def test_a_photograph_forgets_where_it_was_taken_and_stands_upright(self) -> None:
        exif = Image.Exif()
        exif[0x010E], exif[0x0112] = "at home, 39.9 N", 6
        stored = taken("photo.jpg", picture("JPEG", exif=exif.tobytes()))
        drawn = storage.get(stored.sha256)
        assert b"at home" not in drawn
        with Image.open(io.BytesIO(drawn)) as image:
            assert image.size == (6, 8)

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("empty.pdf", b"", "is empty"),
            ("drawing.svg", b"<svg/>", "SVG"),
            ("old.doc", b"\xd0\xcf\x11\xe0", "Save the file as DOCX"),
            ("macro.docm", office(), "macros"),
            ("tool.exe", b"MZ", "of this kind"),
            ("noending", PDF, "of this kind"),
            ("page.pdf", b"<html>", "not what its name says"),
            ("page.png", PDF, "not what its name says"),
            ("photo.png", picture("JPEG"), "not what its name says"),
            ("film.webm", b"\x1a\x45\xdf\xa3" + bytes(90), "not what its name says"),
            ("a.docx", office(main="xl/workbook.xml"), "not what its name says"),
            ("a.docx", office("word/vbaProject.bin"), "macros"),
            ("a.xlsx", office("xl/activeX/a.xml", main="xl/workbook.xml"), "macros"),
            ("a.docx", office()[:60], "damaged"),
            ("a.docx", office("word/b", filler=bytes(9_000_000)), "far larger than it looks"),
            ("a.docx", office("../../etc/passwd"), "leads elsewhere"),
            ("cut.png", picture()[:50], "damaged or was cut off"),
        ],
    )
    def test_a_file_that_is_not_taken_is_told_why(
        self, name: str, content: bytes, said: str
    ) -> None:
        with pytest.raises(FileRefusedError) as caught:
            taken(name, content)
        assert said in str(caught.value)
        assert caught.value.status == 422

    def test_an_office_file_of_very_many_parts_is_refused(self) -> None:
        with pytest.raises(ArchiveRefusedError):
            taken("a.docx", office(*(f"word/{n}.xml" for n in range(2_001))))

    @pytest.mark.parametrize(
        ("name", "content"), [("a.pdf", PDF + bytes(2**20)), ("a.mp4", MP4 + bytes(2**20))]
    )
    def test_a_file_over_the_limit_is_refused(self, name: str, content: bytes) -> None:
        with pytest.raises(UploadRefusedError) as caught:
            taken(name, content, limit_mb=1)
        assert "1.0 MB, and 1 MB are the most" in str(caught.value)

    def test_a_picture_has_a_limit_of_its_own(self) -> None:
        with pytest.raises(UploadRefusedError) as caught:
            taken("a.png", picture() + bytes(upload_rules.LARGEST_IMAGE_BYTES))
        assert "20 MB are the most" in str(caught.value)

    def test_a_picture_that_unpacks_to_billions_of_pixels_is_refused(self) -> None:
        def chunk(kind: bytes, body: bytes) -> bytes:
            return (
                struct.pack(">I", len(body))
                + kind
                + body
                + struct.pack(">I", zlib.crc32(kind + body))
            )

        header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
        bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        bomb += chunk(b"IDAT", zlib.compress(bytes(6251 * 1000))) + chunk(b"IEND", b"")
        with pytest.raises(UploadRefusedError) as caught:
            taken("a.png", bomb)
        assert "24 million pixels" in str(caught.value)

    def test_a_moving_picture_goes_on_moving(self) -> None:
        target = io.BytesIO()
        frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
        frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], duration=[80, 90])
        drawn = storage.get(taken("a.gif", target.getvalue()).sha256)
        with Image.open(io.BytesIO(drawn)) as image:
            assert image.n_frames == 2  # type: ignore[attr-defined]
            assert image.info["duration"] == 80


class TestVersions:
    def test_a_new_one_replaces_and_keeps_the_old(self, lesson: Lesson, trainer: Person) -> None:
        row = materials.add(lesson, taken("a.pdf", PDF), LABEL, actor=trainer, at=NOON)
        new = Label(both("Checklist"), "With the phone number")
        materials.replace(row, taken("b.docx", office()), new, actor=trainer, at=NOON)
        row = studio.material(row.id)
        assert [(v.number, v.suffix, v.note) for v in row.versions] == [
            (2, "docx", "With the phone number"),
            (1, "pdf", "First"),
        ]
        assert row.published_id == row.versions[0].id
        assert row.versions[0].author == "Wang Fang"

    def test_the_same_file_again_is_refused(self, lesson: Lesson, trainer: Person) -> None:
        row = materials.add(lesson, taken("a.pdf", PDF), LABEL, actor=trainer)
        with pytest.raises(SameFileError):
            materials.replace(row, taken("b.pdf", PDF), LABEL, actor=trainer)

    def test_each_act_is_in_the_audit_log_once(
        self, lesson: Lesson, trainer: Person, session: Session
    ) -> None:
        row = materials.add(lesson, taken("a.pdf", PDF), LABEL, actor=trainer)
        materials.replace(row, taken("a.pdf", PDF + b"2"), LABEL, actor=trainer)
        for _ in range(2):
            materials.retire(row, actor=trainer)
        for _ in range(2):
            materials.bring_back(row, actor=trainer)
        entries = session.scalars(select(AuditEntry).filter_by(object_kind="material")).all()
        assert [each.action.removeprefix("courses.material_") for each in entries] == [
            "added", "replaced", "retired", "brought_back",
        ]  # fmt: skip
        assert all(each.detail["lesson"] == "A-1" for each in entries)


def test_a_store_that_is_interrupted_leaves_no_half_file(app: Flask) -> None:
    class Broken(io.BytesIO):
        def read(self, *_args: object) -> bytes:
            raise OSError("the line was cut")

    with app.app_context():
        folder = Path(app.instance_path) / "files"
        before = set(folder.glob("*")) if folder.exists() else set()
        with pytest.raises(OSError, match="cut"):
            storage.put_file(Broken())
        assert {each for each in folder.glob("*") if each.is_file()} <= before
