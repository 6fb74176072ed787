"""The tree of content files: reading it, the report, the commands."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import given, strategies as st
from sqlalchemy import event

from lms.core import content, yaml_lines
from lms.core.content import Severity
from lms.core.db import db
from lms.core.placeholders import fill, used
from tests import content_tree
from tests.content_tree import put, swap


@pytest.fixture
def root(app: Flask, tmp_path: Path) -> Path:
    return content_tree.make(tmp_path / "content")


class TestYaml:
    def test_it_knows_the_line_of_every_field(self) -> None:
        found = yaml_lines.load("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")
        assert isinstance(found, yaml_lines.Map)
        assert found == {"a": 1, "b": ["x", {"c": 2, "d": 3}]}
        assert found.lines == {"a": 1, "b": 2}
        assert found["b"].lines == [3, 4]
        assert found["b"][1].lines == {"c": 4, "d": 5}

    def test_dates_stay_text_and_keys_are_text(self) -> None:
        assert yaml_lines.load("day: 2026-05-31") == {"day": "2026-05-31"}
        assert yaml_lines.load("{true: a, false: b, 7: c}") == {"true": "a", "false": "b", "7": "c"}

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a: 1\nb: 2\na: 3", 3),
            ("x: {a: 1, a: 2}", 1),
            ("a: [1\nb: 2", 2),
            ("a: &x [1]\nb: *x", 1),
            ("a: !!python/object/apply:os.system [x]", 1),
            ("a: 1\n? [b]\n: 2", 2),
            ("<<: {a: 1}", 1),
            ("a: 1\n---\nb: 2", 2),
        ],
    )
    def test_what_would_surprise_is_refused_with_its_line(self, text: str, line: int) -> None:
        with pytest.raises(yaml_lines.YamlError) as caught:
            yaml_lines.load(text)
        assert caught.value.line == line

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=30),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(st.text(max_size=8), inner, max_size=4)
            ),
            max_leaves=8,
        ).map(lambda value: {"value": value})
    )
    def test_what_is_written_is_read_again(self, value: dict[str, object]) -> None:
        try:
            written = yaml_lines.dump(value)
            read = yaml_lines.load(written)
        except UnicodeEncodeError:  # half a surrogate pair: no file can hold that
            return
        assert json.dumps(read) == json.dumps(value)


VALUES = {"a.b": {"zh": "十", "en": "ten"}}


class TestPlaceholders:
    def test_they_are_filled_in_by_the_language_of_the_text(self) -> None:
        given = {"zh": "{{a.b}} 分钟", "en": ["{{ a.b }} minutes"], "n": 1, "x": "{{a.b}}"}
        filled = {"zh": "十分钟", "en": ["ten minutes"], "n": 1, "x": "{{a.b}}"}
        assert fill(given, VALUES) == filled

    def test_unknown_ones_stay(self) -> None:
        assert fill({"en": "{{no}} {{a.b}}"}, VALUES) == {"en": "{{no}} ten"}

    def test_those_used_are_found_anywhere(self) -> None:
        assert used({"x": ["{{a}}", {"y": "{{b.c}} {d}"}], "{{not}}": 1}) == {"a", "b.c"}


class TestCheck:
    def test_a_good_tree_has_nothing_against_it(self, root: Path) -> None:
        assert content_tree.findings(root) == []

    def test_a_finding_says_what_where_and_what_to_do(self, root: Path) -> None:
        swap(root, "exams/stage-1.yaml", "minutes: 20", "minuets: 20")
        found = {each.code: each for each in content_tree.findings(root)}
        unknown = found["unknown-field"]
        assert (unknown.file, unknown.line) == ("exams/stage-1.yaml", 5)
        assert "minuets" in unknown.message
        assert "minutes" in unknown.advice
        assert "stage-1.yaml:5: error [unknown-field] minuets" in str(unknown)
        assert found["missing-field"].message.startswith("minutes: is missing")

    @pytest.mark.usefixtures("app")
    def test_a_folder_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        assert content_tree.codes(tmp_path / "nothing") == {"missing-file"}

    def test_files_that_nobody_reads_are_named(self, root: Path) -> None:
        put(root, "notes.txt", "x")
        put(root, "questions/draft.yml", "x")
        put(root, ".hidden", "x")
        found = content_tree.findings(root)
        assert {each.code for each in found} == {"stray-file"}
        assert [each.file for each in found] == ["notes.txt", "questions/draft.yml"]
        assert {each.severity for each in found} == {Severity.WARNING}

    @pytest.mark.parametrize(
        ("path", "value", "code"),
        [
            ("exams/bad.yaml", "code: [", "syntax"),
            ("exams/bad.yaml", "code: a\ncode: b", "duplicate-key"),
            ("exams/bad.yaml", "- a", "syntax"),
            ("exams/bad.yaml", b"code: \xff", "encoding"),
            ("lessons/s1-a-1/en.md", b"\xff", "encoding"),
            ("variables.yaml", "x" * (content.LARGEST_TEXT_BYTES + 1), "too-large"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_an_error(
        self, root: Path, path: str, value: str | bytes, code: str
    ) -> None:
        put(root, path, value)
        found = [each for each in content_tree.findings(root) if each.code == code]
        assert [each.file for each in found] == [path], "and it is said once"

    def test_it_needs_no_database(self, root: Path, empty_app: Flask) -> None:
        statements: list[str] = []

        def note(*args: object) -> None:
            statements.append(str(args[2]))

        with empty_app.app_context():
            event.listen(db.engine, "before_cursor_execute", note)
            assert content_tree.findings(root) == []
        assert statements == []


class TestCommands:
    def test_check_tells_people(self, root: Path, runner: FlaskCliRunner) -> None:
        result = runner.invoke(args=["content", "check", "--from", str(root)])
        assert result.exit_code == 0
        assert result.output == (
            "2 variables, 1 programmes, 1 lessons, 0 aids, 13 questions, 1 exams, 0 drills, 0 surveys, 1 certificates:"
            " 0 errors, 0 warnings\n"
        )

    def test_check_tells_machines_and_fails_on_errors(
        self, root: Path, runner: FlaskCliRunner
    ) -> None:
        swap(root, "certificates/whole.yaml", "prefix: WH", "prefix: wh")
        result = runner.invoke(args=["content", "check", "--json", "--from", str(root)])
        assert result.exit_code == 1
        told = json.loads(result.output)
        assert (told["errors"], told["warnings"], told["counts"]["questions"]) == (1, 0, 13)
        assert told["findings"] == [
            {
                "file": "certificates/whole.yaml",
                "line": 2,
                "severity": "error",
                "code": "bad-code",
                "message": "prefix: 'wh' cannot begin a serial",
                "advice": "1 to 8 capital letters and digits.",
            }
        ]

    @pytest.mark.usefixtures("session")
    def test_import_says_what_it_did(self, root: Path, runner: FlaskCliRunner) -> None:
        result = runner.invoke(args=["content", "import", "--from", str(root)])
        assert result.exit_code == 0, result.output
        assert "lessons: 1 new, 0 changed, 0 as before\n" in result.output
        assert "questions: 13 new, 0 changed, 0 as before\n" in result.output
        assert "imported in " in result.output

    @pytest.mark.usefixtures("session")
    def test_import_refuses_files_with_errors(self, root: Path, runner: FlaskCliRunner) -> None:
        swap(root, "certificates/whole.yaml", "prefix: WH", "prefix: wh")
        result = runner.invoke(args=["content", "import", "--from", str(root)])
        assert result.exit_code == 1
        assert "certificates/whole.yaml:2: error [bad-code]" in result.output
        assert "1 errors: nothing was imported" in result.output

    @pytest.mark.usefixtures("session")
    def test_export_writes_into_an_empty_folder_only(
        self, root: Path, runner: FlaskCliRunner, tmp_path: Path
    ) -> None:
        runner.invoke(args=["content", "import", "--from", str(root)])
        out = tmp_path / "out"
        first = runner.invoke(args=["content", "export", "--out", str(out)])
        assert (first.exit_code, first.output) == (0, f"12 files in {out}\n")
        second = runner.invoke(args=["content", "export", "--out", str(out)])
        assert second.exit_code == 1
        assert "not an empty folder" in second.output
