"""Shares and multiples in a lesson of which nobody can tell where they come from. Pure."""

import re
from collections.abc import Iterator

from lms.core import prose, typography

_CLAIM = {
    "zh": re.compile(
        r"\d+(?:\.\d+)? ?%|\d+(?:\.\d+)? ?倍|百分之[一二三四五六七八九十百零〇]+|[二三四五六七八九]成"
    ),
    "en": re.compile(
        r"\d+(?:\.\d+)? ?%|\d+(?:\.\d+)? times (?:as|more|less|fewer|higher|faster|the)\b"
        r"|\bper cent\b|\b(?:two|three|four|five|six|seven|eight|nine) in ten\b",
        re.IGNORECASE,
    ),
}
_OURS = {
    "zh": re.compile("我们的|规定|规矩|约定|假定|假设|设想|示例"),
    "en": re.compile(
        r"\b(?:our|ours|the rule|a rule|agreed|suppose|assume|sample)\b", re.IGNORECASE
    ),
}
_WORKED_OUT_OF = 2
"""Other figures beside a share from which a reader can work it out."""


def unsourced(found: prose.Survey, language: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of each share or multiple that nothing on the page explains.

    What explains it: a value of the site, a rule that is called ours, the same figure in another
    place of the lesson (its case, its table), or figures beside it to work it out of.
    """
    texts = [each.text for each in found.pieces] + [block for _line, _word, block in found.blocks]
    for number, piece in enumerate(found.pieces):
        claim = _CLAIM[language].search(piece.text) if piece.kind == "text" else None
        if claim is None or "{{" in piece.text or _OURS[language].search(piece.text):
            continue
        here = typography.figures(piece.text)
        figure = next(iter(typography.figures(claim[0])), "")
        elsewhere = "\n".join(each for n, each in enumerate(texts) if n != number)
        if figure and figure in typography.figures(elsewhere):
            continue
        if len([each for each in here if each != figure]) < _WORKED_OUT_OF:
            yield piece.line, claim[0]
