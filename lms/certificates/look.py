"""How a certificate looks: a design, and what an organisation chose for it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PAPER, PRIMARY, ACCENT = "#fffdf8", "#17427f", "#b08d3c"
FORMAL, MODERN = "formal", "modern"
DESIGNS = (FORMAL, MODERN)
BLANK = "blank"
"""Paper without artwork: for templates in HTML and CSS, beside `DESIGNS`."""
LANGUAGES = ("both", "zh", "en")
FIELDS = ("latin", "path", "hours", "score", "transcript", "seal")
"""What a template may leave out. Name, serial, dates, issuer and the QR code always stand."""
PLACES = ("programme", "stage", "hours", "score")
"""What a text of one's own may name, in double braces."""
READABLE, VISIBLE = 4.5, 3.0
"""Least contrast (WCAG 2.2, 1.4.3 and 1.4.11) of text, and of lines, to the paper."""
MOST_SIGNATURES = 3

_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_COLOUR = re.compile("#[0-9a-f]{6}")
_SHORT_TAIL = 18
_ZH, _EN = "零一二三四五六七八九十", ("no", "one", "two", "three", "four", "five", "six", "seven")


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody who signs by hand, as it is printed."""

    name: str
    role_zh: str = ""
    role_en: str = ""
    image: str = ""
    """Name of the picture of their handwriting; "" leaves room to sign by pen."""


@dataclass(frozen=True, slots=True)
class Source:
    """What somebody wrote instead of a ready design: see `markup`."""

    html: str
    css: str
    files: Mapping[str, str] = field(default_factory=dict)
    """What it calls a picture -> the name under which the template keeps it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a certificate is printed with, beside its snapshot."""

    design: str = FORMAL
    languages: str = "both"
    primary: str = PRIMARY
    accent: str = ACCENT
    fields: frozenset[str] = frozenset(FIELDS)
    """Which of `FIELDS` stand, where there is something to print."""
    text_zh: str = ""
    """The sentence that says what for, with `PLACES`; "" for the design's own."""
    text_en: str = ""
    seal_word: str = "专用章"
    """Below the star of the seal that is drawn."""
    logo: str = ""
    """Name of a picture; "" for the one of the site."""
    seal: str = ""
    """Name of a picture; "" for one that is drawn around the issuer's name."""
    signatures: tuple[Signature, ...] = ()
    markup: Source | None = None
    """HTML and CSS of one's own; of the design, only the artwork is left then."""
    images: Mapping[str, bytes] = field(default_factory=dict)
    """Name -> picture: the template's own files."""

    @property
    def has_chinese(self) -> bool:
        """Whether the words of the form itself stand in Chinese."""
        return self.languages != "en"

    @property
    def has_english(self) -> bool:
        """Whether they stand in English."""
        return self.languages != "zh"


def read(settings: Mapping[str, Any], images: Mapping[str, bytes] | None = None) -> Look:
    """Return the look that a template's settings describe.

    Args:
        settings: what `written` makes; what is missing is as in the formal design.
        images: the pictures that they name.
    """
    plain = {
        name: settings[name]
        for name in Look.__slots__
        if name in settings and name not in {"fields", "signatures", "markup", "images"}
    }
    markup = settings.get("markup")
    return Look(
        **plain,
        fields=frozenset(settings.get("fields", FIELDS)),
        signatures=tuple(Signature(**each) for each in settings.get("signatures", ())),
        markup=Source(**markup) if markup else None,
        images=images or {},
    )


def written(look: Look) -> dict[str, Any]:
    """Return a look as JSON values, without its pictures."""
    kept = {name: getattr(look, name) for name in Look.__slots__ if name != "images"}
    signatures = [
        {name: getattr(each, name) for name in Signature.__slots__} for each in look.signatures
    ]
    markup = look.markup and {
        "html": look.markup.html,
        "css": look.markup.css,
        "files": dict(look.markup.files),
    }
    return kept | {"fields": sorted(look.fields), "signatures": signatures, "markup": markup}


def image_names(settings: Mapping[str, Any]) -> list[str]:
    """Return the pictures that settings name, each once."""
    named = [settings.get("logo", ""), settings.get("seal", "")]
    named += [each.get("image", "") for each in settings.get("signatures", ())]
    named += ((settings.get("markup") or {}).get("files") or {}).values()
    return list(dict.fromkeys(filter(None, named)))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence."""

    text: str
    kind: str = ""
    """``fact``: from the snapshot; ``tail``: stays on one line; "": plain."""


def unknown_places(text: str) -> list[str]:
    """Return what a text names that no certificate has, in order."""
    return [each for each in _PLACE.findall(text) if each not in PLACES]


def sentence(look: Look, snapshot: Mapping[str, Any], language: str) -> list[Piece]:
    """Return what the certificate is for, in one language, in pieces."""
    text = (look.text_zh if language == "zh" else look.text_en) or _own(snapshot, language)
    pieces: list[Piece] = []
    for number, part in enumerate(_PLACE.split(text)):
        if number % 2:
            value = snapshot.get(f"{part}_{language}", snapshot.get(part, ""))
            pieces.append(Piece(str(value), "fact"))
        elif part:
            pieces.append(Piece(part))
    head, comma, tail = pieces[-1].text.partition("，")
    if not pieces[-1].kind and comma and len(tail) <= _SHORT_TAIL:
        pieces[-1:] = [Piece(head + comma), Piece(tail, "tail")]
    return pieces


def _own(snapshot: Mapping[str, Any], language: str) -> str:
    """Return the sentence of the designs."""
    count = len(snapshot["stages"])
    if language == "zh":
        if snapshot["stage_zh"]:
            return "已完成 {{programme}} 之 {{stage}} 全部课程，考核合格，特发此证。"
        if 1 < count < len(_ZH):
            stages = f"全部{'两' if count == 2 else _ZH[count]}个阶段的课程"  # noqa: PLR2004
            return f"已完成 {{{{programme}}}} {stages}，各阶段考核均合格，特发此证。"
        return "已完成 {{programme}} 全部课程，考核合格，特发此证。"
    if snapshot["stage_en"]:
        return (
            "has completed every lesson of the {{stage}} stage of {{programme}}"
            " and passed its assessment."
        )
    if 1 < count < len(_EN):
        return (
            f"has completed all {_EN[count]} stages of {{{{programme}}}}"
            " and passed the assessment of each."
        )
    return "has completed every lesson of {{programme}} and passed its assessment."


def is_colour(text: str) -> bool:
    """Whether it is a colour as we write them: ``#17427f``."""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def toward(colour: str, end: str, on: str, least: float = READABLE) -> str:
    """Return `colour`, moved toward `end` until it can be read `on` that ground."""
    for step in range(20):
        mixed = _mixed(colour, end, step / 20)
        if contrast(mixed, on) >= least:
            return mixed
    return end


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004

    red, green, blue = (linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
