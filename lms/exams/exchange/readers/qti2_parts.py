"""What items of QTI 2 and 3 are made of: declarations, and bodies without their interactions."""

from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from lms.exams.exchange import trees
from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    exact,
)
from lms.exams.exchange.readers.qti_entry import number
from lms.exams.exchange.trees import Node


@dataclass(slots=True)
class Declared:
    """What an item declares about one response."""

    cardinality: str = "single"
    base: str = ""
    correct: list[str] = field(default_factory=list)
    mapped: dict[str, Decimal] = field(default_factory=dict)

    @property
    def right(self) -> list[str]:
        """What is right: as said, else as the mapping pays."""
        return self.correct or [key for key, value in self.mapped.items() if value > 0]

    def share(self, value: str) -> Fraction:
        """Return what one value earns."""
        if self.cardinality == "multiple":
            right = self.right
            return Fraction(1, len(right)) if value in right else NOTHING
        most = max(self.mapped.values(), default=Decimal(0))
        if value in self.mapped and most > 0:
            return exact(max(NOTHING, Fraction(self.mapped[value]) / Fraction(most)))
        return FULL if value in self.correct else NOTHING


def tolerance_of(node: Node, response: str) -> Decimal:
    """Return how near a number must be, as the first ``equal`` about a response says."""
    for each in trees.within(node, "equal"):
        names = [one.get("identifier") for one in trees.within(each, "variable", "correct")]
        near = number((each.get("tolerance") or "0").split()[0])
        if response in names and each.get("toleranceMode") == "absolute" and near is not None:
            return near
    return Decimal(0)


def without(node: Node, names: tuple[str, ...]) -> Node:
    """Return a copy without the elements called `names`; objects that are pictures become images."""
    copy = deepcopy(node)
    copy.tail = None
    for each in list(copy.iterdescendants()):
        own = trees.name(each)
        if own in names:
            take_out(each, "")
        elif own == "object" and each.get("type", "").startswith("image/"):
            each.tag = "img"
            each.set("src", each.get("data", ""))
            each.set("alt", each.get("alt", "") or " ".join(trees.text_of(each).split()))
    return copy


def blanked(node: Node, names: set[str]) -> Node:
    """Put a blank where the elements called `names` stand; the node is changed and returned."""
    for each in list(node.iterdescendants()):
        if trees.name(each) in names:
            take_out(each, BLANK)
    return node


def take_out(node: Node, instead: str) -> None:
    """Take an element out of its parent, its tail kept, some text in its place."""
    parent = node.getparent()
    if parent is None:
        return
    tail = instead + (node.tail or "")
    before = node.getprevious()
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(node)


def declarations_of(node: Node) -> dict[str, Declared]:
    """Return response -> what the item declares about it."""
    found: dict[str, Declared] = {}
    for each in trees.children(node, "responseDeclaration"):
        correct = trees.child(each, "correctResponse")
        values = trees.children(correct, "value") if correct is not None else iter(())
        mapped = {}
        for entry in trees.within(each, "mapEntry"):
            value = number(entry.get("mappedValue", ""))
            if value is not None:
                mapped[entry.get("mapKey", "")] = value
        found[each.get("identifier", "")] = Declared(
            each.get("cardinality", "single"),
            each.get("baseType", ""),
            [" ".join(trees.text_of(value).split()) for value in values],
            mapped,
        )
    return found


def points_of(node: Node) -> str:
    """Return what an item says that it is worth; empty if it does not."""
    for each in trees.children(node, "outcomeDeclaration"):
        own = each.get("identifier", "").upper()
        if own == "SCORE" and each.get("normalMaximum"):
            return str(each.get("normalMaximum"))
        if own == "MAXSCORE":
            return trees.text_of(trees.child(each, "defaultValue", "value"))
    return ""
