"""What the trainer's pages say about a draft and about kinds of things."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext as _

from lms.courses.models import LessonClass
from lms.courses.upload_rules import Kind


@dataclass(frozen=True, slots=True)
class Slip:
    """Something that is wrong with a draft, and where."""

    field: str
    """``zh`` or ``en``: one of the texts; ``minutes``; empty for the lesson as a whole."""
    line: int | None
    code: str
    """As in the findings of ``flask content check``."""
    excerpt: str = ""
    """The line itself, shortened."""
    counts: tuple[str, int, int] | None = None
    """Of `code` ``skeleton``: what there has to be equally many of, in Chinese, in English."""


SLIPS = {
    "empty-text": _("The text is empty."),
    "heading-level": _("Use headings of the second and third level only: ## and ###."),
    "code-language": _(
        "A code block stands between ``` and ```, and says after the first what it is: log, "
        "console, sql or text."
    ),
    "variable-in-heading": _("A named value cannot stand in a heading. Write it in the text."),
    "callout-kind": _("There is no such callout. Use NOTE, TIP, WARNING or CAUTION."),
    "figure-place": _("An image stands in a paragraph of its own."),
    "missing-alt": _("Say between [ and ] what the image shows, for those who cannot see it."),
    "missing-caption": _(
        "The image has no caption. Write it behind the file's name, in quotation marks."
    ),
    "raw-html": _("HTML is not read. Code in a line stands between backticks."),
    "broken-link": _(
        "This did not become a link. Use https:, mailto:, tel: or a file of this lesson."
    ),
    "broken-emphasis": _(
        "** did not become bold letters. Beside a Chinese character, put the punctuation outside "
        "the asterisks."
    ),
    "link-target": _("This leads nowhere. Use https:, mailto:, tel: or a file of this lesson."),
    "missing-media": _(
        "This lesson has no such file. Those that it has are listed beside the text."
    ),
    "unknown-variable": _("There is no named value with this name."),
    "unknown-check": _("This lesson has no such self-check."),
    "out-of-range": _("The lesson cannot be shorter than the exercise in it."),
}
"""Code of a finding -> what is wrong and what to do, for whoever edits a lesson on a page."""

ALIKE = {
    "second-level headings": _("Headings of the second level"),
    "tables": _("Tables"),
    "code blocks": _("Code blocks"),
    "figures": _("Figures"),
    "self-checks": _("Self-checks"),
}
"""What both languages have equally many of."""

CLASSES = {
    LessonClass.GENERIC: _("Generally valid"),
    LessonClass.PARAMETRIC: _("With this site's values"),
    LessonClass.SAMPLE: _("Sample content"),
}
KINDS = {
    Kind.PDF: _("PDF"),
    Kind.IMAGE: _("Picture"),
    Kind.VIDEO: _("Video"),
    Kind.OFFICE: _("Office file"),
}
KIND_ICONS = {
    Kind.PDF: "file-text",
    Kind.IMAGE: "eye",
    Kind.VIDEO: "play",
    Kind.OFFICE: "file-spreadsheet",
}


def slip_words(slip: Slip, checks: Sequence[str]) -> str:
    """Return the sentence about a slip.

    Args:
        slip: what is wrong.
        checks: ids of the lesson's self-checks.
    """
    if slip.counts:
        what, chinese, english = slip.counts
        told = gettext(
            "%(what)s: %(chinese)d in Chinese, %(english)d in English. Both languages have equally "
            "many, so that nobody learns less.",
            what=ALIKE[what],
            chinese=chinese,
            english=english,
        )
        return str(told)
    if slip.code == "check-place":
        marks = ", ".join(f"{{check:{each}}}" for each in checks)
        told = gettext(
            "Each self-check stands once in each language, as a paragraph of its own: %(marks)s.",
            marks=marks,
        )
        return str(told)
    return str(
        SLIPS.get(slip.code) or gettext("The content check refuses this: %(code)s.", code=slip.code)
    )
