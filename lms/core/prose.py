"""What a long Markdown text consists of, and what is wrong with it: for checking, not for showing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it.token import Token

from lms.core import markdown
from lms.core.placeholders import used

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")
_LEFT_LINK = re.compile(r"\]\([^)]*\)")
_OUTSIDE = re.compile(r"(?:https?|mailto|tel):.+", re.IGNORECASE)
_LEVELS = {"h2", "h3"}
_KINDS = {"heading_open": "heading", "th_open": "cell", "td_open": "cell"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong with a text."""

    line: int
    code: str
    message: str
    advice: str = ""
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """A heading, a paragraph or a cell, as its words; code stands in backticks."""

    line: int
    kind: str
    """``heading``, ``text``, ``quote`` or ``cell``."""
    text: str


@dataclass(slots=True)
class Survey:
    """What a text consists of; lines count from 1."""

    headings: int = 0
    """Of the second level."""
    tables: int = 0
    codes: int = 0
    figures: list[tuple[int, str]] = field(default_factory=list)
    """Line and name of each image's file."""
    checks: list[tuple[int, str]] = field(default_factory=list)
    """Line and id of each self-check."""
    files: list[tuple[int, str]] = field(default_factory=list)
    """Line and name of each file that is linked to."""
    pieces: list[Piece] = field(default_factory=list)
    levels: list[tuple[int, str]] = field(default_factory=list)
    """Line and tag of each heading."""
    blocks: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, language word and content of each code block."""
    mistakes: list[Mistake] = field(default_factory=list)

    def skeleton(self) -> dict[str, int]:
        """Return what has to be the same in both languages."""
        return {
            "second-level headings": self.headings,
            "tables": self.tables,
            "code blocks": self.codes,
            "figures": len(self.figures),
            "self-checks": len(self.checks),
        }


def survey(text: str) -> Survey:
    """Look through a text whose named values are not yet filled in."""
    found = Survey()
    tokens = markdown.parse(text)
    if not tokens:
        found.mistakes.append(Mistake(1, "empty-text", "the file is empty"))
    line, quotes = 1, 0
    for before, token in zip([None, *tokens], tokens, strict=False):
        line = token.map[0] + 1 if token.map else line
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline":
            found.pieces += _piece(token, before, line, is_quoted=quotes > 0)
            found.mistakes += _of_inline(found, token, before, line)
        else:
            found.mistakes += _of_block(found, token, line)
    return found


def _piece(token: Token, before: Token | None, line: int, *, is_quoted: bool) -> Iterator[Piece]:
    opened = before.type if before else ""
    kind = _KINDS.get(opened, "quote" if is_quoted else "text")
    words = "".join(map(_words, token.children or ()))
    if kind == "quote":
        words = markdown.CALLOUT.sub("", words, count=1)
    if words.strip() and not words.lstrip().startswith("{check:"):
        yield Piece(line, kind, words)


def _words(child: Token) -> str:
    match child.type:
        case "text":
            return child.content
        case "code_inline":
            return f"`{child.content}`"
        case "strong_open" | "strong_close":
            return "**"
        case "softbreak" | "hardbreak":
            return "\n"
        case _:
            return ""


def _of_block(found: Survey, token: Token, line: int) -> Iterator[Mistake]:
    if token.type == "table_open":
        found.tables += 1
    elif token.type == "heading_open":
        found.headings += token.tag == "h2"
        found.levels.append((line, token.tag))
        if token.tag not in _LEVELS:
            advice = "Use ## and ###; the title comes from lesson.yaml."
            yield Mistake(line, "heading-level", f"a heading of level {token.tag[1:]}", advice)
    elif token.type == "code_block":
        advice = "Fence it with ``` and a language word, or take the indent away."
        yield Mistake(line, "code-language", "an indented code block", advice)
    elif token.type == "fence":
        found.codes += 1
        found.blocks.append((line, token.info.strip(), token.content))
        if token.info.strip() not in markdown.CODE_WORDS:
            advice = f"One of: {', '.join(markdown.CODE_WORDS)}."
            said = f"the code block's language word is {token.info.strip()!r}"
            yield Mistake(line, "code-language", said, advice)


def _of_inline(found: Survey, token: Token, before: Token | None, line: int) -> Iterator[Mistake]:
    opened = before.type if before else ""
    if opened == "heading_open" and used(token.content):
        said = "a variable cannot stand in a heading"
        yield Mistake(line, "variable-in-heading", said, "Write the value below it.")
    if token.content.lstrip().startswith("{check:"):
        check = markdown.CHECK.fullmatch(token.content.strip())
        if check is None or token.level != 1 or opened != "paragraph_open":
            said = "a self-check stands as a paragraph of its own, such as {check:c1}"
            yield Mistake(line, "check-place", said)
            return
        found.checks.append((line, check[1]))
        return
    mark = markdown.CALLOUT.match(token.content)
    if mark and mark[1].upper() not in markdown.CALLOUTS:
        advice = f"One of: {', '.join(markdown.CALLOUTS)}."
        yield Mistake(line, "callout-kind", f"there is no callout {mark[1]!r}", advice)
    is_figure = opened == "paragraph_open" and markdown.is_figure(token)
    for child in token.children or []:
        if child.type == "softbreak":
            line += 1
        yield from _of_child(found, child, line, is_figure=is_figure)


def _of_child(found: Survey, child: Token, line: int, *, is_figure: bool) -> Iterator[Mistake]:
    if child.type == "image":
        found.figures.append((line, str(child.attrs["src"])))
        if not is_figure:
            said = "an image within a line of text"
            yield Mistake(line, "figure-place", said, "Give it a paragraph of its own.")
        if not child.content.strip():
            advice = "Say between [ and ] what the image shows, for who cannot see it."
            yield Mistake(line, "missing-alt", "the image has no description", advice)
        if not child.attrs.get("title"):
            advice = 'Write it behind the name: ![…](name.svg "Figure 1. …").'
            yield Mistake(line, "missing-caption", "the figure has no caption", advice)
    elif child.type == "link_open":
        address = str(child.attrs["href"])
        if used(address) or "%7B%7B" in address or _OUTSIDE.match(address):
            return
        found.files.append((line, address))
    elif child.type == "text":
        yield from _of_words(child.content, line)


def _of_words(words: str, line: int) -> Iterator[Mistake]:
    if found := _TAG.search(words):
        said = f"{found.group()[:20]} stands in the text: HTML is not read"
        yield Mistake(line, "raw-html", said, "Put code in backticks.")
    if found := _LEFT_LINK.search(words):
        said = f"{found.group()[:40]} did not become a link or an image"
        yield Mistake(line, "broken-link", said, "Use https:, mailto:, tel: or a file's name.")
    if "**" in words:
        said = "** did not become bold letters"
        advice = "Beside a Chinese character, put the punctuation outside the asterisks."
        yield Mistake(line, "broken-emphasis", said, advice)
