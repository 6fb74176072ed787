"""A QTI 3.0 package: the items of 2.1 in the newer spelling, in a manifest of its own.

What 3.0 has otherwise (https://www.imsglobal.org/spec/qti/v3p0/impl): names in lower case with
dashes and ``qti-`` before them; the words of a feedback or a rubric in a body of their own; and
feedback at a choice as a block, because paragraphs stand in it.
"""

from collections.abc import Sequence

from lms.core import archives
from lms.exams.exchange import trees
from lms.exams.exchange.question import Question
from lms.exams.exchange.trees import Node
from lms.exams.exchange.writers import qti21
from lms.exams.exchange.writers.qti21 import SORTS, Packaging, is_sayable

__all__ = ["SORTS", "is_sayable", "written"]

ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_SCHEMAS = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd"
_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"
_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_PACKAGING = Packaging(
    namespace="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    schema="QTI Package",
    version="3.0.0",
    item="imsqti_item_xmlv3p0",
)
_BODIED = frozenset({"modalFeedback", "feedbackBlock", "rubricBlock"})
_OWN = frozenset({
    "assessmentItem", "responseDeclaration", "correctResponse", "value", "mapping", "mapEntry",
    "outcomeDeclaration", "itemBody", "choiceInteraction", "simpleChoice", "orderInteraction",
    "matchInteraction", "simpleMatchSet", "simpleAssociableChoice", "inlineChoiceInteraction",
    "inlineChoice", "textEntryInteraction", "extendedTextInteraction", "uploadInteraction",
    "responseProcessing", "responseCondition", "responseIf", "equal", "variable", "correct",
    "setOutcomeValue", "baseValue", *_BODIED,
})  # fmt: skip
"""Elements of QTI; all others are HTML and keep their names."""
_RENAMED = {"feedbackInline": "feedbackBlock"}


def written(questions: Sequence[Question]) -> bytes:
    """Return a package of the questions, all of them `is_sayable`."""
    return archives.packed(qti21.entries(questions, _PACKAGING, _item))


def _item(question: Question, number: int) -> Node:
    old = qti21.item(question, number)
    root = trees.element("qti-assessment-item", nsmap={None: ITEM, "xsi": _INSTANCE})
    root.set(_LOCATION, f"{ITEM} {_SCHEMAS}/imsqti_asiv3p0p1_v1p0.xsd")
    _copy(old, root)
    if any(True for _each in old.iter("modalFeedback", "feedbackInline")):
        _declare_feedback(root)
    return root


def _copy(old: Node, new: Node) -> None:
    """Give a new element what an old one has, in the spelling of 3.0."""
    is_own = old.tag in _OWN or old.tag in _RENAMED
    for key, value in old.attrib.items():
        new.set(trees.kebab(key) if is_own else key, value)
    name = _RENAMED.get(old.tag, old.tag)
    if name == "responseProcessing" and "template" in old.attrib:
        new.set("template", f"{_TEMPLATES}/{old.get('template').rpartition('/')[2]}.xml")
    if name == "rubricBlock":
        new.set("use", "scoring")
    holder = trees.add(new, "qti-content-body") if name in _BODIED else new
    holder.text = old.text
    for each in old:
        said = _RENAMED.get(each.tag, each.tag)
        child = trees.add(holder, f"qti-{trees.kebab(said)}" if said in _OWN else said)
        _copy(each, child)
        child.tail = each.tail


def _declare_feedback(root: Node) -> None:
    own = trees.element("qti-outcome-declaration", identifier="FEEDBACK", cardinality="single")
    own.set("base-type", "identifier")
    root.find("qti-outcome-declaration").addprevious(own)
