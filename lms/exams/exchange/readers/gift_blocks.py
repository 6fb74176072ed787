"""GIFT parted into questions, its escaped signs hidden until they are shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lms.exams.exchange import texts

TAG = re.compile(r"\[tag:([^\]]{1,80})\]")


ESCAPED = re.compile(r"\\([~=#{}:n\\])")


HIDDEN = str.maketrans({"{": "\ue000", "}": "\ue001", "=": "\ue002", "~": "\ue003",
                         "#": "\ue004", ":": "\ue005"})  # fmt: skip


SHOWN = str.maketrans({chr(0xE000 + place): each for place, each in enumerate("{}=~#:")})


BACKSLASH = "\ue006"


@dataclass(slots=True)
class Block:
    """The lines of one question, its escapes hidden, and what comments said before it."""

    line: int
    text: str
    tags: tuple[str, ...]
    is_open: bool = False
    """Whether a brace is not closed."""


def blocks_of(text: str) -> Iterator[Block]:
    """Yield the questions: parted by empty lines that are not in braces."""
    lines: list[str] = []
    start, depth, tags = 0, 0, []
    for number, raw in enumerate(text.split("\n"), start=1):
        stripped = raw.strip()
        if stripped.startswith("//") and not depth:
            tags += [texts.title(each) for each in TAG.findall(stripped)]
            continue
        begins_anew = depth and stripped.startswith("::") and lines and not lines[-1].strip()
        if (not stripped and not depth) or begins_anew:
            if lines:
                yield Block(start, "\n".join(lines), tuple(tags), is_open=depth > 0)
                lines, tags = [], []
            depth = 0
            if not stripped:
                continue
        if not lines:
            start = number
        hidden = hide(raw)
        depth = min(max(0, depth + hidden.count("{") - hidden.count("}")), 1)
        lines.append(hidden)
    if lines:
        yield Block(start, "\n".join(lines), tuple(tags), is_open=depth > 0)


def hide(text: str) -> str:
    """Return a line with its escaped signs as private characters, so that none is taken for one."""

    def hidden(found: re.Match[str]) -> str:
        sign = found[1]
        return {"n": "\n", "\\": BACKSLASH}.get(sign) or sign.translate(HIDDEN)

    return ESCAPED.sub(hidden, text)


def plain_of(text: str) -> str:
    """Return what hidden signs stand for."""
    return text.translate(SHOWN).replace(BACKSLASH, "\\")
