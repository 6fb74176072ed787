"""What a certificate prints, checked by tools that know nothing of how it was made."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from lms.certificates import document, rules
from lms.core import pdf

SERIAL = rules.serial("STW", 2026, 4711)
ADDRESS = f"https://learn.example.org/v/{SERIAL}?t=0123456789abcdef0123456789abcdef"
STAGES = [
    ("通用知识", "General"),
    ("专业技能", "Skills"),
    ("绩效提升", "Growth"),
    ("晋级发展", "Career"),
]
NAMES = [
    "张思远",
    "阿卜杜勒·买买提江",
    "𠮷田䶮",
    "Maximiliana Wolkenstein-Trostburgh",
    "Wałęsa",
    "W" * 34,
]
SNAPSHOT: Mapping[str, Any] = {
    "serial": SERIAL,
    "title_zh": "培训合格证书",
    "title_en": "Certificate of Achievement",
    "issuer_zh": "远山软件培训认证中心",
    "issuer_en": "Yuanshan Software Training Centre",
    "name": "张思远",
    "latin_name": "Zhang Siyuan",
    "programme_zh": "售后服务工程师培养计划",
    "programme_en": "After-sales Service Engineer Curriculum",
    "stage_zh": "专业技能",
    "stage_en": "Professional Skills",
    "stages": [{"zh": zh, "en": en, "state": "done"} for zh, en in STAGES],
    "hours": "16",
    "score": "92.50",
    "issued_on": "2026-11-23",
    "valid_until": "2028-11-22",
    "verify_url": ADDRESS,
    "verify_url_short": f"learn.example.org/v/{SERIAL}",
    "specimen": False,
}
FACTS = (
    *("serial", "title_zh", "issuer_zh", "issuer_en", "name", "latin_name", "programme_zh"),
    *("programme_en", "stage_zh", "stage_en", "hours", "score", "issued_on", "valid_until"),
    "verify_url_short",
)


@pytest.fixture(scope="module", autouse=True)
def _host_can_make_pdfs() -> None:
    pytest.importorskip("weasyprint")
    if missing := pdf.check():
        pytest.skip(f"missing on this host: {', '.join(missing)}")


def ask(tool: str, *arguments: str | Path) -> str:
    """Return what a program of the host says; without it, the test is skipped."""
    if (path := which(tool)) is None:
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run(  # noqa: S603  our own arguments
        [path, *arguments], check=True, capture_output=True, encoding="utf-8", errors="replace"
    )
    return done.stdout


def printed(folder: Path, **changes: object) -> Path:
    """Return the path of a certificate of `SNAPSHOT` with `changes`."""
    path = folder / "certificate.pdf"
    path.write_bytes(document.render({**SNAPSHOT, **changes}))
    return path


def words(path: Path) -> str:
    return " ".join(ask("pdftotext", "-layout", path, "-").split())


def test_it_is_one_page_of_a4_landscape_and_tagged(tmp_path: Path) -> None:
    facts = ask("pdfinfo", printed(tmp_path))
    found = dict(line.split(":", 1) for line in facts.splitlines())
    assert found["Pages"].strip() == "1"
    assert found["Page size"].split()[:3] == ["841.89", "x", "595.276"]
    assert found["Tagged"].strip() == "yes"
    assert SERIAL in found["Title"]


@pytest.mark.parametrize("name", NAMES)
def test_every_font_is_ours_embedded_and_subset(tmp_path: Path, name: str) -> None:
    rows = ask("pdffonts", printed(tmp_path, name=name)).splitlines()[2:]
    assert rows
    for row in rows:
        assert "+Stairway-" in row
        assert row.split()[-5:-3] == ["yes", "yes"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_read_by_a_machine_however_rare_or_long(tmp_path: Path, name: str) -> None:
    path = printed(tmp_path, name=name)
    assert name in ask("pdftotext", "-raw", path, "-")
    assert name in words(path)


def test_everything_in_the_snapshot_is_printed(tmp_path: Path) -> None:
    text = words(printed(tmp_path))
    assert [each for each in FACTS if SNAPSHOT[each] not in text] == []
    assert SNAPSHOT["title_en"].upper() in text
    assert "SPECIMEN" not in text


def test_the_certificate_of_a_programme_speaks_of_all_four_stages(tmp_path: Path) -> None:
    text = words(printed(tmp_path, stage_zh="", stage_en="", valid_until=""))
    assert "全部四个阶段" in text
    assert "all four stages" in text
    assert "No expiry" in text


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    text = words(printed(tmp_path, hours="", score="", latin_name=""))
    assert "Hours" not in text
    assert "Score" not in text


def test_a_specimen_says_so(tmp_path: Path) -> None:
    text = ask("pdftotext", "-raw", printed(tmp_path, specimen=True), "-")
    assert "样张" in text.replace("\n", "")
    assert "SPECIMEN" in text


def test_markup_in_a_name_is_printed_as_it_is(tmp_path: Path) -> None:
    assert "<b>&amp;" in words(printed(tmp_path, name="<b>&amp;", issuer_zh="远山 <&> 中心"))


def test_the_qr_code_leads_to_the_verification_page(tmp_path: Path) -> None:
    path = printed(tmp_path)
    ask("pdftoppm", "-r", "150", "-png", "-singlefile", path, tmp_path / "page")
    assert ask("zbarimg", "--quiet", "--raw", tmp_path / "page.png").strip() == ADDRESS


def test_it_is_sound_and_small(tmp_path: Path) -> None:
    path = printed(tmp_path)
    assert "No syntax or stream encoding errors" in ask("qpdf", "--check", path)
    assert path.stat().st_size <= 200_000


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    assert document.render(SNAPSHOT) == document.render(SNAPSHOT)


@pytest.mark.parametrize("name", [*NAMES, "长" * 60])
def test_a_name_never_leaves_its_line(tmp_path: Path, name: str) -> None:
    page = ask("pdftotext", "-bbox", printed(tmp_path, name=name), "-")
    sides = [
        float(part.removeprefix(f'{side}="').rstrip('"'))
        for line in page.splitlines()
        if "<word" in line and any(piece in line for piece in name.split())
        for part in line.split()
        for side in ("xMin", "xMax")
        if part.startswith(side)
    ]
    assert sides
    assert min(sides) >= 60
    assert max(sides) <= 842 - 60
