"""Forms of the pages about statistics and regrades."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

from flask_babel import lazy_gettext as _, ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from lms.exams import body, queries, words
from lms.exams.asked import Asked
from lms.exams.holdings import Version
from lms.exams.rules.kinds import PAIRED, Kind
from lms.exams.rules.normal import parse_number
from lms.exams.rules.rulings import Ruling, Way

LONGEST_REASON, LONGEST_ANSWER = 1000, 500


class AskedForm(FlaskForm):
    """Which attempts the figures are about; sent by GET, so that the page has an address."""

    class Meta:
        """It changes nothing."""

        csrf = False

    version = SelectField(_("Version of the exam"), default="")
    firsts = SelectField(_("Attempts"), default="", validate_choice=False)
    since = DateField(_("Handed in from"), [Optional()])
    until = DateField(_("Handed in until"), [Optional()])

    def offer(self, versions: list[int]) -> None:
        """Offer the versions that there are."""
        numbered = {str(each): str(_("Version %(number)d", number=each)) for each in versions}
        self.version.choices = {"": str(_("all versions"))} | numbered
        self.firsts.choices = {"": str(_("every attempt")), "1": str(_("first attempts only"))}

    def validate_until(self, field: DateField) -> None:
        """The last day is not before the first."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_("This is before the first day."))

    def asked(self) -> Asked:
        """Return what was asked for; a field with an error counts as empty."""
        version = self.version.data or ""
        return Asked(
            version=int(version) if version.isdecimal() and len(version) < 9 else None,  # noqa: PLR2004
            firsts=self.firsts.data == "1",
            since=None if self.since.errors else self.since.data,
            until=None if self.until.errors else self.until.data,
        )


class MarkForm(FlaskForm):
    """A pass mark to try."""

    class Meta:
        """It changes nothing."""

        csrf = False

    mark = StringField(_("What if the pass mark were … %"), [Optional(), Length(max=10)])

    def validate_mark(self, field: StringField) -> None:
        """It is a number from 0 to 100."""
        number = parse_number(field.data or "")
        if number is None or not 0 <= number <= 100:  # noqa: PLR2004
            raise ValidationError(_("Write a number from 0 to 100, such as 75."))


class JudgesForm(FlaskForm):
    """What judges expect of somebody who only just deserves to pass."""

    estimates = TextAreaField(
        _("Estimates in percent"),
        [
            InputRequired(_("Paste a line for each question first.")),
            Length(max=50_000, message=_("%(max)d characters at most.")),
        ],
    )


class RegradeForm(FlaskForm):
    """A corrected key, and why."""

    version = SelectField(_("Version that was answered"))
    way = SelectField(_("What counts now"), default=Way.ALSO.value)
    also = TextAreaField(
        _("The answer that is right as well"),
        [Length(max=LONGEST_ANSWER, message=_("%(max)d characters at most."))],
        render_kw={"rows": 2},
    )
    other = SelectField(_("Version with the right key"), default="")
    reason = TextAreaField(
        _("Reason"),
        [
            Regexp(r"(?s).*\S", message=_("Say why: those whom it concerns read it.")),
            Length(max=LONGEST_REASON, message=_("%(max)d characters at most.")),
        ],
        render_kw={"rows": 3},
    )
    never_lower = BooleanField(_("Whoever would lose by it keeps the result"), default=True)

    def offer(self, versions: Sequence[Version], shown: Mapping[int, queries.Shown]) -> None:
        """Offer the versions of a question, and the ways in which it can be marked again."""
        self._ids = {str(each.number): each.id for each in versions}
        self._shown = shown
        numbered = {number: str(_("Version %(number)s", number=number)) for number in self._ids}
        self.version.choices = numbered
        self.other.choices = {"": "–"} | numbered
        self.way.choices = {way.value: words.way_words(way) for way in Way}

    def validate_also(self, _field: TextAreaField) -> None:
        """It is an answer that the question can have had."""
        if self.way.data != Way.ALSO:
            return
        if not any(self._answer()):
            raise ValidationError(_("Write the answer that is right as well."))
        blanks = self._blanks()
        if blanks and len(self._answer()) != blanks:
            raise ValidationError(
                ngettext(
                    "The question has %(num)d blank: write one line.",
                    "The question has %(num)d blanks: write a line for each, in their order. A line "
                    "may be empty.",
                    blanks,
                )
            )
        for each, keys in self._chosen():
            if keys and each not in keys:
                raise ValidationError(
                    _("The question has no option %(key)s. It has: %(keys)s.",
                      key=each[:40] or "–", keys=" ".join(keys))
                )  # fmt: skip

    def validate_other(self, field: SelectField) -> None:
        """It is another version than the one that was answered."""
        is_needed = self.way.data == Way.OTHER_KEY
        if is_needed and (not field.data or field.data == self.version.data):
            raise ValidationError(_("Choose another version than the one that was answered."))

    def version_id(self) -> int:
        """Return the version that was answered."""
        return self._ids[self.version.data]

    def ruling(self) -> Ruling:
        """Return what shall count."""
        way = Way(self.way.data)
        return Ruling(
            way,
            also=self._answer() if way is Way.ALSO else (),
            version_id=self._ids[self.other.data] if way is Way.OTHER_KEY else None,
        )

    def _question(self) -> queries.Shown | None:
        return self._shown.get(self._ids.get(self.version.data or "", 0))

    def _keys(self) -> tuple[str, ...]:
        question = self._question()
        if question is None or question.kind in PAIRED:
            return ()
        return body.written_keys(Kind(question.kind), question.body)

    def _blanks(self) -> int:
        """Return how many things are typed, or chosen one by one; 0 for options and pairs."""
        question = self._question()
        if question is None or self._keys() or question.kind in PAIRED:
            return 0
        kind = Kind(question.kind)
        return body.blanks(kind, question.body) or len(body.gaps(kind, question.body))

    def _chosen(self) -> Iterable[tuple[str, Sequence[str]]]:
        """Return each part of the answer beside the options that it is one of; none if typed."""
        question = self._question()
        if question is not None and question.kind == Kind.CLOZE:
            gaps = body.gaps(Kind.CLOZE, question.body)
            options = [[key for key, _text in gap.options] for gap in gaps]
            return zip(self._answer(), options, strict=True)
        return zip(self._answer(), repeat(self._keys()), strict=False)

    def _answer(self) -> tuple[str, ...]:
        """Return option keys, pairs, or what is typed: a line for each blank, some left empty."""
        typed, question = self.also.data or "", self._question()
        if question is not None and (self._keys() or question.kind in PAIRED):
            return tuple(re.split(r"[\s,，、;；]+", typed.strip())) if typed.strip() else ()
        lines = [line.strip() for line in typed.replace("\r\n", "\n").split("\n")]
        while len(lines) > self._blanks() and not lines[-1]:
            lines.pop()
        return tuple(lines)


class LostForm(FlaskForm):
    """What was decided about a lost pass. Several stand on one page: each has names of its own."""

    note = TextAreaField(
        _("What you decided"),
        [
            Regexp(r"(?s).*\S", message=_("Write in a line or two what you decided.")),
            Length(max=LONGEST_REASON, message=_("%(max)d characters at most.")),
        ],
        render_kw={"rows": 2},
    )

    @classmethod
    def of(cls, change_id: int, *, is_empty: bool = False) -> "LostForm":
        """Return the form of one of them, as it was sent or empty."""
        prefix = f"lost-{change_id}"
        return cls(prefix=prefix, formdata=None) if is_empty else cls(prefix=prefix)

    @property
    def said(self) -> str:
        """What was typed."""
        return str(self.note.data or "").strip()
