"""An item of QTI while it is read: its texts, its numbers, its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from lms.exams.exchange import texts, trees
from lms.exams.exchange.media import Album
from lms.exams.exchange.question import FULL, Option, Picture, Question, Sort
from lms.exams.exchange.report import Report
from lms.exams.exchange.trees import Node
from lms.exams.rules.kinds import FALSE, TRUE

_TRUE, _FALSE = {"true", "对", "正确", "是", "√", "yes"}, {"false", "错", "错误", "否", "×", "no"}
_MOST_POINTS = 1000
_PAIR = 2


@dataclass(slots=True)
class Entry:
    """One item."""

    node: Node
    where: str
    report: Report
    album: Album
    files: Mapping[str, Picture | None]
    pictures: list[Picture] = field(default_factory=list)

    def html(self, markup: str) -> str:
        """Return HTML of the item as Markdown, its pictures taken along."""
        placed, used = self.album.placed(markup, self.files, self.where)
        self.pictures += [each for each in used if each not in self.pictures]
        return texts.html(placed)

    def points(self, given: str) -> Decimal:
        """Return what an item is worth; 1 if it does not say."""
        points = number(given)
        if points is None or not 0 <= points <= _MOST_POINTS:
            if given.strip():
                self.report.warning(self.where, "bad-points", value=given.strip()[:40])
            return Decimal(1)
        return points

    def manual(self, kind: str) -> dict[str, Any]:
        """Return the fields of an item that has no native kind, and say so."""
        self.report.warning(self.where, "no-native-kind", kind=kind[:40])
        return {"sort": Sort.MANUAL, "source": trees.source(self.node)}

    def finished(self, fields: dict[str, Any]) -> Question:
        """Return the question, its stem and its key checked."""
        question = Question(
            **{"stem": "", **fields}, pictures=tuple(self.pictures), where=self.where
        )
        if not question.stem:
            self.report.error(self.where, "no-stem")
        if question.sort in _KEYED and not any(question.key):
            self.report.error(self.where, "no-answer")
        return question


_KEYED = frozenset(Sort) - {
    Sort.ESSAY, Sort.UPLOAD, Sort.DESCRIPTION, Sort.MANUAL, Sort.CASE,
}  # fmt: skip


def number(text: str) -> Decimal | None:
    """Return a finite number, or None; ``3.0`` and ``3`` are one number."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found.adjusted()) > 100:  # noqa: PLR2004  beyond all reason
        return None
    return found.to_integral() if found == found.to_integral() else found.normalize()


def as_truth(options: list[Option]) -> tuple[Option, ...] | None:
    """Return options that only say true and false as those of a true/false question, or None."""
    if len(options) != _PAIR or sum(each.share == FULL for each in options) != 1:
        return None
    words = [texts.line(texts.shown(each.text)).casefold().rstrip(".。") for each in options]
    for first, second in ((0, 1), (1, 0)):
        if words[first] in _TRUE and words[second] in _FALSE:
            right, wrong = options[first], options[second]
            return (
                Option(TRUE, "", right.share, right.why),
                Option(FALSE, "", wrong.share, wrong.why),
            )
    return None
