"""Which files are taken as materials, and whether one is what its name says. Pure."""

import enum
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """How a material is opened."""

    PDF = "pdf"
    IMAGE = "image"
    VIDEO = "video"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class FileForm:
    """A form of file that is taken."""

    kind: Kind
    mime: str
    main_part: str = ""
    """Of an office file: the entry that makes it one of its kind."""


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMS = {
    "pdf": FileForm(Kind.PDF, "application/pdf"),
    "png": FileForm(Kind.IMAGE, "image/png"),
    "jpg": FileForm(Kind.IMAGE, "image/jpeg"),
    "webp": FileForm(Kind.IMAGE, "image/webp"),
    "gif": FileForm(Kind.IMAGE, "image/gif"),
    "mp4": FileForm(Kind.VIDEO, "video/mp4"),
    "webm": FileForm(Kind.VIDEO, "video/webm"),
    "docx": FileForm(Kind.OFFICE, f"{_OFFICE}.wordprocessingml.document", "word/document.xml"),
    "xlsx": FileForm(Kind.OFFICE, f"{_OFFICE}.spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": FileForm(Kind.OFFICE, f"{_OFFICE}.presentationml.presentation", "ppt/presentation.xml"),
}
"""How a name ends -> what such a file is."""
_SPELLINGS = {"jpeg": "jpg", "jpe": "jpg", "m4v": "mp4"}

_BEGINNINGS: dict[str, bytes | tuple[bytes, ...]] = {
    "pdf": b"%PDF-",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "gif": (b"GIF87a", b"GIF89a"),
}
HEAD_BYTES = 4096
"""How much of a file's beginning `looks_like` wants."""
LARGEST_IMAGE_BYTES = 20 * 1024 * 1024
"""An image is drawn anew while the person waits: what is larger would keep them, and others."""
CONTENT_TYPES = "[Content_Types].xml"


class Refusal(enum.StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    DRAWING = "drawing"
    """SVG: a page in disguise."""
    OLD_OFFICE = "old-office"
    MACROS = "macros"
    KIND = "kind"
    NOT_AS_NAMED = "not-as-named"
    TOO_LARGE = "too-large"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too-many-pixels"


_KNOWN_AND_REFUSED = (
    dict.fromkeys(("svg", "svgz"), Refusal.DRAWING)
    | dict.fromkeys(("doc", "xls", "ppt", "rtf", "odt", "ods", "odp"), Refusal.OLD_OFFICE)
    | dict.fromkeys(("docm", "xlsm", "pptm", "xlsb", "ppsm"), Refusal.MACROS)
)


def suffix_of(name: str) -> str:
    """Return how a file's name ends, in the one spelling that `FORMS` has; it may not be in it."""
    end = name.rpartition(".")[2].strip().lower() if "." in name else ""
    return _SPELLINGS.get(end, end)


def refusal_of_name(name: str) -> Refusal | None:
    """Return why a file of this name is not taken; None if it may be."""
    end = suffix_of(name)
    if end in FORMS:
        return None
    return _KNOWN_AND_REFUSED.get(end, Refusal.KIND)


def looks_like(head: bytes, suffix: str) -> bool:
    """Whether a file begins as one that ends in `suffix` does.

    Args:
        head: its first `HEAD_BYTES`.
        suffix: one of `FORMS`.
    """
    match suffix:
        case "webp":
            return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        case "mp4":  # ISO 14496-12: a box of the type ftyp comes first
            return head[4:8] == b"ftyp"
        case "webm":  # EBML, with the document type it is a restriction of Matroska for
            return head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]
        case _:
            return head.startswith(_BEGINNINGS.get(suffix, b"PK\x03\x04"))


def refusal_of_office(names: frozenset[str], suffix: str) -> Refusal | None:
    """Return why an office file is not taken, going by the names in its archive.

    Args:
        names: of all entries.
        suffix: ``docx``, ``xlsx`` or ``pptx``.
    """
    if CONTENT_TYPES not in names or FORMS[suffix].main_part not in names:
        return Refusal.NOT_AS_NAMED
    programs = ("vbaproject.bin", "vbadata.xml", "vbaprojectsignature.bin")
    if any(name.lower().endswith(programs) or "/activex/" in name.lower() for name in names):
        return Refusal.MACROS
    return None
