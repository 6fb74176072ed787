"""`flask certificates preview`: a specimen of any template, for any name."""

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

from lms.accounts.rules import Role
from lms.certificates import templates
from lms.certificates.look import DESIGNS
from lms.core import pdf
from tests import factories
from tests.certificates.tools import ask

COMMAND = ["certificates", "preview"]


@pytest.fixture(autouse=True)
def _host_can_make_pdfs(session: Session) -> None:
    pytest.importorskip("weasyprint")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


@pytest.mark.parametrize("design", DESIGNS)
def test_a_specimen_says_so_in_its_text(
    runner: FlaskCliRunner, tmp_path: Path, design: str
) -> None:
    out = tmp_path / "out.pdf"
    args = [
        "--template",
        design,
        "--name",
        "阿卜杜勒·买买提江",
        "--latin",
        "Abdul",
        "--out",
        str(out),
    ]
    done = runner.invoke(args=[*COMMAND, *args])
    assert done.exit_code == 0, done.output
    text = ask("pdftotext", "-raw", out, "-")
    assert "SPECIMEN" in text
    assert "阿卜杜勒·买买提江" in text


@pytest.mark.parametrize(("locale", "gone"), [("zh", "This is to certify"), ("en", "兹证明")])
def test_in_one_language(runner: FlaskCliRunner, tmp_path: Path, locale: str, gone: str) -> None:
    out = tmp_path / "out.pdf"
    done = runner.invoke(args=[*COMMAND, "--name", "李娜", "--locale", locale, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert gone not in ask("pdftotext", "-raw", out, "-")


def test_a_missing_glyph_is_said_with_its_code_point(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    out = tmp_path / "out.pdf"
    done = runner.invoke(args=[*COMMAND, "--name", "张😀", "--out", str(out)])
    assert done.exit_code == 1
    assert "😀 (U+1F600)" in done.output
    assert not out.exists()


def test_a_template_of_ones_own(runner: FlaskCliRunner, tmp_path: Path) -> None:
    hr = factories.person(roles={Role.HR})
    row = templates.start("modern", "Ours", actor=hr)
    out = tmp_path / "out.pdf"
    done = runner.invoke(
        args=[*COMMAND, "--template", row.code, "--name", "李娜", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert "Transcript" in ask("pdftotext", "-raw", out, "-")
    done = runner.invoke(args=[*COMMAND, "--template", "x", "--name", "李娜", "--out", str(out)])
    assert "formal, modern, ours" in done.output
