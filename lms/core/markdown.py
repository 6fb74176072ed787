"""Our Markdown: CommonMark with tables, and the blocks of docs/content-format.md.

The parser reads no HTML. What it makes of a text is rearranged here, block by block, into the
page's own elements; `lms.core.richtext` cleans what comes out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from lms.core import svg

CHECK = re.compile(r"\{check:([a-z0-9-]+)\}")
CALLOUT = re.compile(r"\[!([A-Za-z]+)\]\s*")
CALLOUTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "NOTE": ("note", "info", {"zh": "说明", "en": "Note"}),
    "TIP": ("note ok", "lightbulb", {"zh": "提示", "en": "Tip"}),
    "WARNING": ("note warn", "triangle-alert", {"zh": "注意", "en": "Warning"}),
    "CAUTION": ("note bad", "circle-alert", {"zh": "当心", "en": "Caution"}),
}
"""Kind -> classes, icon, word."""
CODE_WORDS = {
    "log": {"zh": "日志", "en": "Log"},
    "console": {"zh": "命令行", "en": "Console"},
    "sql": {"zh": "SQL", "en": "SQL"},
    "text": {"zh": "文本", "en": "Text"},
}
"""Language word of a code block -> what it is called."""
_TABLE = {"zh": "表 {number}", "en": "Table {number}"}
_HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_ALIGNED = {"text-align:right": "r", "text-align:center": "ctr"}


def _blanks(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  the parser's own signature
    """Keep ``____`` as it is: a blank to fill in, not the beginning of bold letters."""
    run = re.compile("_{3,}").match(state.src, state.pos)
    if run is None:
        return False
    if not silent:
        state.pending += run.group()
    state.pos = run.end()
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.inline.ruler.before("emphasis", "blanks", _blanks)
    return parser


PARSER = _parser()


def parse(text: str) -> list[Token]:
    """Return the blocks of a text."""
    return PARSER.parse(text)


def is_figure(inline: Token) -> bool:
    """Whether a paragraph's content is one image and nothing else."""
    children = inline.children or []
    return len(children) == 1 and children[0].type == "image"


def plain(inline: Token) -> str:
    """Return the words of a heading or a paragraph, without marks."""
    children = inline.children or []
    return "".join(" " if each.type == "softbreak" else each.content for each in children).strip()


class Renderer:
    """Makes one text into HTML.

    Args:
        language: of the text.
        media: name -> bytes of the files beside it; None where figures are not shown.
        is_page: whether it is a page of its own: figures, self-checks and landmarks.
    """

    def __init__(
        self, language: str, media: Mapping[str, bytes] | None = None, *, is_page: bool = False
    ) -> None:
        self.language = language
        self.media = media or {}
        self.is_page = is_page
        self.outline: list[list[str]] = []
        self._tables = 0
        self._closing: list[str] = []
        """How each open block quote ends; empty for one that is no callout."""
        self._row = _Row()

    def render(self, text: str) -> str:
        """Return the HTML, not yet cleaned; the second-level headings are in `outline` then."""
        tokens = list(self._arranged(parse(text)))
        html: str = PARSER.renderer.render(tokens, PARSER.options, {})
        return html

    def _arranged(self, tokens: Sequence[Token]) -> Iterator[Token]:
        position = 0
        while position < len(tokens):
            ahead = tokens[position : position + 3]
            if ahead[0].type == "paragraph_open" and (block := self._block(ahead[0], ahead[1])):
                yield _raw(block)
                position += len(ahead)
            else:
                yield from self._token(ahead[0], ahead)
                position += 1

    def _token(self, token: Token, ahead: Sequence[Token]) -> Iterator[Token]:
        """Yield what stands for one token; `ahead` begins with it."""
        match token.type:
            case "blockquote_open":
                kind = _callout(ahead)
                self._closing.append("</div></div>\n" if kind else "")
                yield _raw(self._callout(kind)) if kind else token
            case "blockquote_close":
                end = self._closing.pop()
                yield _raw(end) if end else token
            case "fence" | "code_block":
                yield _raw(self._code(token))
            case "table_open" | "table_close":
                yield from self._table(token)
            case _:
                if token.type == "heading_open" and token.tag == "h2" and self.is_page:
                    self._anchor(token, ahead[1])
                _join_han(token.children or [])
                self._link_files(token.children or [])
                self._row.mark(token, ahead[min(1, len(ahead) - 1)])
                yield token

    def _block(self, opening: Token, inline: Token) -> str:
        """Return what stands for a paragraph that is a figure or a self-check; empty if neither."""
        if not self.is_page:
            return ""
        check = CHECK.fullmatch(inline.content.strip())
        if check and not opening.level:
            return f'<div data-check="{check[1]}"></div>\n'
        return self._figure((inline.children or [])[0]) if is_figure(inline) else ""

    def _figure(self, image: Token) -> str:
        name, caption = str(image.attrs["src"]), str(image.attrs.get("title") or "")
        below = f"<figcaption>{escape(caption, quote=False)}</figcaption>" if caption else ""
        return f'<figure class="fig">{self._drawing(name, image.content)}{below}</figure>\n'

    def _drawing(self, name: str, label: str) -> str:
        if not name.endswith(".svg"):
            return f'<img src="media:{escape(name)}" alt="{escape(label)}" loading="lazy">'
        narrow = self.media.get(narrow_name(name))
        wide = svg.inline(self.media[name], label=label, css_class="l" if narrow else "")
        return wide + (svg.inline(narrow, label=label, css_class="s") if narrow else "")

    def _anchor(self, opening: Token, inline: Token) -> None:
        anchor = f"h-{len(self.outline) + 1}"
        opening.attrSet("id", anchor)
        self.outline.append([anchor, plain(inline)])

    def _link_files(self, children: Sequence[Token]) -> None:
        for each in children:
            if each.type == "link_open" and each.attrs["href"] in self.media:
                each.attrSet("href", f"media:{each.attrs['href']}")

    def _callout(self, kind: str) -> str:
        classes, icon, words = CALLOUTS[kind]
        word = words[self.language]
        mark = f'<span class="icon" data-icon="{icon}"></span>'
        return f'<div class="{classes}" role="note" aria-label="{word}">{mark}<div>'

    def _code(self, token: Token) -> str:
        word = token.info.strip().partition(" ")[0]
        label = CODE_WORDS.get(word, CODE_WORDS["text"])[self.language]
        inside = escape(token.content, quote=False)
        return f'<pre tabindex="0" role="group" aria-label="{label}"><code>{inside}</code></pre>\n'

    def _table(self, token: Token) -> Iterator[Token]:
        if token.type == "table_close":
            yield from (token, _raw("</div>\n"))
            return
        self._tables += 1
        label = _TABLE[self.language].format(number=self._tables)
        if self.outline:
            label += f"{'：' if self.language == 'zh' else ': '}{self.outline[-1][1]}"
        # landmarks need a name each; several short texts on one page cannot promise that
        role = "region" if self.is_page else "group"
        said = f'tabindex="0" role="{role}" aria-label="{escape(label)}"'
        token.attrSet("class", "tbl")
        yield from (_raw(f'<div class="tbl-box" {said}>'), token)


class _Row:
    """Which cells of a table are headings, and how they are aligned."""

    def __init__(self) -> None:
        self.in_body = False
        self.is_first = False
        self.now_heading = False

    def mark(self, token: Token, following: Token) -> None:
        """Say in a token of a table what it is to a reader who hears it."""
        if token.type in {"thead_open", "tbody_open"}:
            self.in_body = token.type == "tbody_open"
        elif token.type == "tr_open":
            self.is_first = True
        elif token.type in {"th_open", "td_open"}:
            empty = not following.content.strip()
            # an empty heading says nothing; the corner of a table often is one
            self.now_heading = not empty and (not self.in_body or self.is_first)
            self.is_first = False
            token.tag = "th" if self.now_heading else "td"
            style = _ALIGNED.get(str(token.attrs.pop("style", "")).replace(" ", ""))
            if style:
                token.attrSet("class", style)
            if self.now_heading:
                token.attrSet("scope", "row" if self.in_body else "col")
        elif token.type in {"th_close", "td_close"}:
            token.tag = "th" if self.now_heading else "td"


def narrow_name(name: str) -> str:
    """Return what the variant of a figure for phones is called."""
    return f"{name.removesuffix('.svg')}.narrow.svg"


def _callout(tokens: Sequence[Token]) -> str:
    """Return a block quote's kind of callout, and take the mark out of its text; empty if none."""
    inline: Any = tokens[-1]
    found = CALLOUT.match(inline.content) if inline.type == "inline" else None
    kind = found[1].upper() if found else ""
    if found is None or kind not in CALLOUTS:
        return ""
    rest = inline.content[found.end() :]
    inline.content = rest
    inline.children = PARSER.parseInline(rest)[0].children if rest else []
    return kind


def _join_han(children: Sequence[Token]) -> None:
    """Drop line breaks between Chinese characters: a browser would show them as blanks."""
    for before, token, after in zip(children, children[1:], children[2:], strict=False):
        ends = before.content[-1:], after.content[:1]
        if token.type == "softbreak" and all(_HAN.match(each) for each in ends):
            token.type, token.content = "text", ""


def _raw(html: str) -> Token:
    """Return a block of our own HTML; the parser makes none of these, as it reads no HTML."""
    return Token("html_block", "", 0, content=html)
