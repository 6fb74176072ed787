"""What a training record prints, checked by tools that know nothing of how it was made."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from lms.core import pdf
from lms.records import document

LABELS = (
    *("name", "latin_name", "staff_no", "unit", "made_at", "when", "what", "detail", "number"),
    *("summary", "entries", "chain_head", "empty"),
)
SNAPSHOT: Mapping[str, Any] = {
    "locale": "zh",
    "heading": "培训记录",
    "organisation": "远山软件培训认证中心",
    "programme": "售后服务工程师培养计划",
    "name": "𠮷田䶮",
    "latin_name": "",
    "staff_no": "E10482",
    "unit": "华东服务部",
    "made_at": "2026-11-23 09:00",
    "summary": [["完成课时", "48 / 52"]],
    "entries": [
        {
            "when": f"2026-01-{1 + i % 28:02}",
            "what": "考试合格",
            "detail": "通用知识",
            "number": str(i),
        }
        for i in range(1, 121)
    ],
    "chain_head": "9f86d081" * 8,
    "labels": {each: f"[{each}]" for each in LABELS},
}


@pytest.fixture(scope="module", autouse=True)
def _host_can_make_pdfs() -> None:
    pytest.importorskip("weasyprint")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")
    if which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")


def pages(folder: Path, **changes: object) -> list[str]:
    """Return the words of each page of a record of `SNAPSHOT` with `changes`."""
    path = folder / "record.pdf"
    path.write_bytes(document.render({**SNAPSHOT, **changes}))
    tool = which("pdftotext")
    assert tool
    done = subprocess.run(  # noqa: S603  our own arguments
        [tool, "-layout", path, "-"], check=True, capture_output=True, encoding="utf-8"
    )
    return [" ".join(page.split()) for page in done.stdout.split("\f")[:-1]]


def test_every_page_says_whose_it_is_and_which_of_how_many(tmp_path: Path) -> None:
    found = pages(tmp_path)
    assert len(found) > 2
    for number, page in enumerate(found, start=1):
        assert "培训记录 · 𠮷田䶮" in page
        assert page.replace(" ", "").endswith(f"{number}/{len(found)}")


def test_the_columns_are_named_on_every_page_that_has_entries(tmp_path: Path) -> None:
    assert all("[when]" in page for page in pages(tmp_path) if "考试合格" in page)


def test_every_entry_is_printed_once(tmp_path: Path) -> None:
    assert " ".join(pages(tmp_path)).count("考试合格") == 120


def test_it_ends_with_the_head_of_the_chain(tmp_path: Path) -> None:
    assert SNAPSHOT["chain_head"] in pages(tmp_path)[-1]


def test_what_is_not_known_about_a_person_is_left_out(tmp_path: Path) -> None:
    first = pages(tmp_path)[0]
    assert "[staff_no]" in first
    assert "[latin_name]" not in first


def test_a_record_without_entries_says_so(tmp_path: Path) -> None:
    assert "[empty]" in pages(tmp_path, entries=[], summary=[])[0]


@pytest.mark.parametrize(("locale", "language"), [("zh", "zh-CN"), ("en", "en")])
def test_the_language_is_told_to_screen_readers(tmp_path: Path, locale: str, language: str) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    path = tmp_path / "record.pdf"
    path.write_bytes(document.render({**SNAPSHOT, "locale": locale, "entries": []}))
    with pikepdf.open(path) as made:
        assert str(made.Root.Lang) == language
