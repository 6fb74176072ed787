"""Texts of files as our Markdown: HTML made safe, plain text kept as it looks.

Nothing of a file's HTML survives but what Markdown can say: paragraphs, emphasis, lists, tables as
lines, code, links and images. What is shown later is cleaned again by `lms.core.richtext`.
"""

import re
from html import escape
from html.parser import HTMLParser

import nh3
from typing_extensions import override

from lms.core import richtext

LONGEST = 200_000
"""Characters of one text; what is more is cut off."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Controls and marks that turn the direction of writing: a name must not look like another."""
_TAGS = "p br div span strong b em i u code pre ul ol li a img table thead tbody tr th td h1 h2 h3 h4 h5 h6 blockquote sub sup hr center font"
_LOOKS_HTML = re.compile(
    rf"</?(?:{_TAGS.replace(' ', '|')}|script|style|svg|iframe|form|input|object|math|base|meta|template|html)\b[^<]*>|&(?:\w{{2,8}}|#\d+);",
    re.IGNORECASE,
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#+\-!|~]|&(?=#?\w{1,30};))")
_BREAK = "\ue020"
"""Stands for a line that is broken, until blanks at its end are dropped."""
_EDGE = re.compile(r"[ \t]*\n[ \t]*")
_MANY_LINES = re.compile(r"\n{3,}")
_cleaner = nh3.Cleaner(
    tags=set(_TAGS.split()),
    attributes={"a": {"href"}, "img": {"src", "alt"}},
    clean_content_tags={"script", "style", "template", "iframe", "object", "svg"},
    attribute_filter=lambda tag, name, value: (
        None if tag == "img" and name == "src" and not value.startswith("media:") else value
    ),
    url_schemes={"http", "https", "mailto", "media"},
    link_rel=None,
)


def visible(text: str) -> str:
    """Return a text without characters that nobody sees, its lines ended in one way."""
    return _UNSEEN.sub("", text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n"))


def visible_all(text: str) -> str:
    """Return a whole file's text as `visible` does, however long it is."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: str) -> str:
    """Return a text as one line, such as an answer to type."""
    return " ".join(visible(text).split())


def title(text: str) -> str:
    """Return a title, a tag, a category as one line; of HTML the words."""
    text = visible(text)
    return line(html_words(_cleaner.clean(text)) if _LOOKS_HTML.search(text) else text)


def plain(text: str) -> str:
    """Return plain text as Markdown that looks the same."""
    text = _EDGE.sub("\n", visible(text)).strip()
    paragraphs = re.split(r"\n{2,}", text)
    return "\n\n".join(map(_paragraph, filter(None, paragraphs)))


def html(text: str) -> str:
    """Return HTML as Markdown; whatever could do harm is dropped."""
    reader = _Reader()
    reader.feed(_cleaner.clean(visible(text)))
    reader.close()
    return reader.result()


def either(text: str) -> str:
    """Return a text that may hold HTML, as people who write question files do, as Markdown."""
    return html(text) if _LOOKS_HTML.search(text) else plain(text)


def rendered(text: str) -> str:
    """Return Markdown as clean HTML, for formats that want that."""
    return richtext.short(text).strip()


def shown(text: str) -> str:
    """Return what a person reads of a Markdown text, as plain lines."""
    return html_words(rendered(text))


def image(words: str, source: str) -> str:
    """Return the Markdown of an image that shows what `words` say."""
    return f"![{_escaped(line(words))}]({source})"


def html_words(markup: str) -> str:
    """Return the words of some HTML."""
    words = _Words()
    words.feed(markup)
    words.close()
    return _MANY_LINES.sub("\n\n", "".join(words.found)).strip()


def _paragraph(text: str) -> str:
    """Return lines as a Markdown paragraph, escaped only where something would be lost."""
    return "  \n".join(map(_line, text.split("\n")))


def _line(text: str) -> str:
    text = text.strip()
    if not text or rendered(text) == f"<p>{escape(text, quote=False)}</p>":
        return text
    return _escaped(text)


def _escaped(text: str) -> str:
    pieces = re.split(r"(_{3,})", text)  # blanks stay as they are
    done = [each if each.startswith("___") else _SPECIAL.sub(r"\\\1", each) for each in pieces]
    return re.sub(r"^(\d{1,9})([.)])", r"\1\\\2", "".join(done))


class _Words(HTMLParser):
    """Gathers the words of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    @override
    def handle_data(self, data: str) -> None:
        self.found.append(data)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            return  # the renderer puts a line end behind it
        if tag == "img":
            self.found.append(dict(attrs).get("alt") or "")


class _Reader(HTMLParser):
    """Makes clean HTML into Markdown."""

    MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`"}  # noqa: RUF012  constant
    BLOCKS = frozenset(
        [
            "p",
            "div",
            "ul",
            "ol",
            "table",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "blockquote",
            "pre",
            "hr",
            "center",
            "thead",
            "tbody",
        ]
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._lists: list[int | None] = []
        self._links: list[str] = []
        self._marks: list[tuple[str, int]] = []
        self._pre = 0

    def result(self) -> str:
        """Return the Markdown."""
        text = "".join(self._out)
        lines = [each.strip() if not self._pre else each for each in text.split("\n")]
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).replace(_BREAK, "  ").strip()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag in self.BLOCKS:
            self._break()
        match tag:
            case "br":
                self._out.append(f"{_BREAK}\n")
            case "ul" | "ol":
                self._lists.append(0 if tag == "ol" else None)
            case "li":
                self._item()
            case "tr":
                self._out.append("\n")
            case "td" | "th":
                self._out.append(" ")
            case "img":
                name, label = given.get("src", ""), line(given.get("alt", ""))
                self._out.append(image(label, name) if name else _escaped(label))
            case "a":
                self._links.append(given.get("href", ""))
                self._out.append("[" if self._links[-1] else "")
            case "strong" | "b" | "em" | "i" | "code":
                self._marks.append((self.MARKS[tag], len(self._out)))
                self._out.append("")
            case _:
                pass

    @override
    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "ul" | "ol":
                if self._lists:
                    self._lists.pop()
            case "a":
                target = self._links.pop() if self._links else ""
                self._out.append(f"]({target})" if target else "")
            case "strong" | "b" | "em" | "i" | "code":
                self._mark()
            case _:
                pass
        if tag in self.BLOCKS:
            self._break()

    @override
    def handle_data(self, data: str) -> None:
        text = re.sub(r"\s+", " ", data.replace("\xa0", " "))
        if not text.strip() and (not self._out or self._out[-1].endswith("\n")):
            return
        if any(mark == "`" for mark, _place in self._marks):
            self._out.append(text.replace("`", "'"))
            return
        begins = not self._out or self._out[-1].endswith(("\n", _BREAK))
        self._out.append(_text(text, begins=begins))

    def _mark(self) -> None:
        """Close an emphasis, unless nothing or only blanks are in it: stars would be seen then."""
        if not self._marks:
            return
        mark, place = self._marks.pop()
        inside = "".join(self._out[place:])
        stripped = inside.strip()
        lines = stripped if mark == "`" else stripped.replace(f"{_BREAK}\n", "")
        if stripped and "\n" not in lines:
            lead = inside[: len(inside) - len(inside.lstrip())]
            tail = inside[len(inside.rstrip()) :]
            inside = f"{lead}{mark}{stripped}{mark}{tail}"
        del self._out[place:]
        self._out.append(inside)

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number = number + 1
        self._out.append(f"\n{number}. " if number is not None else "\n- ")

    def _break(self) -> None:
        if self._out:
            self._out.append("\n\n")


def _text(text: str, *, begins: bool) -> str:
    """Return a run of words with what Markdown would take for marks escaped."""
    words = text.strip()
    if not words or (not begins and not re.search(r"[\\`*_\[\]<>&!]", words)):
        return text
    if rendered(words) == f"<p>{escape(words, quote=False)}</p>":
        return text.lstrip() if begins else text
    escaped = _escaped(words)
    lead = "" if begins else text[: len(text) - len(text.lstrip())]
    return lead + escaped + text[len(text.rstrip()) :]
