"""Promises about the code base as a whole, kept by a test instead of by memory."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

import lms
from lms.accounts import login
from lms.config import PROJECT
from lms.permissions import PERMISSIONS
from scripts import permissions_table

ROOT = Path(lms.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))

PUBLIC = {
    "accounts.forgot",
    "accounts.setup",
    "accounts.sign_in",
    "accounts.sign_out",
    "accounts.use_link",
    "admin.alive",
    "admin.metrics",  # off, or for this host or a token only: it asks itself
    "admin.ready",
    "certificates.achievement",
    "certificates.achievement_json",
    "certificates.badge_file",
    "certificates.credential_file",
    "certificates.did_document",
    "certificates.issuer_json",
    "certificates.issuer_page",
    "certificates.issuer_root",
    "certificates.status_list",
    "certificates.verify",
    "certificates.verify_file",
    "certificates.verify_form",
    "certificates.verify_json",
    "language",
    "start",
    "static",
}
"""Whoever adds a page here has asked what a stranger learns from it."""

LONG_FILES: dict[str, str] = {}
"""Files that are longer than about 300 lines, each with the reason why it has no seam."""
LONGEST_FILE = 350

DOORS = {
    r"\bMarkup\(|\|\s*safe\b|render_template_string": {"web/markup.py"},
    r"datetime\.now\(|\butcnow\(|date\.today\(|time\.time\(\)": {"core/clock.py"},
    r"\burllib\.request\b|\bimport (requests|httpx)\b|\burlopen\(|http\.client": set(),
    r"\bimport zipfile\b|\bimport tarfile\b|\bfrom zipfile\b|\bfrom tarfile\b": {
        "core/archives.py",
        "core/tars.py",
    },
    r"\bpython_calamine\b": {"core/spreadsheets.py"},
    r"\bxml\.(etree|dom|sax)\b|\b(lxml|etree)\b": {
        "core/etree.py",
        "core/svg.py",
        "core/svg_art.py",
        "exams/exchange/trees.py",
    },
    r"\bimport weasyprint\b|\bfrom weasyprint\b": {"core/pdf.py"},
    r"xlsxwriter|csv\.(writer|DictWriter)": {"core/sheets_out.py"},
    r"\bimport pikepdf\b|\bfrom pikepdf\b": {"core/pdf_artwork.py", "core/pdf_structure.py"},
    r"\bimport PIL\b|\bfrom PIL\b": {"core/pictures.py"},
    r"\bimport pickle\b|\byaml\.load\(|\beval\(|\bexec\(|shell=True": set(),
    r"\bsmtplib\b": {"notifications/smtp.py", "notifications/jobs.py", "notifications/mail.py"},
}
"""What may be used in one module only, or not at all: the modules that may."""


def places(pattern: str) -> Iterator[str]:
    """The modules and templates that use something."""
    for path in [*SOURCES, *sorted((ROOT / "templates").rglob("*.html"))]:
        if re.search(pattern, _without_words(path)):
            yield str(path.relative_to(ROOT))


@cache
def _without_words(path: Path) -> str:
    """The text of a file; of a module without comments and docstrings."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                each for each in body if not _is_words(each)
            ] or [ast.Pass()]
    return ast.unparse(tree)


def _is_words(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def test_only_these_pages_are_public() -> None:
    assert {name for name, roles in PERMISSIONS.items() if roles is login.PUBLIC} == PUBLIC


def test_the_permission_table_is_complete(app: Flask) -> None:
    login.check_complete(app, PERMISSIONS)


def test_the_application_does_not_start_with_a_page_that_the_table_lacks(app: Flask) -> None:
    shorter = {name: roles for name, roles in PERMISSIONS.items() if name != "exams.sit"}
    with pytest.raises(RuntimeError, match=r"exams\.sit"):
        login.check_complete(app, shorter)


def test_no_page_is_for_nobody() -> None:
    assert [name for name, roles in PERMISSIONS.items() if roles is not None and not roles] == []


def test_the_manual_has_the_permission_table() -> None:
    assert permissions_table.TARGET.read_text("utf-8") == permissions_table.table()


def test_every_feature_says_what_it_is_for() -> None:
    silent = [
        path for path in ROOT.rglob("__init__.py") if not path.read_text("utf-8").startswith('"""')
    ]
    assert silent == []


def test_a_package_s_door_holds_nothing_but_its_docstring() -> None:
    for path in ROOT.glob("*/__init__.py"):
        assert len(ast.parse(path.read_text("utf-8")).body) == 1, path


def test_every_template_is_rendered_from_the_feature_it_belongs_to() -> None:
    folders = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    features = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - features == {"_layout", "_macros", "errors"}
    for path in ROOT.glob("*/**/*.py"):
        feature = path.relative_to(ROOT).parts[0]
        for name in re.findall(r'render_template\(\s*"([\w/]+\.html)"', path.read_text("utf-8")):
            assert name.startswith((f"{feature}/", "errors/")), f"{path}: {name}"


def test_every_template_is_used() -> None:
    files = {str(path.relative_to(ROOT / "templates")) for path in ROOT.rglob("*.html")}
    texts = [path.read_text("utf-8") for path in [*SOURCES, *ROOT.rglob("*.html")]]
    assert [name for name in sorted(files) if not any(name in text for text in texts)] == []


def test_the_tests_mirror_the_packages() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    folders = {path.parent.name for path in (PROJECT / "tests").glob("*/__init__.py")}
    beside = {"benchmarks", "journeys", "faults", "conformance", "released"}
    assert folders - packages <= beside


@pytest.mark.parametrize("pattern", DOORS)
def test_some_things_have_one_door(pattern: str) -> None:
    assert set(places(pattern)) <= DOORS[pattern]


def test_templates_have_nothing_inline_and_fetch_nothing_from_elsewhere() -> None:
    forbidden = re.compile(
        r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:|hx-on|"
        r"(?:src|action)=\"https?://|\|\s*safe\b"
    )
    for path in (ROOT / "templates").rglob("*.html"):
        if path.stem.endswith("_pdf"):
            continue  # printed, never sent to a browser
        found = forbidden.search(path.read_text("utf-8"))
        assert found is None, f"{path.relative_to(ROOT)}: {found}"


def test_a_file_fits_into_a_head() -> None:
    long = {
        str(path.relative_to(PROJECT)): count
        for folder in (ROOT, PROJECT / "tests", PROJECT / "scripts", PROJECT / "benchmarks")
        for path in folder.rglob("*.py")
        if (count := path.read_text("utf-8").count("\n")) > LONGEST_FILE
    }
    assert long.keys() == LONG_FILES.keys(), long


def test_services_are_told_who_acts_and_when() -> None:
    """Or they could not be called for yesterday, nor by a command."""
    for path in ROOT.glob("*/services.py"):
        text = path.read_text("utf-8")
        assert "current_user" not in text, path
        assert "login.me" not in text, path


def test_nobody_reads_the_clock_but_the_clock() -> None:
    assert set(places(r"import time\b")) <= {
        "core/clock.py",
        "core/writer.py",
        "core/listener.py",  # how long to wait, on the monotonic clock; the others likewise
        "core/prepared.py",
        "core/queue.py",
        "core/statements.py",
        "admin/backup/creating.py",
        "admin/backup/restoring.py",
        "admin/backup/snapshots.py",
        "admin/backup/trying.py",
        "courses/cli.py",
        "serve.py",
        "web/limits.py",
        "web/requests.py",
    }


def test_every_decision_is_one_page_with_a_number() -> None:
    names = sorted(path.name for path in (PROJECT / "docs" / "decisions").glob("*.md"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    for name in names:
        text = (PROJECT / "docs" / "decisions" / name).read_text("utf-8")
        assert text.startswith(f"# {int(name[:4])}. "), name
        assert text.count("\n") < 70, name


def test_every_link_between_the_manuals_leads_somewhere() -> None:
    manuals = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    for manual in manuals:
        text = re.sub(r"```.*?```|`[^`]*`", "", manual.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
            assert (manual.parent / target).exists(), f"{manual.name}: {target}"
