"""The template for questions, and banks as files."""

import io
import zipfile

import pytest
from flask.testing import FlaskClient

from lms.core import queue, spreadsheets
from lms.exams.exchange import spoken
from lms.exams.exchange.reading import read
from lms.exams.importing import template
from lms.exams.rules.kinds import Kind
from tests.exams import papers
from tests.exams.test_importing import NEW, bring, choose, teacher

__all__ = ["teacher"]


@pytest.mark.usefixtures("teacher")
class TestTemplate:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_the_reader_knows_every_column_and_kind(
        self, client: FlaskClient, language: str
    ) -> None:
        client.set_cookie("lang", language)
        content = client.get(f"{NEW}/template.xlsx").data
        sheet = spreadsheets.read(content, "t.xlsx")
        heads = [str(each) for each in sheet.rows[0][1]]
        single = [template.KINDS[language][0], "What?", "B", "2", "4", "So.", "a,b", "T", ""]
        options = ["right", "wrong", "", "", "", ""] * 2
        row = [*single, *options]
        assert len(heads) == len(row)
        table = ",".join(heads) + "\n" + ",".join(f'"{each}"' for each in row)
        (found,) = read(table.encode(), "csv").questions
        assert (found.sort.value, found.stem, found.key) == ("single", "What?", ["B"])
        assert (int(found.points), found.difficulty, found.tags) == (2, 4, ("a", "b"))
        assert (found.title, found.explanation) == ("T", "So.")
        assert [each.why for each in found.options] == ["right", "wrong"]
        assert len({spoken.kind(each) for each in template.KINDS[language]} - {None}) == 9

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_kinds_and_difficulties_are_lists_to_choose_from(
        self, client: FlaskClient, language: str
    ) -> None:
        client.set_cookie("lang", language)
        content = client.get(f"{NEW}/template.xlsx").data
        with zipfile.ZipFile(io.BytesIO(content)) as inside:
            first = inside.read("xl/worksheets/sheet1.xml")
        assert first.count(b"<dataValidation ") == 2
        assert ",".join(template.KINDS[language]).encode() in first

    def test_an_empty_template_has_no_question(self, client: FlaskClient) -> None:
        report = read(client.get(f"{NEW}/template.xlsx").data)
        assert report.questions == []
        assert [each.code for each in report.problems] == ["sheet-not-read", "no-questions-inside"]


@pytest.mark.usefixtures("teacher")
class TestExport:
    @pytest.mark.parametrize("wanted", ["xlsx", "gift", "moodlexml", "qti21", "qti30"])
    def test_what_went_in_comes_out(self, client: FlaskClient, wanted: str) -> None:
        choose(client, bring(client), 1, 2, 3, act="in")
        assert queue.run_one()
        page = client.get("/studio/questions/export?bank=Mine").text
        assert page.count("3 questions fit.") == 5
        reply = client.get(f"/studio/questions/export/{wanted}?bank=Mine&lang=zh")
        assert "Mine-zh." in reply.headers["Content-Disposition"]
        assert len(read(reply.data).questions) == 3

    def test_what_a_format_cannot_say_is_named(self, client: FlaskClient) -> None:
        papers.programme()
        papers.question("M1-order", Kind.ORDERING)
        page = client.get("/studio/questions/export?bank=M1").text
        assert "M1-order" in page
        assert "1 is left out" in page

    def test_no_bank_no_format_no_language(self, client: FlaskClient) -> None:
        assert "Nothing in it" in client.get("/studio/questions/export?bank=None").text
        papers.question("q", Kind.SINGLE)
        for path in ("gift?bank=None", "pdf?bank=M1", "gift?bank=M1&lang=fr"):
            assert client.get(f"/studio/questions/export/{path}").status_code == 404
