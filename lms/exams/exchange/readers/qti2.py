"""Items of QTI 2.1, 2.2 and 3.0, the last one already spelt like the others (`trees.bare`)."""

from collections.abc import Iterator
from dataclasses import dataclass
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
from lms.exams.exchange.readers.qti2_parts import (
    Declared,
    blanked,
    declarations_of,
    points_of,
    tolerance_of,
    without,
)
from lms.exams.exchange.readers.qti_entry import Entry, as_truth, number
from lms.exams.exchange.trees import Node

_INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
_NUMERIC = {"integer", "float"}
_OUT = ("rubricBlock", "modalFeedback", "feedbackInline", "feedbackBlock", "stylesheet",
        "templateBlock", "templateInline", "printedVariable", "catalogInfo", "companionMaterialsInfo")  # fmt: skip


@dataclass(slots=True)
class _Item:
    entry: Entry
    declared: dict[str, Declared]
    whys: dict[str, str]

    def of(self, interaction: Node) -> Declared:
        """Return what is declared about an interaction's response."""
        return self.declared.get(interaction.get("responseIdentifier", ""), Declared())


def question(entry: Entry, about: dict[str, Any]) -> Question:
    """Return the question that an item asks."""
    body = trees.child(entry.node, "itemBody")
    item = _Item(entry, declarations_of(entry.node), {})
    general = _feedbacks(item)
    rubric = _rubric(entry)
    fields = _fields(item, body)
    if fields["sort"] in {Sort.ESSAY, Sort.UPLOAD}:
        fields["model"] = rubric
    fields["title"] = texts.title(entry.node.get("title", ""))
    fields["points"] = entry.points(points_of(entry.node))
    fields["explanation"] = general
    return entry.finished({**about, **fields})


def _fields(item: _Item, body: Node | None) -> dict[str, Any]:
    if body is None:
        return item.entry.manual("item without a body")
    found = [each for each in body.iterdescendants() if trees.name(each).endswith("Interaction")]
    kinds = [trees.name(each) for each in found]
    if not found:
        return {"sort": Sort.DESCRIPTION, "stem": _stem(item, body)}
    if set(kinds) <= _INLINE:
        return _inline(item, body, found)
    if len(found) > 1:
        return _case(item, body, found)
    return _block(item, found[0]) | _stemmed(item, body, found[0])


def _stemmed(item: _Item, body: Node, interaction: Node) -> dict[str, Any]:
    if trees.name(interaction) == "gapMatchInteraction":
        return {}
    prompt = item.entry.html(trees.inner(trees.child(interaction, "prompt")))
    stem = "\n\n".join(filter(None, (_stem(item, body), prompt)))
    return {"stem": stem}


def _case(item: _Item, body: Node, found: list[Node]) -> dict[str, Any]:
    parts = []
    for each in found:
        if trees.name(each) in _INLINE:
            return item.entry.manual("several interactions")
        fields = _block(item, each)
        fields.setdefault("stem", item.entry.html(trees.inner(trees.child(each, "prompt"))))
        parts.append(Question(**fields))
    return {"sort": Sort.CASE, "stem": _stem(item, body), "parts": tuple(parts)}


def _block(item: _Item, interaction: Node) -> dict[str, Any]:
    readers = {
        "choiceInteraction": _choice, "orderInteraction": _order, "matchInteraction": _match,
        "associateInteraction": _associate, "gapMatchInteraction": _gap_match,
        "hottextInteraction": _hottext,
    }  # fmt: skip
    kind = trees.name(interaction)
    if kind == "extendedTextInteraction":
        return {"sort": Sort.ESSAY}
    if kind == "uploadInteraction":
        return {"sort": Sort.UPLOAD}
    if kind in readers:
        return readers[kind](item, interaction)
    return item.entry.manual(kind)


def _options(item: _Item, nodes: Iterator[Node], declared: Declared) -> dict[str, Option]:
    """Return identifier -> option, in the item's order."""
    found: dict[str, Option] = {}
    for node in nodes:
        own = node.get("identifier", "")
        why = next(trees.within(node, "feedbackInline", "feedbackBlock"), None)
        said = item.entry.html(trees.inner(why)) if why is not None else item.whys.get(own, "")
        text = item.entry.html(trees.inner(without(node, _OUT)))
        found[own] = Option(option_key(len(found)), text, declared.share(own), said)
    return found


def _choice(item: _Item, interaction: Node) -> dict[str, Any]:
    declared = item.of(interaction)
    options = _options(item, trees.within(interaction, "simpleChoice"), declared)
    shuffle = interaction.get("shuffle", "false").lower() == "true"
    if declared.cardinality == "multiple":
        return {"sort": Sort.MULTIPLE, "options": tuple(options.values()), "shuffle": shuffle}
    truth = as_truth(list(options.values()))
    if truth is not None:
        return {"sort": Sort.TRUEFALSE, "options": truth}
    return {"sort": Sort.SINGLE, "options": tuple(options.values()), "shuffle": shuffle}


def _order(item: _Item, interaction: Node) -> dict[str, Any]:
    declared = item.of(interaction)
    options = _options(item, trees.within(interaction, "simpleChoice"), Declared())
    if sorted(declared.correct) != sorted(options):
        return item.entry.manual("orderInteraction")
    ordered = [options[each].text for each in declared.correct]
    return {"sort": Sort.ORDERING, "options": tuple(
        Option(option_key(place), text) for place, text in enumerate(ordered)
    )}  # fmt: skip


def _match(item: _Item, interaction: Node) -> dict[str, Any]:
    sets = list(trees.children(interaction, "simpleMatchSet"))
    if len(sets) != 2:  # noqa: PLR2004  left and right
        return item.entry.manual("matchInteraction")
    left, right = (
        _options(item, trees.children(each, "simpleAssociableChoice"), Declared()) for each in sets
    )
    return _paired(item, interaction, left, right)


def _associate(item: _Item, interaction: Node) -> dict[str, Any]:
    """Read pairs within one set: the first of each pair stands left, the second right."""
    choices = _options(item, trees.within(interaction, "simpleAssociableChoice"), Declared())
    pairs = [each.split() for each in item.of(interaction).right]
    firsts = {each[0] for each in pairs if each}
    left = {key: each for key, each in choices.items() if key in firsts}
    rest = [(key, each) for key, each in choices.items() if key not in firsts]
    right = {key: Option(option_key(at), each.text) for at, (key, each) in enumerate(rest)}
    item.entry.report.warning(item.entry.where, "pairs-as-matching")
    return _paired(item, interaction, left, right)


def _paired(
    item: _Item, interaction: Node, left: dict[str, Option], right: dict[str, Option]
) -> dict[str, Any]:
    pairs: dict[str, str] = {}
    for said in item.of(interaction).right:
        first, _blank, second = " ".join(said.split()).partition(" ")
        if first not in left or second not in right or first in pairs:
            return item.entry.manual(trees.name(interaction))
        pairs[first] = right[second].key
    if len(pairs) < len(left):
        count = len(left) - len(pairs)
        item.entry.report.warning(item.entry.where, "distractors-dropped", count=count)
    return {
        "sort": Sort.MATCHING,
        "options": tuple(right.values()),
        "pairs": tuple(Pair(each.text, pairs[key]) for key, each in left.items() if key in pairs),
    }


def _gap_match(item: _Item, interaction: Node) -> dict[str, Any]:
    declared = item.of(interaction)
    texts_given = _options(item, trees.within(interaction, "gapText", "gapImg"), Declared())
    pairs = [each.split() for each in declared.right]
    right = {pair[1]: pair[0] for pair in pairs if len(pair) == 2}  # noqa: PLR2004  text and gap
    gaps = [each.get("identifier", "") for each in trees.within(interaction, "gap")]
    if not gaps or any(right.get(each, "") not in texts_given for each in gaps):
        return item.entry.manual("gapMatchInteraction")
    blanks = tuple(
        Blank(options=tuple(
            Option(each.key, each.text, FULL if key == right[gap] else NOTHING)
            for key, each in texts_given.items()
        ))
        for gap in gaps
    )  # fmt: skip
    body = blanked(without(interaction, (*_OUT, "gapText", "gapImg")), {"gap"})
    return {"sort": Sort.CLOZE, "blanks": blanks, "stem": item.entry.html(trees.inner(body))}


def _hottext(item: _Item, interaction: Node) -> dict[str, Any]:
    """Read words to pick in a text: the text is the stem, the words are the options."""
    declared = item.of(interaction)
    options = _options(item, trees.within(interaction, "hottext"), declared)
    sort = Sort.MULTIPLE if declared.cardinality == "multiple" else Sort.SINGLE
    return {
        "sort": sort,
        "options": tuple(options.values()),
        "shuffle": False,
        "stem": item.entry.html(trees.inner(without(interaction, _OUT))),
    }


def _inline(item: _Item, body: Node, found: list[Node]) -> dict[str, Any]:
    blanks = tuple(_inline_blank(item, each) for each in found)
    marked = blanked(without(body, _OUT), _INLINE)
    stem = item.entry.html(trees.inner(marked))
    if len(blanks) == 1 and blanks[0].numbers:
        sort = Sort.NUMERIC
        if stem.endswith(BLANK):
            stem = stem.removesuffix(BLANK).rstrip()
    elif all(each.forms for each in blanks):
        is_below = len(blanks) == 1 and stem.endswith(f"\n\n{BLANK}")
        sort = Sort.TEXT if is_below else Sort.FILLIN
        stem = stem.removesuffix(BLANK).rstrip() if is_below else stem
    else:
        sort = Sort.CLOZE
    return {"sort": sort, "stem": stem, "blanks": blanks}


def _inline_blank(item: _Item, interaction: Node) -> Blank:
    declared = item.of(interaction)
    if trees.name(interaction) == "inlineChoiceInteraction":
        options = _options(item, trees.within(interaction, "inlineChoice"), declared)
        return Blank(options=tuple(options.values()))
    values = dict.fromkeys(declared.correct, FULL)
    values |= {each: declared.share(each) for each in declared.mapped}
    if declared.base in _NUMERIC:
        near = tolerance_of(item.entry.node, interaction.get("responseIdentifier", ""))
        found = [(number(each), share) for each, share in values.items() if share > 0]
        return Blank(
            numbers=tuple(Number(at, near, share) for at, share in found if at is not None)
        )
    return Blank(forms=tuple(
        Form(texts.line(each), share, item.whys.get(each, "")) for each, share in values.items()
    ))  # fmt: skip


def _stem(item: _Item, body: Node) -> str:
    kinds = [each for each in _names(body) if each.endswith("Interaction")]
    return item.entry.html(trees.inner(without(body, (*_OUT, *kinds))))


def _names(node: Node) -> set[str]:
    return {trees.name(each) for each in node.iterdescendants()}


def _feedbacks(item: _Item) -> str:
    """Note the feedback of options by their identifiers; return what is shown to everybody."""
    known = {each.get("identifier", "") for each in trees.within(item.entry.node, "simpleChoice")}
    general = ""
    for each in trees.children(item.entry.node, "modalFeedback"):
        own, said = each.get("identifier", ""), item.entry.html(trees.inner(each))
        if own in known:
            item.whys[own] = said
        elif own in {"explanation", "general"}:
            general = said
    return general


def _rubric(entry: Entry) -> str:
    for each in trees.within(entry.node, "rubricBlock"):
        if "scorer" in each.get("view", ""):
            return entry.html(trees.inner(each))
    return ""
