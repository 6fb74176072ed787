"""What a file is, by its content; its name only helps where the content could be several things."""

import io
import re

from lms.core import archives
from lms.core.archives import ArchiveRefusedError
from lms.exams.exchange.report import FileProblemError, Report

FORMATS = ("gift", "moodlexml", "aiken", "xlsx", "csv", "docx", "text", "qti")
MOST_BYTES = 50 * 1024 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XML = re.compile(rb"\s*(?:<\?xml|<!--|<!DOCTYPE|<[A-Za-z])")
_CATEGORY = re.compile(r"^[ \t]*\$CATEGORY\s*:", re.MULTILINE)
_GIFT = re.compile(r"(?<!\\)\{(?:[^{}\\]|\\.){0,20000}(?<!\\)\}", re.DOTALL)
_GIFT_NAME = re.compile(r"^\s*(?:::.*?(?<!\\)::|\[(?:html|markdown|moodle|plain)\])", re.MULTILINE)
_GIFT_INSIDE = re.compile(
    r"\{\s*(?:\}|[=~#]|(?:T|F|TRUE|FALSE)\s*[#}]|[^{}]*(?<!\\)[=~])", re.IGNORECASE
)
_AIKEN = re.compile(r"^ANSWER:\s*[A-Z]\s*$", re.MULTILINE)
_AIKEN_OPTION = re.compile(r"^[A-Z][).]\s", re.MULTILINE)
_HEADER = re.compile("题干|题目|题型|试题|question|stem|kind", re.IGNORECASE)


def format_of(content: bytes) -> str:
    """Return the format of a file, one of `FORMATS`.

    Raises:
        FileProblemError: it is none that can be read; the code says what to do.
    """
    refuse_old(content)
    if content.startswith(archives.MAGIC):
        return _archive_format(content)
    if content.startswith(
        (b"PK", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
    ):
        raise FileProblemError("unknown-format")
    if _XML.match(content.removeprefix(b"\xef\xbb\xbf")) or content[:2] in {b"<\0", b"\0<"}:
        found = _xml_format(content)
        if found:
            return found
    return _text_format(decoded(content, Report("")))


def refuse_old(content: bytes) -> None:
    """Refuse what no reader can take, with advice.

    Raises:
        FileProblemError: empty, too large, or a file of Word or Excel before 2007, or RTF.
    """
    if not content.strip():
        raise FileProblemError("empty-file")
    if len(content) > MOST_BYTES:
        raise FileProblemError("too-large", megabytes=MOST_BYTES // 1024 // 1024)
    if content.startswith(_OLD_OFFICE):
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        raise FileProblemError("locked" if is_locked else "old-office")
    if content.lstrip()[:5] == rb"{\rtf":
        raise FileProblemError("rtf")


def decoded(content: bytes, report: Report) -> str:
    """Return a text file's text: UTF-8, UTF-16 with a mark, or GB18030, which is then said.

    Raises:
        FileProblemError: it is none of them.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        raise FileProblemError("unknown-encoding") from None
    report.warning("", "read-as-gb18030")
    return text


def _archive_format(content: bytes) -> str:
    try:
        names = archives.inspected(io.BytesIO(content))
    except ArchiveRefusedError as error:
        raise FileProblemError(error.reason, **error.context) from None
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(each.endswith(".xml") for each in names):
        return "qti"
    raise FileProblemError("unknown-format")


def _xml_format(content: bytes) -> str:
    head = content[:20_000].replace(b"\0", b"")
    if re.search(rb"<quiz[\s>/]", head):
        return "moodlexml"
    if re.search(
        rb"<(?:\w+:)?(?:questestinterop|item|assessment(?:Item|Test|Section)?|qti-[a-z-]+|manifest|objectbank|section)[\s>/]",
        head,
    ):
        return "qti"
    return "qti" if head.lstrip(b"\xef\xbb\xbf").startswith(b"<?xml") else ""


def _text_format(text: str) -> str:
    if _AIKEN.search(text) and _AIKEN_OPTION.search(text):
        return "aiken"
    if _CATEGORY.search(text) or _GIFT_NAME.search(text):
        return "gift"
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    if _HEADER.search(first) and max(map(first.count, ",;\t，")) >= 1 and "{" not in first:
        return "csv"
    if any(_GIFT_INSIDE.match(each[0]) for each in _GIFT.finditer(text)):
        return "gift"
    return "text"
