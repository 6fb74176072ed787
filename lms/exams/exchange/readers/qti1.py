"""Items of QTI 1.2, as Canvas and others write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.exams.exchange import texts, trees
from lms.exams.exchange.question import (
    BLANK,
    FULL,
    NOTHING,
    Blank,
    Form,
    Number,
    Option,
    Pair,
    Question,
    Sort,
    option_key,
)
from lms.exams.exchange.readers.qti1_parts import Rule, feedback_of, materials_of, rules_of, whys_of
from lms.exams.exchange.readers.qti_entry import Entry, as_truth, number
from lms.exams.exchange.trees import Node

_RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp",
              "response_extension")  # fmt: skip
_HARD = {"calculated_question": "calculated", "hot_spot_question": "hot spot"}
_PERCENT = 100


@dataclass(slots=True)
class _Item:
    """An item, taken apart."""

    entry: Entry
    type: str
    stem: str
    responses: list[Node]
    rules: list[Rule]
    whys: dict[str, str]
    """Option -> feedback."""


def question(entry: Entry, about: dict[str, Any]) -> Question:
    """Return the question that an item asks."""
    meta = _meta(entry.node)
    item = _Item(
        entry,
        meta.get("question_type", ""),
        "",
        list(trees.within(entry.node, *_RESPONSES)),
        rules_of(entry.node),
        whys_of(entry),
    )
    presentation = trees.child(entry.node, "presentation")
    item.stem = " ".join(materials_of(presentation, skip=_RESPONSES))
    fields = _fields(item)
    fields.setdefault("stem", entry.html(item.stem))
    fields["title"] = texts.title(entry.node.get("title", ""))
    fields["points"] = entry.points(meta.get("points_possible", ""))
    fields["explanation"] = entry.html(feedback_of(entry.node, "general_fb"))
    return entry.finished({**about, **fields})


def _meta(node: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in trees.within(node, "qtimetadatafield"):
        label = texts.line(trees.text_of(trees.child(each, "fieldlabel")))
        found.setdefault(label, texts.line(trees.text_of(trees.child(each, "fieldentry"))))
    return found


def _fields(item: _Item) -> dict[str, Any]:
    if item.type in _HARD:
        return item.entry.manual(_HARD[item.type])
    kinds = [trees.name(each) for each in item.responses]
    if not kinds:
        return {"sort": _without_response(item.type)}
    if set(kinds) == {"response_lid"}:
        return _chosen(item)
    if set(kinds) <= {"response_str", "response_num"}:
        return _typed(item)
    return item.entry.manual(", ".join(sorted(set(kinds))))


def _without_response(kind: str) -> Sort:
    sorts = {"essay_question": Sort.ESSAY, "file_upload_question": Sort.UPLOAD}
    return sorts.get(kind, Sort.DESCRIPTION)


def _chosen(item: _Item) -> dict[str, Any]:
    if item.type == "categorization_question":
        return _categories(item)
    if item.type in {"fill_in_multiple_blanks_question", "multiple_dropdowns_question"}:
        return _bracketed(item)
    if len(item.responses) > 1:
        return _bracketed(item) if _place(item.responses[0]) in item.stem else _matching(item)
    return _one_list(item, item.responses[0])


def _one_list(item: _Item, response: Node) -> dict[str, Any]:
    options = _options(item, response)
    cardinality = response.get("rcardinality", "").lower()
    if cardinality == "ordered":
        return _ordered(item, response, options)
    is_multiple = cardinality == "multiple" and not item.type
    if item.type == "multiple_answers_question" or is_multiple:
        return {"sort": Sort.MULTIPLE, "options": tuple(options)}
    truth = as_truth(options)
    if truth is not None:
        return {"sort": Sort.TRUEFALSE, "options": truth}
    return {"sort": Sort.SINGLE, "options": tuple(options)}


def _options(item: _Item, response: Node) -> list[Option]:
    """Return the options, each with what choosing it earns."""
    own = response.get("ident", "")
    earned: dict[str, Fraction] = {}
    for rule in item.rules:
        for ident, value in rule.equal:
            if ident == own:
                earned[value] = max(earned.get(value, rule.value), rule.value)
    most = max(earned.values(), default=NOTHING)
    is_multiple = response.get("rcardinality", "").lower() == "multiple"
    right = sum(each > 0 for each in earned.values())
    options = []
    for place, label in enumerate(_labels(response)):
        ident = label.get("ident", "")
        worth = earned.get(ident, NOTHING)
        share = NOTHING
        if worth > 0 and most:
            share = Fraction(1, right) if is_multiple else worth / most
        why = item.whys.get(ident, "")
        text = item.entry.html(" ".join(materials_of(label)))
        options.append(Option(option_key(place), text, share, why))
    return options


def _ordered(item: _Item, response: Node, options: list[Option]) -> dict[str, Any]:
    by_ident = dict(
        zip((each.get("ident", "") for each in _labels(response)), options, strict=True)
    )
    best = max(item.rules, key=lambda each: each.value, default=None)
    order = [value for ident, value in best.equal if ident == response.get("ident")] if best else []
    if sorted(order) != sorted(by_ident):
        return item.entry.manual("ordering")
    texts_in_order = [by_ident[each].text for each in order]
    return {"sort": Sort.ORDERING, "options": tuple(
        Option(option_key(place), text) for place, text in enumerate(texts_in_order)
    )}  # fmt: skip


def _matching(item: _Item) -> dict[str, Any]:
    """Read several lists of the same choices: the right side of each left one."""
    keys: dict[str, Option] = {}
    pairs = []
    for response in item.responses:
        options = _options(item, response)
        for each in options:
            keys.setdefault(each.text, Option(option_key(len(keys)), each.text))
        right = next((each for each in options if each.share == FULL), None)
        left = item.entry.html(" ".join(materials_of(response, skip=("render_choice",))))
        if right is not None and left:
            pairs.append(Pair(left, keys[right.text].key))
    return {"sort": Sort.MATCHING, "options": tuple(keys.values()), "pairs": tuple(pairs)}


def _categories(item: _Item) -> dict[str, Any]:
    """Read categories that take several things each: each thing with its category."""
    options: list[Option] = []
    pairs: list[Pair] = []
    seen: dict[str, str] = {}
    for place, response in enumerate(item.responses):
        name = item.entry.html(" ".join(materials_of(response, skip=("render_choice",))))
        options.append(Option(option_key(place), name))
        for label, each in zip(_labels(response), _options(item, response), strict=True):
            seen.setdefault(label.get("ident", ""), each.text)
            if each.share > 0:
                pairs.append(Pair(each.text, options[-1].key))
    left_over = set(seen.values()) - {each.text for each in pairs}
    if left_over:
        item.entry.report.warning(item.entry.where, "distractors-dropped", count=len(left_over))
    return {"sort": Sort.MATCHING, "options": tuple(options), "pairs": tuple(pairs)}


def _place(response: Node) -> str:
    """Return what stands in the stem where a response belongs: ``[color1]``."""
    return f"[{response.get('ident', '').removeprefix('response_')}]"


def _bracketed(item: _Item) -> dict[str, Any]:
    """Read blanks that stand in the stem as names in brackets."""
    stem, found = item.stem, []
    for response in item.responses:
        at = stem.find(_place(response))
        label = next(_labels(response), None)
        options = _options(item, response)
        is_typed = item.type == "fill_in_multiple_blanks_question" and (
            label is None or label.get("answer_type", "openEntry") == "openEntry"
        )
        if is_typed:
            blank = Blank(forms=tuple(Form(texts.line(texts.shown(each.text))) for each in options))
        else:
            blank = Blank(options=tuple(options))
        found.append((at, response, blank))
    if any(at < 0 for at, _response, _blank in found):
        return item.entry.manual(item.type or "blanks")
    for _at, response, _blank in found:
        stem = stem.replace(_place(response), f" {BLANK} ", 1)
    blanks = tuple(blank for _at, _response, blank in sorted(found, key=lambda each: each[0]))
    sort = Sort.FILLIN if all(each.forms for each in blanks) else Sort.CLOZE
    text = re.sub(rf" ?{BLANK} (?=[,.;:!?\s]|$)| {BLANK} ", _tight, item.entry.html(stem))
    return {"sort": sort, "blanks": blanks, "stem": text}


def _tight(found: re.Match[str]) -> str:
    said = found[0]
    lead = " " if said.startswith(" ") else ""
    return f"{lead}{BLANK}" + ("" if said.count(" ") < 1 or said.endswith("_") else _after(found))


def _after(found: re.Match[str]) -> str:
    following = found.string[found.end() : found.end() + 1]
    return "" if following in {"", ",", ".", ";", ":", "!", "?", " ", "\n"} else " "


def _typed(item: _Item) -> dict[str, Any]:
    if item.type == "essay_question":
        return {"sort": Sort.ESSAY}
    blanks = [_blank(item, each) for each in item.responses]
    if not any(each.forms or each.numbers for each in blanks):
        return {"sort": Sort.ESSAY}
    if len(blanks) == 1:
        if blanks[0].numbers:
            return {"sort": Sort.NUMERIC, "blanks": tuple(blanks)}
        stem = re.sub(r"(?:\\_|_){3,}", BLANK, item.entry.html(item.stem))
        sort = Sort.FILLIN if stem.count(BLANK) == 1 else Sort.TEXT
        return {"sort": sort, "blanks": tuple(blanks), "stem": stem}
    stem = item.entry.html(item.stem)
    for response in item.responses:
        label = " ".join(materials_of(response, skip=("render_fib",)))
        stem += f"\n\n{item.entry.html(label)} {BLANK}".rstrip(" ")
    sort = Sort.CLOZE if any(each.numbers for each in blanks) else Sort.FILLIN
    return {"sort": sort, "blanks": tuple(blanks), "stem": stem.strip()}


def _blank(item: _Item, response: Node) -> Blank:
    own = response.get("ident", "")
    fib = next(trees.within(response, "render_fib"), None)
    kind = (fib.get("fibtype", "") if fib is not None else "").lower()
    is_number = item.type == "numerical_question" or kind in {"decimal", "integer"} or (
        trees.name(response) == "response_num"
    )  # fmt: skip
    best = max((each.value for each in item.rules), default=NOTHING)
    if best <= 0:
        return Blank()
    numbers: list[Number] = []
    forms: list[Form] = []
    for rule in item.rules:
        share = rule.value / best
        if rule.value <= 0:
            continue
        if is_number:
            numbers += _numbers(rule, own, share)
        else:
            forms += [Form(texts.line(value), share, item.whys.get(value, ""))
                      for ident, value in rule.equal if ident == own]  # fmt: skip
    return Blank(tuple(dict.fromkeys(forms)), tuple(dict.fromkeys(numbers)))


def _numbers(rule: Rule, own: str, share: Fraction) -> list[Number]:
    found = []
    for ident, value, kind, margin in rule.margins:
        at, near = number(value), number(margin or "0")
        if ident == own and at is not None and near is not None:
            is_percent = kind == "percent"
            found.append(Number(at, abs(at) * near / _PERCENT if is_percent else near, share))
    if found and (any(each.tolerance for each in found) or own not in rule.bounds):
        return found
    if own in rule.bounds:
        low, high = (number(each) for each in rule.bounds[own])
        if low is not None and high is not None:
            return [_between(low, high, share)]
    return found


def _between(low: Decimal, high: Decimal, share: Fraction) -> Number:
    middle = (low + high) / 2
    return Number(number(str(middle)) or Decimal(0), abs(high - low) / 2, share)


def _labels(response: Node) -> Iterator[Node]:
    return trees.within(response, "response_label")
