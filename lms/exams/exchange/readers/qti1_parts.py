"""What items of QTI 1.2 are made of: texts, rules of marking, feedback."""

from dataclasses import dataclass, field
from fractions import Fraction
from html import escape

from lms.exams.exchange import trees
from lms.exams.exchange.question import (
    NOTHING,
)
from lms.exams.exchange.readers.qti_entry import Entry, number
from lms.exams.exchange.trees import Node

BOUNDS = {"vargte": (0, 1), "vargt": (0, 1), "varlte": (1, 1), "varlt": (1, 1)}


@dataclass(slots=True)
class Rule:
    """What one condition of the marking earns."""

    value: Fraction
    equal: list[tuple[str, str]] = field(default_factory=list)
    """Response and value that must be chosen or typed."""
    bounds: dict[str, list[str]] = field(default_factory=dict)
    """Response -> lowest and highest number."""
    margins: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Response, value, kind of margin, margin."""


def materials_of(node: Node | None, skip: tuple[str, ...] = ()) -> list[str]:
    """Return the texts of an element as HTML, without what stands in elements called `skip`."""
    if node is None:
        return []
    found: list[str] = []
    for each in trees.children(node):
        own = trees.name(each)
        if own in skip:
            continue
        if own == "mattext":
            is_html = each.get("texttype", "").lower() in {"text/html", "html"}
            words = trees.text_of(each)
            looks = is_html or "<" in words
            found.append(words if looks else f"<p>{escape(words, quote=False)}</p>")
        elif own == "matimage":
            source, words = _image(each)
            found.append(f'<img src="{escape(source)}" alt="{escape(words)}">')
        elif own not in {"response_label", "render_choice", "render_fib"}:
            found += materials_of(each, skip)
    return found


def _image(node: Node) -> tuple[str, str]:
    """Return the address of an image and what it shows; it may hold the image itself."""
    inside = "".join(trees.text_of(node).split())
    if node.get("embedded", "") == "base64":
        return f"data:{node.get('imagtype', '')};base64,{inside}", node.get("label", "")
    return node.get("uri", ""), trees.text_of(node).strip() or node.get("label", "")


def rules_of(node: Node) -> list[Rule]:
    """Return what the conditions of an item earn."""
    rules = []
    for each in trees.within(node, "respcondition"):
        setter = next(trees.within(each, "setvar"), None)
        value = number(trees.text_of(setter)) if setter is not None else None
        condition = trees.child(each, "conditionvar")
        if value is None or condition is None:
            continue
        rule = Rule(Fraction(value))
        conditions(condition, rule)
        rules.append(rule)
    return rules


def conditions(node: Node, rule: Rule) -> None:
    """Add what a condition asks for to its rule; what it asks not to be is left out."""
    for each in trees.children(node):
        own, ident = trees.name(each), each.get("respident", "")
        words = trees.text_of(each).strip()
        if own == "not":
            continue
        if own == "varequal":
            rule.equal.append((ident, words))
            kind, margin = each.get("margintype", ""), each.get("margin", "")
            rule.margins.append((ident, words, kind, margin))
        elif own in BOUNDS:
            place, _inclusive = BOUNDS[own]
            rule.bounds.setdefault(ident, ["", ""])[place] = words
        else:
            conditions(each, rule)


def whys_of(entry: Entry) -> dict[str, str]:
    """Return option, or what was typed -> feedback that choosing it shows."""
    found: dict[str, str] = {}
    for each in trees.within(entry.node, "respcondition"):
        shown = next(trees.within(each, "displayfeedback"), None)
        rule = Rule(NOTHING)
        condition = trees.child(each, "conditionvar")
        if shown is None or condition is None:
            continue
        conditions(condition, rule)
        name = shown.get("linkrefid", "")
        if len(rule.equal) == 1 and name not in {
            "correct_fb",
            "general_fb",
            "general_incorrect_fb",
        }:
            found.setdefault(rule.equal[0][1], entry.html(feedback_of(entry.node, name)))
    return found


def feedback_of(node: Node, name: str) -> str:
    """Return a feedback by its name as HTML; empty if there is none."""
    for each in trees.within(node, "itemfeedback"):
        if each.get("ident") == name:
            return " ".join(materials_of(each))
    return ""
