"""HTML and CSS that somebody else wrote for a document: which of it is taken. Two allow-lists.

Nothing of it may fetch from elsewhere, hide what has to be read, or bring fonts. The fetcher of
`lms.core.pdf` refuses all that once more; here it is said by line, before it is kept.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from lms.core import pdf
from lms.core.sandbox import Mistake

_BLOCKS = "address article aside blockquote div figcaption figure footer h1 h2 h3 h4 h5 h6 header hr main p"
_LISTS = "caption col colgroup dd dl dt li ol section table tbody td tfoot th thead tr ul"
_WORDS = "a abbr b br cite em i img q s small span strong sub sup time u wbr"
ELEMENTS = frozenset(f"{_BLOCKS} {_LISTS} {_WORDS}".split())
"""What may stand in the body of a document."""
_HEAD = frozenset({"html", "head", "body", "link", "meta", "title"})
"""What the house alone writes."""
_ANYWHERE = frozenset({"class", "dir", "id", "lang", "role", "style", "title"})
_ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt", "width", "height"}, "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"}, "ol": {"start", "type"}, "col": {"span"},
    "colgroup": {"span"}, "time": {"datetime"}, "abbr": set(), "link": {"rel", "href"},
    "meta": {"charset", "name", "content"},
}  # fmt: skip
_LINK = re.compile(r"(?:https?://|mailto:|#)\S+", re.IGNORECASE)
_AT_WORDS = re.compile(
    r"page|(?:top|bottom|left|right)-(?:left|right|top|bottom|center|middle)(?:-corner)?"
)
_CUTTING = "overflow overflow-x overflow-y clip clip-path mask text-overflow block-ellipsis"
_HIDING = frozenset(f"{_CUTTING} max-lines continue line-clamp visibility opacity".split())
_FETCHING = frozenset({"image", "image-set", "-webkit-image-set", "src", "cross-fade", "element"})
_GENERIC = frozenset({"serif", "sans-serif", "inherit", "initial", "unset"})


def in_html(document: str, files: Collection[str], *, source: str) -> list[Mistake]:
    """Return what is not taken of a document.

    Args:
        document: the whole of it, with what the house writes around it.
        files: what it may fetch.
        source: what was written, in which lines are counted.
    """
    import tinyhtml5  # noqa: PLC0415  in a child process, and for the tests, only

    tree = tinyhtml5.parse(document, namespace_html_elements=False)
    own = {
        id(tree),
        *(id(each) for each in tree),
        *(id(each) for each in tree[0]),
    }  # and its head's
    mistakes = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        if element.tag not in (_HEAD if id(element) in own else ELEMENTS):
            line = _line_of(source, f"<{_plain(element.tag)}")
            mistakes.append(Mistake("element", f"<{_plain(element.tag)}>", line))
        else:
            mistakes += _of_element(element, files, source)
    return list(dict.fromkeys(mistakes + list(_of_structure(tree, source))))


def in_css(source: str, files: Collection[str]) -> list[Mistake]:
    """Return what is not taken of a style sheet."""
    import tinycss2  # noqa: PLC0415  as above

    mistakes: list[Mistake] = []
    for rule in tinycss2.parse_stylesheet(source, skip_comments=True, skip_whitespace=True):
        if rule.type == "error":
            mistakes.append(_css("css-syntax", rule.message, rule.source_line))
            continue
        if rule.type == "at-rule" and rule.lower_at_keyword != "page":
            mistakes.append(_css("at-rule", f"@{rule.at_keyword}", rule.source_line))
            continue
        mistakes += _of_tokens(rule.prelude, files)
        if rule.content is None:
            mistakes.append(_css("css-syntax", "{", rule.source_line))
        else:
            mistakes += _of_tokens(rule.content, files)
            mistakes += _of_declarations(rule.content)
    return list(dict.fromkeys(mistakes))


def _css(code: str, what: str, line: int) -> Mistake:
    return Mistake(code, what[:120], line, "css")


def _of_tokens(tokens: Iterable[Any], files: Collection[str]) -> Iterator[Mistake]:
    """Yield what would fetch, however deep it stands."""
    for token in tokens:
        match token.type:
            case "url":
                yield from _of_address(token.value, token.source_line, files)
            case "function" if token.lower_name == "url":
                said = "".join(each.value for each in token.arguments if each.type == "string")
                yield from _of_address(said, token.source_line, files)
            case "function" if token.lower_name in _FETCHING:
                yield _css("outside", f"{token.name}()", token.source_line)
            case "function":
                yield from _of_tokens(token.arguments, files)
            case "() block" | "[] block" | "{} block":
                yield from _of_tokens(token.content, files)
            case "at-keyword" if not _AT_WORDS.fullmatch(token.value.lower()):
                yield _css("at-rule", f"@{token.value}", token.source_line)
            case "error":
                yield _css("css-syntax", token.message, token.source_line)
            case _:
                pass


def _of_address(address: str, line: int, files: Collection[str]) -> Iterator[Mistake]:
    if address not in files:
        yield _css(_kind_of(address), address, line)


def _kind_of(address: str) -> str:
    """Return why an address is not taken: a name that is not there, or something elsewhere."""
    return "file" if re.fullmatch(r"[\w.-]+", address) else "outside"


def _of_declarations(content: Iterable[Any]) -> Iterator[Mistake]:
    import tinycss2  # noqa: PLC0415

    for each in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if each.type == "error":
            yield _css("css-syntax", each.message, each.source_line)
        elif each.type == "declaration":
            yield from _of_declaration(each)
        elif each.content is not None:  # rules within rules
            yield from _of_declarations(each.content)


def _of_declaration(declaration: Any) -> Iterator[Mistake]:
    name, line = declaration.lower_name, declaration.source_line
    if name in _HIDING:
        yield _css("hiding", declaration.name, line)
    elif name == "font":
        yield _css("shorthand", declaration.name, line)
    elif name == "font-family":
        for family in _families(declaration.value):
            if family not in {*pdf.FAMILIES, *_GENERIC}:
                yield _css("family", family, line)


def _families(tokens: Iterable[Any]) -> Iterator[str]:
    words: list[str] = []
    for token in tokens:
        if token.type in {"string", "ident"}:
            words.append(token.value)
        elif token.type == "literal" and token.value == "," and words:
            yield " ".join(words)
            words = []
    if words:
        yield " ".join(words)


def _of_element(element: Any, files: Collection[str], source: str) -> Iterator[Mistake]:
    allowed = _ANYWHERE | _ATTRIBUTES.get(element.tag, set())
    for name, value in element.attrib.items():
        line = _line_of(source, value) if value else 0
        if name not in allowed and not str(name).startswith(("aria-", "data-")):
            line = _line_of(source, str(name))
            yield Mistake("attribute", f"<{element.tag} {_plain(name)}>", line)
        elif name == "src" and value not in files:
            yield Mistake(_kind_of(value), value[:120], line)
        elif name == "href" and element.tag == "a" and not _LINK.fullmatch(value):
            yield Mistake("link", value[:120], line)
        elif name == "style":
            for each in _of_style(value, files):
                yield Mistake(each.code, each.what, _line_of(source, each.what))


def _of_style(value: str, files: Collection[str]) -> list[Mistake]:
    import tinycss2  # noqa: PLC0415

    tokens = tinycss2.parse_component_value_list(value)
    return [*_of_tokens(tokens, files), *_of_declarations(tokens)]


def _of_structure(tree: Any, source: str) -> Iterator[Mistake]:
    """Yield what readers who cannot see the page would miss."""
    headings = [each.tag for each in tree.iter() if re.fullmatch("h[1-6]", str(each.tag))]
    if headings[:1] != ["h1"]:
        yield Mistake("heading")
    for each in tree.iter("img"):
        if not each.get("alt", "").strip():
            said = each.get("src", "")
            yield Mistake("alt", said, _line_of(source, said))


def _plain(name: Any) -> str:
    return str(name).rpartition("}")[2]


def _line_of(source: str, said: str) -> int:
    """Return the line in which something stands that was found in the document; 0 if it is made up."""
    place = source.lower().find(said.lower()) if said else -1
    return source.count("\n", 0, place) + 1 if place >= 0 else 0
