"""A QTI 2.1 package: one item per question, pictures beside them, tags in the manifest."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lms.core import archives
from lms.exams.exchange import texts, trees
from lms.exams.exchange.question import BLANK, FULL, Blank, Option, Question, Sort
from lms.exams.exchange.trees import Node

SORTS = frozenset(Sort) - {Sort.CASE, Sort.MANUAL}
QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
MATCH = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
MAP = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"
LEVELS = ("very easy", "easy", "medium", "difficult", "very difficult")
_GAP = "\ue040"
_TRUTH = {"true": "正确", "false": "错误"}


@dataclass(frozen=True, slots=True)
class Packaging:
    """What the manifest of a package says of its format."""

    namespace: str
    schema: str
    version: str
    item: str
    """Type of the resources that are items."""


_PACKAGING = Packaging(PACKAGE, "IMS Content", "1.1", "imsqti_item_xmlv2p1")


def written(questions: Sequence[Question]) -> bytes:
    """Return a package of the questions, all of them `is_sayable`."""
    return archives.packed(entries(questions, _PACKAGING, item))


def entries(
    questions: Sequence[Question], packaging: Packaging, made: Callable[[Question, int], Node]
) -> dict[str, bytes]:
    """Return the files of a package, by their names.

    Args:
        questions: of which each is an item.
        packaging: what the manifest says of the format.
        made: a question and its number -> the item's root.
    """
    found = {"imsmanifest.xml": _manifest(questions, packaging)}
    for number, question in enumerate(questions, start=1):
        found[_name(number)] = trees.written(made(question, number))
        found |= {f"images/{each.name}": each.content for each in question.pictures}
    return found


def item(question: Question, number: int) -> Node:
    """Return the root of a question's item."""
    return _Item(question, number).made()


def is_sayable(question: Question) -> bool:
    """Whether the format has a form for a question: of several numbers with tolerances it has not."""
    numbers = [each for blank in question.blanks for each in blank.numbers]
    return question.sort in SORTS and len(numbers) <= max(1, len(question.blanks))


def _name(number: int) -> str:
    return f"item{number:05}.xml"


def _manifest(questions: Sequence[Question], packaging: Packaging) -> bytes:
    space = f"{{{packaging.namespace}}}"
    root = trees.element(f"{space}manifest", nsmap={None: packaging.namespace, "lom": LOM})
    root.set("identifier", "questions")
    metadata = trees.add(root, f"{space}metadata")
    trees.add(metadata, f"{space}schema").text = packaging.schema
    trees.add(metadata, f"{space}schemaversion").text = packaging.version
    trees.add(root, f"{space}organizations")
    resources = trees.add(root, f"{space}resources")
    for number, question in enumerate(questions, start=1):
        name = _name(number)
        resource = trees.add(
            resources, f"{space}resource", identifier=f"r{number}", href=name, type=packaging.item
        )  # fmt: skip
        _about(trees.add(resource, f"{space}metadata"), question)
        for each in (name, *(f"images/{one.name}" for one in question.pictures)):
            trees.add(resource, f"{space}file", href=each)
    return trees.written(root)


def _about(node: Node, question: Question) -> None:
    lom = trees.add(node, f"{{{LOM}}}lom")
    general = trees.add(lom, f"{{{LOM}}}general")
    for tag in question.tags:
        keyword = trees.add(general, f"{{{LOM}}}keyword")
        trees.add(keyword, f"{{{LOM}}}string").text = tag
    if question.difficulty is not None:
        educational = trees.add(lom, f"{{{LOM}}}educational")
        level = trees.add(educational, f"{{{LOM}}}difficulty")
        trees.add(level, f"{{{LOM}}}value").text = LEVELS[question.difficulty - 1]
    if question.category:
        path = trees.add(trees.add(lom, f"{{{LOM}}}classification"), f"{{{LOM}}}taxonPath")
        entry = trees.add(trees.add(path, f"{{{LOM}}}taxon"), f"{{{LOM}}}entry")
        trees.add(entry, f"{{{LOM}}}string").text = question.category


class _Item:
    """Writes one item."""

    def __init__(self, question: Question, number: int) -> None:
        self._question = question
        self._root = trees.element("assessmentItem", nsmap={None: QTI})
        for key, value in (("identifier", f"q{number}"), ("title", question.title),
                           ("adaptive", "false"), ("timeDependent", "false")):  # fmt: skip
            self._root.set(key, value)
        self._body: Node = trees.element("itemBody")
        self._near: list[tuple[str, Decimal]] = []

    def made(self) -> Node:
        """Return the item's root."""
        question = self._question
        _BODIES[question.sort](self)
        trees.add(
            self._root, "outcomeDeclaration", identifier="SCORE", cardinality="single",
            baseType="float", normalMaximum=f"{question.points:f}",
        )  # fmt: skip
        self._root.append(self._body)
        self._processing()
        if question.explanation:
            own = trees.add(
                self._root, "modalFeedback", outcomeIdentifier="FEEDBACK", showHide="show",
                identifier="explanation",
            )  # fmt: skip
            _prose(own, question.explanation)
        return self._root

    def _processing(self) -> None:
        declared = list(self._root.iterchildren("responseDeclaration"))
        if not declared or self._question.sort in {Sort.ESSAY, Sort.UPLOAD}:
            return
        if not self._near:
            is_mapped = any(True for _each in self._root.iter("mapping"))
            trees.add(self._root, "responseProcessing", template=MAP if is_mapped else MATCH)
            return
        processing = trees.add(self._root, "responseProcessing")
        for response, near in self._near:
            condition = trees.add(trees.add(processing, "responseCondition"), "responseIf")
            equal = trees.add(
                condition, "equal", toleranceMode="absolute", tolerance=f"{near:f} {near:f}"
            )
            trees.add(equal, "variable", identifier=response)
            trees.add(equal, "correct", identifier=response)
            setter = trees.add(condition, "setOutcomeValue", identifier="SCORE")
            value = trees.add(setter, "baseValue", baseType="float")
            value.text = f"{self._question.points:f}"

    def declare(
        self, cardinality: str, base: str, right: Sequence[str], mapped: Mapping[str, Fraction],
        response: str = "RESPONSE",
    ) -> None:  # fmt: skip
        """Declare a response, what is right, and what each value earns where that differs."""
        own = trees.add(
            self._root, "responseDeclaration", identifier=response, cardinality=cardinality,
            baseType=base,
        )  # fmt: skip
        if right:
            correct = trees.add(own, "correctResponse")
            for each in right:
                trees.add(correct, "value").text = each
        if any(share not in {0, FULL} for share in mapped.values()):
            mapping = trees.add(own, "mapping", defaultValue="0")
            for key, share in mapped.items():
                value = Decimal(share.numerator) / Decimal(share.denominator)
                trees.add(mapping, "mapEntry", mapKey=key, mappedValue=f"{value:.6f}")

    def stem(self) -> None:
        """Write the stem."""
        _prose(self._body, self._question.stem)

    def choice(self) -> None:
        """Write options to choose from."""
        question = self._question
        is_multiple = question.sort is Sort.MULTIPLE
        options = question.options
        wanted = [
            each for each in options if (each.share > 0 if is_multiple else each.share == FULL)
        ]
        mapped = {each.key: each.share for each in options if each.share > 0}
        self.declare("multiple" if is_multiple else "single", "identifier",
                     [each.key for each in wanted], {} if is_multiple else mapped)  # fmt: skip
        self.stem()
        own = trees.add(
            self._body, "choiceInteraction", responseIdentifier="RESPONSE",
            shuffle="true" if question.shuffle else "false", maxChoices="0" if is_multiple else "1",
        )  # fmt: skip
        self._choices(own, options)

    def _choices(self, own: Node, options: Sequence[Option]) -> None:
        for each in options:
            choice = trees.add(own, "simpleChoice", identifier=each.key)
            _prose(choice, each.text or _TRUTH.get(each.key, ""))
            if each.why:
                feedback = trees.add(
                    choice, "feedbackInline", outcomeIdentifier="FEEDBACK", showHide="show",
                    identifier=each.key,
                )  # fmt: skip
                _prose(feedback, each.why)

    def ordering(self) -> None:
        """Write parts to put in order; they stand in another one, by their texts."""
        options = self._question.options
        self.declare("ordered", "identifier", [each.key for each in options], {})
        self.stem()
        own = trees.add(
            self._body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true"
        )
        self._choices(own, sorted(options, key=lambda each: each.text))

    def matching(self) -> None:
        """Write two sides to match."""
        question = self._question
        pairs = [f"L{at} {each.key}" for at, each in enumerate(question.pairs, start=1)]
        self.declare("multiple", "directedPair", pairs, {})
        self.stem()
        own = trees.add(
            self._body, "matchInteraction", responseIdentifier="RESPONSE",
            shuffle="true" if question.shuffle else "false", maxAssociations=str(len(pairs)),
        )  # fmt: skip
        left = [(f"L{at}", each.text) for at, each in enumerate(question.pairs, start=1)]
        right = [(each.key, each.text) for each in question.options]
        for side, most in ((left, 1), (right, len(pairs))):
            group = trees.add(own, "simpleMatchSet")
            for key, text in side:
                choice = trees.add(
                    group, "simpleAssociableChoice", identifier=key, matchMax=str(most)
                )
                _prose(choice, text)

    def typed(self) -> None:
        """Write the stem with places to type or choose in; of a short text, below it."""
        gaps = list(self._gaps())
        if self._question.sort in {Sort.TEXT, Sort.NUMERIC}:
            self.stem()
            trees.add(self._body, "p").extend(gaps)
        else:
            _prose(self._body, self._question.stem, gaps)

    def _gaps(self) -> Iterator[Node]:
        for number, blank in enumerate(self._question.blanks, start=1):
            response = "RESPONSE" if number == 1 else f"RESPONSE_{number}"
            yield self._gap(blank, response)

    def _gap(self, blank: Blank, response: str) -> Node:
        if blank.options:
            right = [each.key for each in blank.options if each.share == FULL]
            self.declare("single", "identifier", right, {}, response)
            own = trees.element("inlineChoiceInteraction", responseIdentifier=response,
                                shuffle="true")  # fmt: skip
            for each in blank.options:
                trees.add(own, "inlineChoice", identifier=each.key).text = each.text
            return own
        if blank.numbers:
            number = blank.numbers[0]
            self._near.append((response, number.tolerance))
            self.declare("single", "float", [f"{number.value:f}"], {}, response)
        else:
            forms = [each for each in blank.forms if each.share > 0]
            full = [each.text for each in forms if each.share == FULL]
            shares = {each.text: each.share for each in forms}
            if len(full) > 1 or len(shares) > len(full):
                self._several(response, full, shares)
            else:
                self.declare("single", "string", full, {}, response)
        return trees.element("textEntryInteraction", responseIdentifier=response)

    def _several(self, response: str, full: list[str], shares: Mapping[str, Fraction]) -> None:
        self.declare("single", "string", full[:1], {}, response)
        own = self._root.findall("responseDeclaration")[-1]
        mapping = trees.add(own, "mapping", defaultValue="0")
        for text, share in shares.items():
            value = Decimal(share.numerator) / Decimal(share.denominator)
            trees.add(mapping, "mapEntry", mapKey=text, mappedValue=f"{value:.6f}")

    def essay(self) -> None:
        """Write a place for a long answer or for a file, and for whoever marks what is expected."""
        is_file = self._question.sort is Sort.UPLOAD
        self.declare("single", "file" if is_file else "string", [], {})
        self.stem()
        kind = "uploadInteraction" if is_file else "extendedTextInteraction"
        trees.add(self._body, kind, responseIdentifier="RESPONSE")
        if self._question.model:
            rubric = trees.add(self._body, "rubricBlock", view="scorer")
            _prose(rubric, self._question.model)


def _prose(node: Node, text: str, gaps: Sequence[Node] = ()) -> None:
    """Add Markdown to an element as XHTML, the gaps in the places of its blanks."""
    # A blank alone on a line would be a rule across the page to Markdown.
    markup = texts.rendered(text.replace(BLANK, _GAP) if gaps else text)
    markup = markup.replace('src="media:', 'src="images/').replace(_GAP, "<gap></gap>")
    body = trees.of_html(markup)
    left = iter(gaps)
    for place in list(body.iter("gap")):
        gap = next(left, None)
        if gap is not None:
            gap.tail = place.tail
            place.getparent().replace(place, gap)
    _bare(node, body.text)  # a heading's words, of which cleaning took the heading
    for each in list(body):
        tail, each.tail = each.tail, None
        node.append(each)
        _bare(node, tail)


def _bare(node: Node, words: str | None) -> None:
    """Add words that stand between elements as a paragraph: QTI has no place for them bare."""
    if words and words.strip():
        trees.add(node, "p").text = words.strip()


_BODIES: Mapping[Sort, Callable[[_Item], None]] = {
    Sort.SINGLE: _Item.choice, Sort.MULTIPLE: _Item.choice, Sort.TRUEFALSE: _Item.choice,
    Sort.ORDERING: _Item.ordering, Sort.MATCHING: _Item.matching, Sort.FILLIN: _Item.typed,
    Sort.CLOZE: _Item.typed, Sort.TEXT: _Item.typed, Sort.NUMERIC: _Item.typed,
    Sort.ESSAY: _Item.essay, Sort.UPLOAD: _Item.essay, Sort.DESCRIPTION: _Item.stem,
}  # fmt: skip
