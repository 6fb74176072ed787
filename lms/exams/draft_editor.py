"""The editor's form as a whole: settings, and rows for blueprint, limits and sections."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field

from lms.exams import review_forms
from lms.exams.draft_forms import (
    MOST_ROWS,
    DrawRow,
    LimitRow,
    SectionRow,
    SettingsForm,
    as_fields,
    as_row,
    days,
    instant_of,
    row_names,
)
from lms.exams.rules import plans
from lms.exams.rules.drawing import Candidate
from lms.exams.rules.plans import Plan
from lms.exams.rules.settings import FORWARD, Draw, ExamRules, Sort
from lms.web.fields import typed

Row = TypeVar("Row", DrawRow, LimitRow, SectionRow)
WHOLE = 100


@dataclass
class Table(Generic[Row]):
    """Rows of one sort, each with the name by which the page sends it."""

    what: str
    make: type[Row]
    given: dict[str, Any]
    rows: dict[str, Row] = field(default_factory=dict)

    def read(self, sent: MultiDict[str, str]) -> None:
        """Take the rows that a page sent."""
        for name in row_names(sent, self.what):
            self.rows[name] = self.make(formdata=sent, prefix=self._prefix(name), **self.given)

    def fill(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Take the rows that settings have."""
        for entry in entries:
            self.add(as_row(entry))

    def add(self, values: Mapping[str, Any] | None = None) -> str:
        """Add a row behind the others; return its name."""
        name = str(max(map(int, self.rows), default=-1) + 1)
        if len(self.rows) < MOST_ROWS:
            self.rows[name] = self.make(
                formdata=None, prefix=self._prefix(name), data=values or {}, **self.given
            )
        return name

    def _prefix(self, name: str) -> str:
        return f"{self.what}-{name}-"

    def validate(self) -> bool:
        """Check every row, and not only the first that is wrong."""
        checks = [row.validate() for row in self.rows.values()]
        return all(checks)

    @property
    def settings(self) -> list[dict[str, Any]]:
        """The rows as a file says them."""
        return [row.settings for row in self.rows.values()]


class Editor:
    """What the editor shows and sends.

    Args:
        units: code -> name of the modules.
        bank: what exams may draw.
    """

    def __init__(self, units: Mapping[str, str], bank: Sequence[Candidate]) -> None:
        self.bank = bank
        by_code = {each.code: each for each in bank}
        self.form = SettingsForm(formdata=None)
        self.draws = Table("draw", DrawRow, {"units": units, "bank": by_code})
        self.limits = Table("limit", LimitRow, {"units": units})
        self.sections = Table("section", SectionRow, {"units": units})

    def show(self, settings: Mapping[str, Any], *, seen: tuple[int, int]) -> None:
        """Fill in what is to be edited, and which draft and version it is."""
        values = as_fields(settings) | {"revision": seen[0], "based_on": seen[1]}
        self.form = SettingsForm(formdata=None, data=values)
        self.draws.fill(settings["draw"])
        self.limits.fill(settings.get("limits") or ())
        self.sections.fill(settings.get("sections") or ())

    def read(self, sent: MultiDict[str, str]) -> None:
        """Take what a page sent."""
        self.form = SettingsForm(formdata=sent)
        for table in self.tables:
            table.read(sent)

    @property
    def tables(self) -> tuple[Table[DrawRow], Table[LimitRow], Table[SectionRow]]:
        """The tables with rows, in the order of the page."""
        return self.draws, self.limits, self.sections

    @property
    def seen(self) -> tuple[int, int]:
        """Revision of the draft and number of the version that the page began from."""
        numbers = [typed(each) for each in (self.form.revision, self.form.based_on)]
        first, second = (int(n) if n.isascii() and n.isdigit() else 0 for n in numbers)
        return first, second

    def saw(self, revision: int, number: int) -> None:
        """Let the next saving be about what is there now."""
        self.form.revision.data, self.form.based_on.data = str(revision), str(number)

    def rearrange(self, command: str) -> bool:
        """Add or take out a row, by what a button says; whether it was such a button."""
        what, _dash, name = command.partition("-")
        table = next((each for each in self.tables if each.what == what), None)
        if table is None:
            return False
        if name == "add":
            table.add({"count": 1} if what == "draw" else None)
        else:
            table.rows.pop(name, None)
        return True

    def validate(self) -> bool:
        """Check all fields and rows, and then what they mean together."""
        checks = [self.form.validate(), *(table.validate() for table in self.tables)]
        if not self.draws.rows:
            self.form.form_errors.append(_("A paper needs at least one entry."))
            return False
        return all(checks) and not any(list(self._check_together()))

    def _check_together(self) -> Iterator[bool]:
        rules = ExamRules.read(self.settings("check"))
        drawable = plans.drawable(rules.draws, self.bank)
        sorts: list[tuple[LimitRow | SectionRow, Sort]] = [
            *zip(self.limits.rows.values(), (each.sort for each in rules.limits), strict=True),
            *zip(self.sections.rows.values(), (each.sort for each in rules.sections), strict=True),
        ]
        for row, sort in sorts:
            if not plans.is_met(sort, drawable):
                yield _say(row.unit, _("Nothing that this exam draws is of this sort."))
        yield from self._check_sections(rules)

    def _check_sections(self, rules: ExamRules) -> Iterator[bool]:
        rows = list(self.sections.rows.values())
        if not rows:
            return
        if len(rows) == 1:
            yield _say(rows[0].weight, _("One part is the whole: add another, or take it out."))
        for row, part in zip(rows[:-1], rules.sections[:-1], strict=True):
            if part.sort == Sort():
                yield _say(
                    row.unit, _("Say which questions are in it; only the last part has all others.")
                )
        if len(rows) > 1 and rules.sections[-1].sort != Sort():
            yield _say(
                rows[-1].unit, _("The last part has all other questions: ask for nothing here.")
            )
        weight = sum(each.weight for each in rules.sections)
        if weight != WHOLE:
            said = _("The parts make %(sum)d %% together; make it 100.", sum=weight)
            yield _say(rows[-1].weight, said)

    def settings(self, code: str) -> dict[str, Any]:
        """Return what was typed as an exam's settings; every field has to be valid."""
        form = self.form
        shown = review_forms.as_settings(form)
        said: dict[str, Any] = {
            "code": code,
            "title": {"zh": typed(form.title_zh).strip(), "en": typed(form.title_en).strip()},
            "minutes": form.minutes.data,
            "pass_percent": form.pass_percent.data,
            "attempts": form.attempts.data,
            "cooldown_days": days(form.cooldown_days) or [],
            "shuffle_questions": bool(form.shuffle_questions.data),
            "review": shown.pop(review_forms.AT_ONCE),
            "draw": self.draws.settings,
        }
        further = {
            "talk_after": form.talk_after.data,
            "opens_at": instant_of(form.opens_at),
            "closes_at": instant_of(form.closes_at),
            "navigation": FORWARD if form.navigation.data == FORWARD else None,
            "penalty": typed(form.penalty).strip(),
            "avoid_seen": form.avoid_seen.data,
            "retake_after_pass": form.retake_after_pass.data,
            "limits": self.limits.settings,
            "sections": self.sections.settings,
            "review_at": instant_of(form.review_at),
            **shown,
        }
        return said | {key: each for key, each in further.items() if each}

    def plan(self) -> Plan | None:
        """Return the numbers for the blueprint as it stands; None while a row says too little."""
        rows = self.draws.rows.values()
        if not rows or not all(row.is_meant for row in rows):
            return None
        return plans.plan([Draw.read(each) for each in self.draws.settings], self.bank)

    def refuse_entry(self, number: int, said: str) -> None:
        """Show at an entry of the blueprint why it cannot be filled."""
        _say(list(self.draws.rows.values())[number - 1].count, said)

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """Every error: id of its field, what the field is called, and what is wrong."""
        found = [("", "", str(each)) for each in self.form.form_errors]
        found += [
            (each.id, str(each.label.text), " ".join(map(str, each.errors)))
            for each in self.form
            if each.errors
        ]
        for table in self.tables:
            for number, row in enumerate(table.rows.values(), start=1):
                for each in row:
                    if each.errors:
                        name = _("Row %(number)d, %(field)s", number=number, field=each.label.text)
                        found.append((each.id, name, " ".join(map(str, each.errors))))
        return found


def _say(where: Field, said: str) -> bool:
    where.errors = [*where.errors, said]
    return True
