"""Pictures inside question files: found by the names that texts use, or said why they are not.

Nothing is fetched. A picture's name here is the hash of its content and what it is.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import unquote, unquote_to_bytes

from lms.core import storage
from lms.exams.exchange import prose
from lms.exams.exchange.question import Picture
from lms.exams.exchange.report import Report

MEGABYTE = 1024 * 1024
MOST_BYTES = 5 * MEGABYTE
MOST_ALL_BYTES = 40 * MEGABYTE
MOST_PICTURES = 500
"""Of one file: each is drawn anew, which takes a moment."""
SUFFIXES = ("png", "jpg", "jpeg", "gif", "webp")
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_TAG = re.compile(
    r"""<img\b(?P<inside>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""", re.IGNORECASE
)  # fmt: skip
_OPENED = re.compile(r"<img\b", re.IGNORECASE)
_SVG = re.compile(r"<svg\b", re.IGNORECASE)
_GIVEN = re.compile(
    r"""(?<![\w-])(?P<name>src|alt)\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s"'>]+))""",
    re.IGNORECASE,
)
_DATA = re.compile(r"data:(?P<type>[\w/+.-]{0,80})[^,]{0,200}?(?P<coded>;base64)?,", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:)?//|[a-z][a-z0-9+.-]{1,20}:", re.IGNORECASE)


def kind_of(content: bytes) -> str:
    """Return the suffix that a picture's content deserves; empty if it is none that we take."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((suffix for magic, suffix in _KINDS if content.startswith(magic)), "")


def picture(content: bytes) -> Picture | None:
    """Return a picture under a name of our own, or None if it is none that we take."""
    suffix = kind_of(content)
    if not suffix or len(content) > MOST_BYTES:
        return None
    return Picture(f"{storage.sha256(content)}.{suffix}", content)


class Album:
    """The pictures of one file, so many and no more; what cannot be taken is said once a question."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._known = {
            each.name: each for question in report.questions for each in question.pictures
        }
        self._left = MOST_ALL_BYTES - sum(len(each.content) for each in self._known.values())
        self._said: set[tuple[str, str, str]] = set()

    def judged(self, content: bytes) -> Picture | str:
        """Return a picture's place in the album, or the code of why it gets none."""
        found = picture(content)
        if found is None:
            return _refusal(content)
        if found.name not in self._known:
            if self._left < len(content) or len(self._known) >= MOST_PICTURES:
                return "pictures-too-many"
            self._left -= len(content)
            self._known[found.name] = found
        return self._known[found.name]

    def taken(self, content: bytes, said: str, where: str) -> Picture | None:
        """Return a picture's place in the album; what cannot be taken is said."""
        found = self.judged(content)
        if isinstance(found, Picture):
            return found
        self.say(where, found, said)
        return None

    def say(self, where: str, code: str, said: str) -> None:
        """Note why a picture is left out, once per question."""
        if (where, code, said) in self._said:
            return
        self._said.add((where, code, said))
        self._report.warning(where, code, name=said[:80], **LIMITS.get(code, {}))

    def placed(
        self, markup: str, files: Mapping[str, Picture | None], where: str
    ) -> tuple[str, list[Picture]]:
        """Return HTML with its pictures named as ours, and which they are.

        Args:
            markup: as the file has it.
            files: the name that the HTML uses -> picture; None for one of which all is said.
            where: for what is said about a picture that is not there.
        """
        used: dict[str, Picture] = {}
        count = 0

        def replaced(found: re.Match[str]) -> str:
            nonlocal count
            count += 1
            given = {each["name"].lower(): unescape(each["a"] or each["b"] or each["c"] or "")
                     for each in _GIVEN.finditer(found["inside"])}  # fmt: skip
            own = self.named(given.get("src", ""), files, where)
            if own is not None:
                used[own.name] = own
            source = f' src="media:{own.name}"' if own is not None else ""
            return f'<img{source} alt="{escape(given.get("alt", ""))}">'

        done = _TAG.sub(replaced, markup)
        if _SVG.search(done):
            self.say(where, "picture-svg", "<svg>")
        if len(_OPENED.findall(done)) > count:
            self.say(where, "picture-missing", "<img>")
        return done, list(used.values())

    def marked(
        self, text: str, files: Mapping[str, Picture | None], where: str
    ) -> tuple[str, list[Picture]]:
        """Return Markdown with its pictures named as ours, and which they are; arguments as `placed`."""
        used: dict[str, Picture] = {}

        def replaced(words: str, source: str) -> str:
            own = self.named(source, files, where)
            if own is None:
                return words
            used[own.name] = own
            return prose.image(words, f"{prose.MEDIA}{own.name}")

        return prose.images(text, replaced), list(used.values())

    def named(self, source: str, files: Mapping[str, Picture | None], where: str) -> Picture | None:
        """Return the picture that a text names; if there is none, that is said."""
        name = local(source)
        if name in files:
            return files[name]
        if len(source) > 2 * MOST_BYTES:  # in the address itself, as base64
            self.say(where, "picture-too-large", source[:20])
            return None
        if source.lower().startswith("data:"):
            content, said = _inside(source)
            return self.taken(content, said, where)
        self.say(where, reason(name), source)
        return None


LIMITS: Mapping[str, Mapping[str, object]] = {
    "picture-too-large": {"megabytes": MOST_BYTES // MEGABYTE},
    "pictures-too-many": {"most": MOST_PICTURES, "megabytes": MOST_ALL_BYTES // MEGABYTE},
}
"""What the sentences about these problems also say."""


def reason(name: str) -> str:
    """Return the code of why a name leads to no picture."""
    if _ELSEWHERE.match(name) and not name.lower().startswith(("file:", prose.MEDIA)):
        return "picture-remote"
    suffix = name.rpartition("/")[2].rpartition(".")[2].lower()
    if suffix in {"svg", "svgz"}:
        return "picture-svg"
    if suffix in {"bmp", "tif", "tiff", "emf", "wmf", "heic", "avif", "ico", "pict"}:
        return "file-dropped"
    return "picture-missing"


def local(name: str) -> str:
    """Return the name of a file as formats spell it inside their texts, without what is before."""
    name = unquote(name.partition("?")[0]) if not name.lower().startswith("data:") else ""
    for start in (
        "@@PLUGINFILE@@/",
        "$IMS-CC-FILEBASE$/",
        "$IMS_CC_FILEBASE$/",
        "$IMS_CC_FILE_BASE$/",
        "$IMS_CC_FILE_BASE$",
        "./",
    ):
        name = name.removeprefix(start)
    return name


def _refusal(content: bytes) -> str:
    if kind_of(content):
        return "picture-too-large"
    return "picture-svg" if b"<svg" in content[:2000].lower() else "file-dropped"


def _inside(source: str) -> tuple[bytes, str]:
    """Return what stands in the address itself, and what that is called."""
    found = _DATA.match(source[:400])
    if found is None:
        return b"", "data:"
    said, rest = f"data:{found['type']}", source[found.end() :]
    try:
        content = base64.b64decode(unquote(rest)) if found["coded"] else unquote_to_bytes(rest)
    except (binascii.Error, ValueError):
        content = b""
    return content, said
