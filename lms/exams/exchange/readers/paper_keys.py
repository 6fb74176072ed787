"""The answers of a whole paper in a block at its end, whose numbers start again per section."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lms.exams.exchange.question import Sort
from lms.exams.exchange.readers import paper_lines
from lms.exams.exchange.readers.paper_lines import Line
from lms.exams.exchange.report import Report

if TYPE_CHECKING:
    from lms.exams.exchange.readers.paper import Raw, Section

_RANGE = re.compile(r"(\d{1,3})\s*[-~—–至]\s*(\d{1,3})\s*[:.、]?\s*([A-J√×✓✗TF对错\s,、]+)")
_NUMBER = re.compile(r"(?:(?<=[\s,;；，])|^)(\d{1,3})\s*[.、):]\s*(?!\d{1,2}(?!\d))")
_JUDGED = re.compile(r"[√×✓✗TF对错]")


@dataclass(slots=True)
class _Entry:
    """What the block says about one question."""

    line: int
    answer: list[str] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """The answers under one heading of the block."""

    sort: Sort | None
    has_heading: bool
    entries: dict[int, _Entry] = field(default_factory=dict)


def apply(lines: list[Line], sections: "list[Section]", report: Report) -> None:
    """Give the questions the answers that a block says; what fits none is said."""
    groups = [each for each in _groups(lines) if each.entries]
    filled = [each for each in sections if each.questions]
    for group, questions in _matched(groups, filled):
        by_number = {each.number: each for each in questions}
        for number, entry in group.entries.items():
            raw = by_number.get(number)
            if raw is None:
                report.warning(f"{number}, line {entry.line}", "answer-without-question")
                continue
            if any(each.strip() for each in entry.answer):
                raw.answer = entry.answer
            raw.explanation += entry.explanation


def _matched(groups: list[_Group], sections: "list[Section]") -> "list[tuple[_Group, list[Raw]]]":
    """Return which answers belong to which questions: by kind, else by order."""
    everything = [each for section in sections for each in section.questions]
    numbers = [each.number for each in everything]
    if len(groups) == 1 and len(set(numbers)) == len(numbers):
        return [(groups[0], everything)]
    left = list(sections)
    found: list[tuple[_Group, list[Raw]]] = []
    for group in groups:
        same = [each for each in left if group.sort and each.sort is group.sort]
        section = same[0] if same else (left[0] if left else None)
        if section is None:
            found.append((group, []))
            continue
        left.remove(section)
        found.append((group, section.questions))
    return found


def _groups(lines: list[Line]) -> list[_Group]:
    groups = [_Group(None, has_heading=False)]
    now: _Entry | None = None
    in_explanation = False
    for whole in lines:
        if whole.is_empty:
            continue
        heading = paper_lines.heading(whole)
        line: Line | None = whole
        if heading is not None or paper_lines.is_other_heading(whole):
            groups.append(_Group(heading.sort if heading else None, has_heading=True))
            now = None
            line = _behind_heading(whole)  # answers may stand on the heading's line
        if line is None:
            continue
        if (why := paper_lines.explanation(line.text)) is not None and now is not None:
            now.explanation.append(why)
            in_explanation = True
            continue
        found = _entries(line, groups, now)
        if found is not None:
            now, in_explanation = found, False
        elif now is not None:
            said = paper_lines.answer(line.text)
            if said is not None:
                in_explanation = False
            target = now.explanation if in_explanation else now.answer
            target.append(line.text if said is None else said)
    return groups


def _behind_heading(line: Line) -> Line | None:
    """Return what stands behind a heading on its own line, if that is numbered answers."""
    found = re.search(r"[:)、\s]\s*(?=\d{1,3}\s*[-~—–至.、):]\s*[A-J√×\d])", line.folded)
    return Line(line.text[found.end() :], line.number) if found else None


def _entries(line: Line, groups: list[_Group], now: _Entry | None) -> _Entry | None:
    """Put the numbered answers of a line where they belong; return the last, or None if none."""
    folded = line.folded
    ranges = list(_RANGE.finditer(folded))
    if ranges and folded.lstrip()[:1].isdigit():
        for found in ranges:
            now = _range(found, line.number, groups) or now
        return now
    if paper_lines.start(line) is None and not _NUMBER.match(folded.lstrip()):
        return None
    last = max(groups[-1].entries, default=0)
    kept: list[re.Match[str]] = []
    for found in _NUMBER.finditer(folded):
        number = int(found[1])
        is_first = not kept and not folded[: found.start()].strip()
        if number == last + 1 or (is_first and (number == 1 or not groups[-1].entries)):
            kept.append(found)
            last = number
    if not kept:
        return None
    ends = [each.start() for each in kept[1:]] + [len(folded)]
    for found, end in zip(kept, ends, strict=True):
        now = _note(
            int(found[1]), line.text[found.end() : end].strip(" ;；，,"), line.number, groups
        )
    return now


def _note(number: int, said: str, line: int, groups: list[_Group]) -> _Entry:
    """Note one answer; a number that was there already begins the next section."""
    if number in groups[-1].entries:
        groups.append(_Group(None, has_heading=False))
    answer = paper_lines.answer(said)
    said, key, why = paper_lines.parted(said if answer is None else answer)
    entry = _Entry(line, [key if key is not None and not said.strip() else said])
    if why is not None:
        entry.explanation.append(why)
    groups[-1].entries[number] = entry
    return entry


def _range(found: re.Match[str], line: int, groups: list[_Group]) -> _Entry | None:
    """Note the answers of ``1-5 ABCDA``, ``6~8: √×√`` or ``9-10 AB CD``."""
    first, last = int(found[1]), int(found[2])
    count = last - first + 1
    said = found[3].strip()
    pieces = re.split(r"[\s,、]+", said)
    if len(pieces) != count:
        joined = "".join(pieces)
        pieces = _JUDGED.findall(joined) if not re.search("[A-EG-J]", joined) else list(joined)
    entry = None
    if len(pieces) == count:
        for place, each in enumerate(pieces):
            entry = _note(first + place, each, line, groups)
    return entry
