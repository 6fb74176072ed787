"""What each row of a file would do, and what is said about rows that are wrong."""

import io

import pytest
import xlsxwriter
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people, units
from lms.accounts.errors import PeopleFileError
from lms.accounts.importing import bringing, words
from lms.accounts.importing.columns import HEADERS, Field
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import Verdict
from lms.core.audit import AuditEntry
from tests import factories
from tests.accounts.people_file import HEADER, check, csv, problems, verdicts, xlsx
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def support(session: Session, admin: Person) -> OrgUnit:
    return units.add_unit("Support", code="SUP", actor=admin)


def refused(content: bytes, name: str = "people.csv") -> str:
    with pytest.raises(PeopleFileError) as error:
        bringing.check(content, name, actor=None)
    assert str(error.value)
    return error.value.reason


class TestColumns:
    def test_every_header_of_the_template_is_known_in_both_languages(self) -> None:
        for language in ("en", "zh"):
            with force_locale(language):
                header = [str(words.COLUMNS[each]) for each in Field]
            checked = check(["1"] + ["Li"] * 9, header=header)
            assert list(checked.columns.places) == list(Field)

    def test_no_header_means_two_things(self) -> None:
        names = [name.casefold() for each in HEADERS.values() for name in each]
        assert len(names) == len(set(names))

    def test_they_may_be_in_any_order_and_spelling(self) -> None:
        header = ["E-Mail", " 姓名 * ", "remarks", "工号（必填）", ""]
        checked = check(["li@example.com", "Li", "x", "1"], header=header)
        assert verdicts(checked) == ["new"]
        assert checked.columns.unknown == ("C: remarks",)

    def test_titles_may_stand_above_them(self) -> None:
        content = "Our people,,\n\nas of today,,\nName,Mail address\nLi,li@example.com\n"
        checked = bringing.check(content.encode(), "a.csv", actor=None)
        assert [(each.row.number, each.verdict) for each in checked.planned] == [(5, "new")]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("a,b\n1,2\n", "no-header"), ("Staff number,Mail\n1,2\n", "no-name-column"),
         ("Name,Unit\n1,2\n", "no-identity-column"), ("Name,姓名,Mail\n1,2,3\n", "double-column"),
         ("Name,Mail\n\n", "no-rows"), ("", "empty-file")],
    )  # fmt: skip
    def test_without_those_that_are_needed_the_file_is_refused(
        self, text: str, reason: str
    ) -> None:
        assert refused(text.encode()) == reason


class TestRows:
    def test_new_changed_same_and_wrong(self, support: OrgUnit) -> None:
        same = factories.person(name="Same", unit=support)
        other = factories.person(name="Other", unit=support)
        checked = check(
            ["N-1", "New", "new@example.com", "SUP"],
            [same.staff_no, "Same", same.email, "Support"],
            [other.staff_no, "Another", "", ""],
            ["N-2", "", "", ""],
        )
        assert verdicts(checked) == ["new", "same", "changed", "error"]
        assert checked.counts == {"new": 1, "changed": 1, "same": 1, "error": 1}
        assert checked.planned[2].changes == [("name", "Other", "Another")]

    @pytest.mark.usefixtures("support")
    def test_nothing_is_changed_by_looking(self, session: Session) -> None:
        before = (
            len(session.scalars(select(Person)).all()),
            len(session.scalars(select(AuditEntry)).all()),
        )
        check(["N-1", "New", "new@example.com", "SUP"])
        after = (
            len(session.scalars(select(Person)).all()),
            len(session.scalars(select(AuditEntry)).all()),
        )
        assert before == after

    def test_people_are_recognised_by_mail_if_they_had_no_staff_number(
        self, session: Session
    ) -> None:
        person = factories.person(name="Li")
        person.staff_no = None
        session.flush()
        checked = check(["N-1", "Li", person.email.upper() if person.email else "", ""])
        assert checked.planned[0].changes == [("staff_no", "", "N-1")]

    @pytest.mark.parametrize(
        ("row", "problem"),
        [
            (["1", "", "a@b.cn"], ("name", "missing")),
            (["", "Li", ""], ("", "no-identity")),
            (["1", "Li", "no address"], ("email", "bad-mail")),
            (["1", "=HYPERLINK(1)", "a@b.cn"], ("name", "formula-text")),
            (["1", "x" * 81, "a@b.cn"], ("name", "too-long")),
            (["9" * 41, "Li", "a@b.cn"], ("staff_no", "too-long")),
        ],
    )
    def test_what_one_cell_can_have_wrong(self, row: list[str], problem: tuple[str, str]) -> None:
        assert problems(check(row)) == [(2, *problem)]

    def test_what_excel_does_to_numbers_is_noticed(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADER)
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_row(1, 0, [10023, "Li"])
            sheet.write_row(2, 0, [110101199003071234, "Wang"])
            sheet.write_number(3, 0, 46000, day)
            sheet.write(3, 1, "Zhao")
        checked = bringing.check(target.getvalue(), "a.xlsx", actor=None)
        assert checked.planned[0].row.login == "10023"
        assert problems(checked) == [
            (3, "staff_no", "rounded-number"),
            (4, "staff_no", "became-a-date"),
        ]

    def test_merged_cells_are_said_for_every_row_they_cover(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            sheet = book.add_worksheet()
            sheet.merge_range(0, 0, 0, 3, "Our people")
            sheet.write_row(1, 0, HEADER)
            for number in range(2, 5):
                sheet.write_row(number, 0, [f"N-{number}", "Li"])
            sheet.merge_range(2, 3, 3, 3, "SUP")
        checked = bringing.check(target.getvalue(), "a.xlsx", actor=None)
        assert problems(checked) == [(3, "unit", "merged"), (4, "unit", "merged")]

    def test_merged_column_names_refuse_the_file(self) -> None:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["Name", "Mail address"])
            sheet.merge_range(0, 2, 0, 3, "Unit")
            sheet.write_row(1, 0, ["Li", "li@example.com"])
        assert refused(target.getvalue(), "a.xlsx") == "merged-header"

    def test_gb18030_is_read(self) -> None:
        content = "工号,姓名\nA1,欧阳晓彤\n".encode("gb18030")
        checked = bringing.check(content, "a.csv", actor=None)
        assert checked.planned[0].row.get(Field.NAME) == "欧阳晓彤"

    def test_full_width_letters_become_plain_ones_but_not_in_names(self) -> None:
        row = check(["Ａ００１", "Ａ　李", "LI＠example.com", ""]).planned[0].row
        assert row.values == {"staff_no": "A001", "name": "Ａ 李", "email": "li@example.com"}


class TestDoubles:
    def test_staff_numbers_in_the_file(self) -> None:
        checked = check(["1", "Li"], ["2", "Wang"], ["1", "Zhao"])
        assert problems(checked) == [(2, "staff_no", "double"), (4, "staff_no", "double")]
        assert checked.planned[0].problems[0].values == {"value": "1", "rows": "4"}

    def test_mail_addresses_in_any_case(self) -> None:
        checked = check(["1", "Li", "a@b.cn"], ["2", "Wang", "A@B.cn"])
        assert problems(checked) == [(2, "email", "double"), (3, "email", "double")]

    def test_a_sign_in_name_that_is_anothers_mail_address(self) -> None:
        header = ("Name", "Mail address", "Sign-in name")
        checked = check(["Li", "a@b.cn", ""], ["Wang", "c@d.cn", "a@b.cn"], header=header)
        assert problems(checked) == [(2, "login", "double"), (3, "login", "double")]

    def test_what_someone_else_has_already(self) -> None:
        one, two = factories.person(), factories.person()
        checked = check(
            ["N-1", "New", one.email or "", ""],
            [two.staff_no, "Two", one.email or "", ""],
        )
        assert [(row, code) for row, _field, code in problems(checked)][:2] == [
            (2, "double"), (3, "double")
        ]  # fmt: skip
        assert problems(check(["N-1", "New", one.email or "", ""])) == [(2, "email", "taken")]
        assert problems(check([two.staff_no, "Two", one.email])) == [(2, "email", "taken")]

    def test_someone_who_left_is_not_changed_in_passing(self) -> None:
        person = factories.person()
        people.deactivate(person, actor=None)
        assert problems(check([person.staff_no, "Li"])) == [(2, "", "deactivated")]


def test_the_number_of_statements_does_not_grow_with_the_rows(session: Session) -> None:
    row = factories.programme()
    header = (*HEADER, "Manager", "Programme")
    rows = [
        [f"N-{n}", "Li", f"n{n}@example.com", "", "N-0" if n else "", row.code] for n in range(50)
    ]
    with counted() as few:
        check(*rows[:2], header=header)
    with counted() as many:
        checked = check(*rows, header=header)
    assert checked.counts["new"] == 50
    assert len(few) == len(many) <= 6


def test_xlsx_and_csv_say_the_same(session: Session) -> None:
    rows = [["1", "Li", "li@example.com", ""], ["2", "", "", "nowhere"]]
    by_csv = bringing.check(csv(rows), "a.csv", actor=None)
    by_xlsx = bringing.check(xlsx(rows), "a.xlsx", actor=None)
    assert [each.detail() for each in by_csv.planned] == [each.detail() for each in by_xlsx.planned]
    assert {each.verdict for each in by_csv.planned} == {Verdict.NEW, Verdict.ERROR}
