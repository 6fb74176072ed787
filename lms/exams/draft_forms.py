"""The editor of an exam: its fields, rows that come and go, and the settings that they stand for."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    StopValidation,
    ValidationError,
)

from lms.exams import review_forms, words
from lms.exams.review_forms import LOCAL, ReviewForm
from lms.exams.rules.drawing import Candidate
from lms.exams.rules.kinds import Kind
from lms.exams.rules.settings import FORWARD, FREE, share_of, tags_of
from lms.web.fields import typed
from lms.web.i18n import zone

MOST_ROWS, DIGITS, LONGEST_WAIT = 100, 4, 365
MOST_DRAWN = 200
_COMMA = re.compile("[,，、;；]")


class _Unsaid:
    """Lets an empty field be, but not one in which something stands that is no number."""

    field_flags: ClassVar[dict[str, bool]] = {"optional": True}

    def __call__(self, _form: object, field: Field) -> None:
        if _is_unsaid(field):
            field.errors = []
            raise StopValidation


def _is_unsaid(field: Field) -> bool:
    return not field.raw_data or not str(field.raw_data[0]).strip()


def _whole(label: Any, low: int, high: int, *, optional: bool = False) -> IntegerField:
    bounds = NumberRange(low, high, _("From %(min)d to %(max)d."))
    first = _Unsaid() if optional else InputRequired(_("A whole number."))
    shown = {"inputmode": "numeric", "autocomplete": "off"}
    return IntegerField(label, [first, bounds], render_kw=shown)


def _line(label: Any, most: int, *, optional: bool = False) -> StringField:
    needed = [] if optional else [Regexp(r".*\S", message=_("This is needed."))]
    longest = Length(max=most, message=_("%(max)d characters at most."))
    return StringField(label, [*needed, longest], render_kw={"autocomplete": "off"})


class SettingsForm(ReviewForm):
    """Time, attempts, pass mark and the ways of an exam."""

    revision = HiddenField()
    based_on = HiddenField()
    title_zh = _line(_("Title in Chinese"), 120)
    title_en = _line(_("Title in English"), 120)
    minutes = _whole(_("Time limit, in minutes"), 1, 600)
    pass_percent = _whole(_("Pass mark, in percent"), 1, 100)
    attempts = _whole(_("Attempts"), 1, 20)
    cooldown_days = _line(_("Days between attempts"), 80, optional=True)
    talk_after = _whole(_("Talk from which failure on"), 1, 20, optional=True)
    opens_at = DateTimeLocalField(_("Opens"), [Optional()], format=[LOCAL, f"{LOCAL}:%S"])
    closes_at = DateTimeLocalField(_("Closes"), [Optional()], format=[LOCAL, f"{LOCAL}:%S"])
    navigation = SelectField(
        _("Way through the paper"),
    )
    penalty = _line(_("Share that a wrong choice costs"), 20, optional=True)
    shuffle_questions = BooleanField(_("Mix the questions within each kind"))
    avoid_seen = BooleanField(_("Draw first what the person has not seen"))
    retake_after_pass = BooleanField(_("Who has passed may sit it again; the first pass stays"))
    note = _line(_("What is new, for the history"), 400, optional=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer ways through a paper."""
        super().__init__(*args, **kwargs)
        self.navigation.choices = {
            FREE: gettext("Back and forth"),
            FORWARD: gettext("One by one, never back"),
        }

    def validate_cooldown_days(self, field: StringField) -> None:
        """Refuse what is no list of days."""
        if days(field) is None:
            raise ValidationError(gettext("Whole days from 0 to 365, as in 1, 7."))

    def validate_penalty(self, field: StringField) -> None:
        """Refuse what is no share."""
        share = share_of(typed(field))
        if typed(field).strip() and (share is None or not 0 < share < 1):
            raise ValidationError(gettext("More than 0, less than 1, as in 0.25 or 1/3; or empty."))

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        """Refuse a window that closes before it opens."""
        if field.data and self.opens_at.data and field.data <= self.opens_at.data:
            raise ValidationError(gettext("It closes before it opens."))


def days(field: Field) -> list[int] | None:
    """Return the days that were typed; None if they are none."""
    parts = [each.strip() for each in typed(field).replace("，", ",").split(",") if each.strip()]
    found = [int(each) for each in parts if each.isascii() and each.isdigit()]
    return (
        found if len(found) == len(parts) and all(each <= LONGEST_WAIT for each in found) else None
    )


def _tags(said: str) -> list[str]:
    """Return the tags that were typed, parted by commas of either language; each of them once."""
    parts = [each.strip() for each in _COMMA.split(said)]
    return list(dict.fromkeys(filter(None, parts)))


class _Row(FlaskForm):
    """A row of a table in the editor; the token stands in the form around it."""

    class Meta:
        csrf = False

    unit = SelectField(_("Module"))
    kind = SelectField(_("Kind"))
    tag = _line(_("Tags"), 200, optional=True)
    safety = BooleanField(_("Safety questions"))

    def __init__(self, *args: Any, units: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = {each: each for each in (self.unit.data, self.unit.default) if each}
        self.unit.choices = {"": gettext("Any"), **kept, **units}
        self.kind.choices = {"": gettext("Any"), **{k.value: words.kind_name(k) for k in Kind}}

    @property
    def sort(self) -> dict[str, Any]:
        """Which questions it means, as a file says it."""
        tags = _tags(typed(self.tag))
        said = {
            "unit": self.unit.data,
            "kind": self.kind.data,
            "tag": tags[0] if len(tags) == 1 else tags,
        }
        return {key: each for key, each in said.items() if each} | (
            {"safety": True} if self.safety.data else {}
        )


class DrawRow(_Row):
    """An entry of the blueprint: a question by its code, or so many of a sort."""

    question = _line(_("Question or case"), 40, optional=True)
    difficulty = SelectField(_("Difficulty"))
    parts = _whole(_("Sub-questions"), 2, 10, optional=True)
    count = _whole(_("Questions"), 1, MOST_DRAWN)
    points = _whole(_("Points each"), 1, 99, optional=True)
    penalty = _line(_("Wrong choice costs"), 20, optional=True)

    def __init__(self, *args: Any, bank: Mapping[str, Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bank = bank
        self.difficulty.choices = {"": gettext("Any"), **{str(n): str(n) for n in range(1, 6)}}

    def validate_question(self, field: StringField) -> None:
        """Refuse a code that the exam pool has not, and anything else asked of a named question."""
        code = typed(field).strip()
        if code and code not in self.bank:
            raise ValidationError(gettext("The exam pool has no such question."))
        if code and (self.sort or self.difficulty.data or self.count.data not in {None, 1}):
            raise ValidationError(
                gettext("A named question is one, and nothing else is asked of it.")
            )

    def validate_penalty(self, _field: StringField) -> None:
        """Refuse what is no share; 0 lets wrong choices cost nothing, whatever the exam says."""
        if not self._has_share:
            said = gettext("From 0 on, less than 1, as in 0, 0.25 or 1/3; or empty.")
            raise ValidationError(said)

    @property
    def _has_share(self) -> bool:
        share = share_of(typed(self.penalty))
        return not typed(self.penalty).strip() or (share is not None and 0 <= share < 1)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask for the length of cases, and of nothing else; empty fields check nothing themselves."""
        is_fine = super().validate(*args, **kwargs)
        is_case = self.kind.data == Kind.CASE and not typed(self.question).strip()
        if is_case and self.parts.data is None and not self.parts.errors:
            self.parts.errors = [gettext("Say how many sub-questions each case has.")]
            return False
        if self.parts.data and not is_case:
            self.parts.errors = [gettext("Only cases have sub-questions.")]
            return False
        return bool(is_fine)

    @property
    def is_meant(self) -> bool:
        """Whether it says enough to be counted; what is wrong with it is said on saving."""
        code, count = typed(self.question).strip(), self.count.data
        numbers = (self.count, self.parts, self.points)
        is_read = all(each.data is not None or _is_unsaid(each) for each in numbers)
        is_read = is_read and self._has_share
        if code:
            return is_read and code in self.bank
        return is_read and count is not None and 1 <= count <= MOST_DRAWN

    @property
    def settings(self) -> dict[str, Any]:
        """The entry as a file says it."""
        points: dict[str, Any] = {"points": self.points.data} if self.points.data else {}
        if penalty := typed(self.penalty).strip():
            points["penalty"] = penalty
        if code := typed(self.question).strip():
            parts = len(self.bank[code].parts)
            return {"question": code} | ({"parts": parts} if parts else {}) | points
        said = self.sort | {"count": self.count.data} | points
        if self.difficulty.data:
            said["difficulty"] = int(self.difficulty.data)
        return said | ({"parts": self.parts.data} if self.parts.data else {})


class LimitRow(_Row):
    """A limit beside the pass mark."""

    wrong = _whole(_("Wrong at most"), 0, 200, optional=True)
    least = _whole(_("Percent at least"), 1, 100, optional=True)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask for one of the two; a field that is left empty is not checked by itself."""
        is_fine = super().validate(*args, **kwargs)
        if is_fine and (self.wrong.data is None) == (self.least.data is None):
            said = gettext("How many may be wrong, or the least percent: one of the two.")
            self.wrong.errors = [said]
            return False
        return bool(is_fine)

    @property
    def settings(self) -> dict[str, Any]:
        """The limit as a file says it."""
        said = {"wrong": self.wrong.data, "least": self.least.data}
        return self.sort | {key: each for key, each in said.items() if each is not None}


class SectionRow(_Row):
    """A part of the mark."""

    title_zh = _line(_("Title in Chinese"), 120)
    title_en = _line(_("Title in English"), 120)
    weight = _whole(_("Percent of the mark"), 1, 99)

    @property
    def settings(self) -> dict[str, Any]:
        """The section as a file says it."""
        title = {"zh": typed(self.title_zh).strip(), "en": typed(self.title_en).strip()}
        return {"title": title, "weight": self.weight.data} | self.sort


def as_row(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields of a row hold for an entry of a file."""
    said = dict(settings)
    if "tag" in said:
        said["tag"] = ", ".join(tags_of(said["tag"]))
    if "difficulty" in said:
        said["difficulty"] = str(said["difficulty"] or "")
    if title := said.pop("title", None):
        said |= {f"title_{language}": text for language, text in title.items()}
    if said.get("question"):
        said = {"count": 1} | {key: said.get(key) for key in ("question", "points", "penalty")}
    return said


def as_fields(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields of `SettingsForm` hold for an exam's settings."""
    return {
        **{key: settings.get(key) for key in ("minutes", "attempts", "talk_after", "avoid_seen")},
        "retake_after_pass": settings.get("retake_after_pass"),
        "pass_percent": settings["pass_percent"],
        "title_zh": settings["title"].get("zh"),
        "title_en": settings["title"].get("en"),
        "cooldown_days": ", ".join(map(str, settings.get("cooldown_days") or ())),
        "opens_at": _local(settings.get("opens_at")),
        "closes_at": _local(settings.get("closes_at")),
        "navigation": settings.get("navigation") or FREE,
        "penalty": str(settings.get("penalty") or ""),
        **review_forms.as_values(settings),
        "review_at": _local(settings.get("review_at")),
        "shuffle_questions": settings.get("shuffle_questions", True),
    }


def _local(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(zone()).replace(tzinfo=None) if text else None


def instant_of(field: Field) -> str | None:
    """Return an instant as a file says it, from the time of day of the organisation's zone."""
    given: datetime | None = field.data
    return given.replace(tzinfo=zone()).isoformat(timespec="minutes") if given else None


Rows = Sequence[_Row]


def row_names(sent: MultiDict[str, str], what: str) -> list[str]:
    """Return the names of the rows that a page sent, in order; each a small number."""
    given = sent.get(f"{what}-rows", "").split(",")
    names = [each for each in given if each.isascii() and each.isdigit() and len(each) <= DIGITS]
    return list(dict.fromkeys(names))[:MOST_ROWS]
