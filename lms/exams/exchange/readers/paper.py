"""Papers as they are typed in China: Word or pasted text, numbered, with keys here or there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lms.exams.exchange import files, texts
from lms.exams.exchange.question import Sort
from lms.exams.exchange.readers import paper_keys, paper_lines, paper_made
from lms.exams.exchange.readers.paper_lines import Line
from lms.exams.exchange.readers.paper_made import Place
from lms.exams.exchange.report import FileProblemError, Report


@dataclass(slots=True)
class Raw:
    """A question as its lines say it."""

    number: int
    line: int
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    answer: list[str] | None = None
    explanation: list[str] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    parts: list["Raw"] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """A part of the paper under one heading."""

    sort: Sort | None = None
    points: Decimal | None = None
    questions: list[Raw] = field(default_factory=list)


def read(content: bytes, report: Report) -> None:
    """Read pasted text; problems and questions go into the report."""
    text = texts.visible_all(files.decoded(content, report))
    lines = [Line(each, number) for number, each in enumerate(text.split("\n"), start=1)]
    read_lines(lines, {}, report)


def read_lines(lines: list[Line], places: Mapping[str, Place], report: Report) -> None:
    """Read the lines of a paper.

    Args:
        lines: with a mark wherever a picture stands.
        places: mark -> what is to be seen there.
        report: where the questions go, and what is wrong with them.

    Raises:
        FileProblemError: there is no question in them.
    """
    paper = _Paper(lines, report)
    paper.read()
    sections = [each for each in paper.sections if each.questions]
    if not sections:
        raise FileProblemError("nothing-found")
    paper_made.make(sections, places, report)


class _Paper:
    """Goes through the lines once, and knows what it is in the middle of."""

    def __init__(self, lines: list[Line], report: Report) -> None:
        self.sections = [Section()]
        self._lines = lines
        self._report = report
        self._style = ""
        self._mode = ""
        """What a line without a mark goes on with: ``stem``, ``options``, ``answer``,
        ``explanation``; empty before the first question of a section."""
        self._now: Raw | None = None
        self._parent: Raw | None = None
        self._list_next = 0
        """The number that the list inside the present text would go on with."""

    def read(self) -> None:
        """Read all lines."""
        for place, line in enumerate(self._lines):
            if line.is_empty:
                continue
            if self._now is not None and paper_lines.begins_keys(self._lines, place):
                paper_keys.apply(self._lines[place + 1 :], self.sections, self._report)
                return
            if not (self._heading(place) or self._question(place)):
                self._rest(line)

    def _heading(self, place: int) -> bool:
        line = self._lines[place]
        found = paper_lines.heading(line)
        if found is not None:
            self._open(Section(found.sort, found.points))
            return True
        following = self._following(place)
        start = paper_lines.start(following) if following else None
        is_free = self._mode in {"", "options"} or (
            self._now is not None and self._now.answer is not None and self._list_next <= 1
        )
        if is_free and start and paper_lines.is_other_heading(line) and self._fits(start.number):
            self._open(Section(None, paper_lines.other_points(line)))
            return True
        return False

    def _fits(self, number: int) -> bool:
        last = self._parent or self._now
        return number == 1 or (last is not None and number == last.number + 1)

    def _open(self, section: Section) -> None:
        self.sections.append(section)
        self._style, self._mode = "", ""
        self._now = self._parent = None
        self._list_next = 0

    def _following(self, place: int) -> Line | None:
        return next(
            (each for each in self._lines[place + 1 : place + 9] if not each.is_empty), None
        )

    def _question(self, place: int) -> bool:
        line = self._lines[place]
        start = paper_lines.start(line)
        if start is None:
            return False
        if self._begins_part(place, start):
            assert self._parent is not None
            self._now = Raw(start.number, line.number)
            self._parent.parts.append(self._now)
            self._begin(start.rest)
            return True
        if not self._begins(place, start):
            if start.style == (self._style or start.style):
                self._list_next = start.number + 1
            return False
        self._style = self._style or start.style
        self._now = self._parent = Raw(start.number, line.number)
        self.sections[-1].questions.append(self._now)
        self._list_next = 0
        self._begin(start.rest)
        return True

    def _begins(self, place: int, start: paper_lines.Start) -> bool:
        """Whether a numbered line is a new question: look ahead, it may be an item of a list."""
        if self._parent is None:
            return True
        if start.style != self._style:
            return False
        expected = self._parent.number + 1
        if start.number == expected:
            is_list = self._list_next == start.number and self._mode != "options"
            return not (is_list and self._comes_again(place, start))
        return self._asks(place) and (start.number > expected or self._mode == "options" or (
            self._parent.answer is not None and start.number == 1
        ))  # fmt: skip

    def _begins_part(self, place: int, start: paper_lines.Start) -> bool:
        """Whether a numbered line is a question of a case: it has options or an answer of its own."""
        if self._parent is None or start.style == self._style or self._mode == "explanation":
            return False
        is_next = start.number == len(self._parent.parts) + 1
        if self._parent.options or (self._parent.answer is not None and not self._parent.parts):
            return False
        is_case = self.sections[-1].sort is Sort.CASE
        return is_next and self._asks(place, style=start.style, only_options=not is_case)

    def _comes_again(self, place: int, start: paper_lines.Start) -> bool:
        """Whether the same number comes again behind the list that goes on here."""
        expected = start.number + 1
        for line in self._lines[place + 1 :]:
            if paper_lines.heading(line):
                return False
            found = paper_lines.start(line)
            if found is None or found.style != start.style:
                continue
            if found.number != expected:
                return found.number == start.number
            expected += 1
        return False

    def _asks(self, place: int, *, style: str = "", only_options: bool = False) -> bool:
        """Whether options or an answer follow before the next numbered line."""
        for ahead, line in enumerate(self._lines[place : place + 40]):
            if line.is_empty:
                continue
            if ahead:
                start = paper_lines.start(line)
                if paper_lines.heading(line) or (start and start.style in {style, self._style}):
                    return False
                if paper_lines.options(line.text, "A"):
                    return True
            if not only_options and (
                (ahead and paper_lines.answer(line.text) is not None)
                or paper_lines.parted(line.text)[1] is not None
                or (not ahead and paper_made.bracketed(line.text))
            ):
                return True
            if not ahead and paper_lines.stem_and_options(line.text)[1]:
                return True
        return False

    def _begin(self, text: str) -> None:
        self._mode = "stem"
        assert self._now is not None
        text, said, why = paper_lines.parted(text)
        text, options = paper_lines.stem_and_options(text)
        self._now.stem.append(text)
        self._add_options(options)
        self._marked(said, why)

    def _marked(self, said: str | None, why: str | None) -> None:
        """Take an answer and an explanation that stood in the middle of a line."""
        assert self._now is not None
        if said is not None:
            self._mode = "answer"
            self._now.answer = [*(self._now.answer or []), *([said] if said.strip() else [])]
        if why is not None:
            self._mode = "explanation"
            self._now.explanation.append(why)

    def _rest(self, line: Line) -> None:
        """Read a line that begins nothing new."""
        if self._now is None:
            words = paper_made.unmarked(line.text)[:60] or "…"
            self._report.warning(f"0, line {line.number}", "line-skipped", text=words)
            return
        text = line.text
        if (why := paper_lines.explanation(text)) is not None:
            self._marked(None, why)
        elif (said := paper_lines.answer(text)) is not None:
            said, _none, why = paper_lines.parted(said)
            self._marked(said, why)
            self._list_next = 2 if said.lstrip().startswith("1") else 0
        elif found := paper_lines.about(text):
            self._now.about[found[0]] = paper_made.unmarked(found[1])
        elif self._mode in {"stem", "options"} and (options := self._options(text)):
            self._take_options(options)
        else:
            self._go_on(text)

    def _options(self, text: str) -> list[tuple[str, str]]:
        assert self._now is not None
        expected = chr(ord("A") + len(self._now.options))
        return paper_lines.options(text, expected) or paper_lines.loose_option(text, expected)

    def _take_options(self, options: list[tuple[str, str]]) -> None:
        last, said, why = paper_lines.parted(options[-1][1])
        self._add_options([*options[:-1], (options[-1][0], last)])
        self._marked(said, why)

    def _add_options(self, options: list[tuple[str, str]]) -> None:
        if options and self._now is not None:
            self._now.options += options
            self._mode = "options"

    def _go_on(self, text: str) -> None:
        assert self._now is not None
        match self._mode:
            case "answer":
                self._now.answer = [*(self._now.answer or []), text]
            case "explanation":
                self._now.explanation.append(text)
            case "options":
                key, before = self._now.options[-1]
                self._now.options[-1] = (key, f"{before}\n{text.strip()}")
            case _:
                self._now.stem.append(text)
