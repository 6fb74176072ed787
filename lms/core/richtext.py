"""Markdown to safe HTML, and HTML made safe again. Pure text in, text out.

Stored HTML holds three kinds of placeholders for whoever shows it: ``media:NAME`` in addresses,
which `addressed` replaces; ``<div data-check="ID"></div>`` at the top level, where a self-check
stands; and ``<span class="icon" data-icon="NAME"></span>``, which the template filter ``rich``
replaces by the sprite's icon.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import nh3

from lms.core import svg
from lms.core.markdown import Renderer

_WORDS = "p h2 h3 ul ol li strong em code pre blockquote a img br hr div span figure figcaption"
_TABLES = "table thead tbody tr th td"
_NAMED = {"role", "aria-label", "tabindex"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "loading"},
    "ol": {"start"},
    "h2": {"id"},
    "th": {"scope"},
    "div": _NAMED | {"data-check"},
    "pre": _NAMED,
    "span": {"data-icon"},
}
_DRAWN = {name: set(allowed) - {"class"} for name, allowed in svg.ALLOWED.items()}
_DRAWN["svg"] |= {"aria-label"}
_FIGURE_CLASSES = {"box", "box2", "box-bad", "box-ok", "arr", "arr-bad", "dash", "t2", "b", "bad"}
_CLASSES = {
    "div": {"note", "ok", "warn", "bad", "tbl-box"},
    "span": {"icon"},
    "table": {"tbl"},
    "th": {"r", "ctr"},
    "td": {"r", "ctr"},
    "figure": {"fig"},
    "svg": {"l", "s"},
} | {name: _FIGURE_CLASSES | {"ok"} for name in svg.ALLOWED if name != "svg"}
_VALUES = {
    "id": re.compile(r"h-\d{1,3}"),
    "tabindex": re.compile("0"),
    "role": re.compile("region|group|note|img"),
    "scope": re.compile("row|col"),
    "loading": re.compile("lazy"),
    "start": re.compile(r"\d{1,9}"),
    "data-icon": re.compile("[a-z-]{1,40}"),
    "data-check": re.compile("[a-z0-9-]{1,40}"),
    "src": re.compile(r"media:[a-z0-9][a-z0-9._-]*|/(?!/).*"),
    "href": re.compile(r"(?:https?|mailto|tel|media):.*|#h-\d{1,3}|/(?!/).*", re.IGNORECASE),
}
"""What an attribute's value must look like; those that are not here are free text."""


def _allowed(_tag: str, attribute: str, value: str) -> str | None:
    pattern = _VALUES.get(attribute)
    return value if pattern is None or pattern.fullmatch(value) else None


_cleaner = nh3.Cleaner(
    tags={*_WORDS.split(), *_TABLES.split(), *svg.ALLOWED},
    attributes=_ATTRIBUTES | _DRAWN,
    attribute_filter=_allowed,
    allowed_classes=_CLASSES,
    url_schemes={"http", "https", "mailto", "tel", "media"},
    link_rel="noopener noreferrer",
)
_MEDIA = re.compile(r'(?P<before> (?:src|href)=")media:(?P<name>[a-z0-9][a-z0-9._-]*)(?=")')
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Page:
    """A long text as it is stored."""

    html: str
    """Clean; with placeholders."""
    outline: list[list[str]]
    """``[anchor, heading]`` of each second-level heading."""


def clean(html: str) -> str:
    """Return `html` without anything that is not on the list."""
    return _cleaner.clean(html)


def short(text: str) -> str:
    """Return a short Markdown text, such as a question's stem, as clean HTML."""
    language = "zh" if _HAN.search(text) else "en"
    return clean(Renderer(language).render(text))


def page(text: str, language: str, media: Mapping[str, bytes]) -> Page:
    """Return a long Markdown text as it is stored.

    Args:
        text: with its named values filled in.
        language: ``zh`` or ``en``.
        media: name -> bytes of the files beside it.

    Raises:
        KeyError: a figure is not among `media`.
        SvgRefusedError: a figure holds what we do not take.
    """
    renderer = Renderer(language, media, is_page=True)
    html = clean(renderer.render(text))
    return Page(html, renderer.outline)


def addressed(html: str, address: Callable[[str], str]) -> str:
    """Return a stored page with the addresses of its files put in.

    Args:
        html: as `page` returned it.
        address: name of a file beside the text -> where it is found, beginning with a slash.
    """
    return _MEDIA.sub(lambda place: place["before"] + address(place["name"]), html)
