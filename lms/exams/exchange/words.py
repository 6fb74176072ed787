"""The sentences of an import, for a person; codes are for programs and stay as they are."""

from flask_babel import LazyString, lazy_gettext as _

from lms.core.archives import ArchiveRefusedError
from lms.core.spreadsheets import SheetRefusedError
from lms.exams.exchange.report import Problem

_FILE: dict[str, LazyString] = {
    "empty-file": _("The file is empty. Fill in the template and upload it."),
    "too-large": _("The file is larger than %(megabytes)d MB. Split it into several files."),
    "old-office": _(
        "This is a file of Word or Excel 2003 or older (.doc, .xls). Open it in Word, Excel or WPS, "
        "save it as .docx or .xlsx and upload that."
    ),
    "rtf": _(
        "This is a Rich Text file, whatever its name says. Open it in Word or WPS, save it as "
        "“Word Document (.docx)” and upload that."
    ),
    "locked": _(
        "The file is protected by a password. Save a copy without a password and upload that."
    ),
    "unknown-format": _(
        "The file is of a kind that cannot be read. Questions come as .xlsx, .csv, .docx, text, "
        "GIFT, Aiken, Moodle XML or QTI."
    ),
    "not-this-format": _("The file is no %(format)s. Let its content decide, or choose another."),
    "unknown-encoding": _(
        "The text is neither UTF-8 nor GB18030. Save it as UTF-8 and upload that."
    ),
    "entities": _(
        "The file declares XML entities, which can do harm. Export it again without them."
    ),
    "ill-formed": _(
        "The file is no well-formed XML: line %(line)d, column %(column)d. Correct it there, or "
        "export it again."
    ),
    "no-header": _(
        "No row with the names of the columns was found in the first rows: at least the question "
        "and the answer, or the question and its kind. Use the template."
    ),
    "no-questions-inside": _("No question in the file can be read."),
    "no-questions": _("There is no question in the file."),
    "nothing-found": _(
        "No question was recognised. Begin each with its number, as in “1.”, and say the answer "
        "behind “答案：”."
    ),
    "too-many-questions": _("The file has more than %(most)d questions. Split it."),
    "too-complex": _("The file takes too much memory or time to read. Split it."),
    "too-slow": _("Reading the file takes too long. Split it."),
    "read-as-gb18030": _("The text is not UTF-8 as it should be; it was read as GB18030."),
    "controls-dropped": _("Characters that nobody can see were left out."),
    "sheet-not-read": _("The sheet “%(name)s” was not read; only the first visible one is."),
    "sheet-pictures": _(
        "The pictures in the table were not read: a row does not say to which text they belong. Bring "
        "such questions as Word, Moodle XML or QTI."
    ),
    "formula-flattened": _("Formulas became plain text. Look at them."),
}
_QUESTION: dict[str, LazyString] = {
    "no-stem": _("The question has no text."),
    "no-answer": _("No answer is given as right."),
    "no-options": _("There are fewer than two options."),
    "bad-key": _("“%(key)s” names no option of this question, or is no answer to it."),
    "bad-share": _("“%(value)s” is no share of the points, from -100 to 100 %%."),
    "bad-points": _("“%(value)s” is no number of points; 1 is taken."),
    "not-a-number": _("“%(value)s” is no number."),
    "blank-count": _(
        "The answer does not fit the %(count)d blanks. One answer for each blank, each on a line of "
        "its own or parted by ；."
    ),
    "no-pair": _("“%(value)s” is no pair. Write it as: left => right."),
    "unterminated": _("A brace { is not closed."),
    "several-right": _("Several options are wholly right, but only one can be chosen."),
    "more-than-one-right": _(
        "More than one option is right: taken as a question with multiple choices."
    ),
    "unknown-kind": _("“%(kind)s” is no kind of question; it was guessed from the answer."),
    "no-native-kind": _("This kind (%(kind)s) does not exist here: kept for marking by hand."),
    "units-dropped": _("Units of the number were left out."),
    "distractors-dropped": _("%(count)d parts that belong to nothing were left out."),
    "pairs-as-matching": _("Pairs out of one list became two lists to match."),
    "picture-missing": _(
        "The picture “%(name)s” is not in the file; the question goes without it."
    ),
    "picture-remote": _(
        "The picture %(name)s lies on another site, and nothing is fetched from there: the question "
        "goes without it. Put the picture into the file."
    ),
    "picture-svg": _(
        "A drawing in SVG (%(name)s) was left out. Save it as PNG and put that into the file."
    ),
    "picture-too-large": _(
        "The picture “%(name)s” is larger than %(megabytes)d MB and was left out. Make it smaller."
    ),
    "pictures-too-many": _(
        "The file has more than %(most)d pictures, or more than %(megabytes)d MB of them; “%(name)s” "
        "was left out. Split the file."
    ),
    "file-dropped": _(
        "“%(name)s” is no picture in PNG, JPEG, WebP or GIF; it was left out. Save it as PNG."
    ),
    "picture-broken": _(
        "Picture %(number)d of this question is damaged and cannot be shown. Put it into the file "
        "again."
    ),
    "picture-pixels": _(
        "Picture %(number)d of this question has more than %(most)d million pixels. Make it smaller."
    ),
    "picture-unnamed": _(
        "Pictures that do not say what they show: %(count)d. Those who cannot see them need that: add "
        "it in the file, or where the question is edited, between ![ and ]."
    ),
    "picture-in-list": _(
        "An answer of this matching is a picture, but is chosen from a list, which has words only. "
        "Put the picture on the left side."
    ),
    "formula-text": _("A text begins like a formula; it was taken as text."),
    "formula-error": _("The formula in column %(column)s has no result."),
    "formula-empty": _("The formula in column %(column)s was never computed."),
    "line-skipped": _("This line belongs to no question: %(text)s"),
    "answer-without-question": _("There is an answer, but no question with this number."),
    "empty-option": _("An option has no text."),
    "same-options": _("Two options have the same text."),
    "duplicate": _("The bank has this question already: %(known)s."),
    "twice-in-file": _("The file has this question twice; the first one is at %(first)s."),
    "no-question": _("A text between questions; it does not go into the bank."),
    "points-rounded": _("Parts of points are not kept; they were rounded up."),
    "not-stored": _("This kind cannot be kept in the bank."),
    "kept-by-hand": _("No kind of the bank does this; it is kept as an essay, marked by hand."),
    "no-key-no-store": _("Without a right answer it cannot be kept in the bank."),
    "shares-dropped": _("Parts of the points for single options are not kept; the key is."),
    "feedback-dropped": _("Feedback for single accepted answers is not kept."),
    "picture-dropped": _("Pictures cannot go into this format; their descriptions stay."),
    "picture-needed": _(
        "Without its pictures, which cannot go into this format, the question says too little; it was "
        "left out."
    ),
    "not-exported": _("This kind cannot go into this format; it was left out."),
}
PROBLEMS: dict[str, LazyString] = {
    **ArchiveRefusedError.sentences, **SheetRefusedError.sentences, **_FILE, **_QUESTION,
}  # fmt: skip


def sentence(problem: Problem) -> str:
    """Return what a problem is, in the language at hand."""
    words = PROBLEMS.get(problem.code)
    return str(words) % dict(problem.values) if words is not None else problem.code
