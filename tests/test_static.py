"""What other people wrote and we serve or test with: exactly the bytes that were looked at."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

import lms

STATIC = Path(lms.__file__).parent / "static"
TESTS = Path(__file__).parent
VENDORED = {
    STATIC / "vendor" / "htmx-4.0.1.min.js": (
        "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"
    ),
    TESTS / "vendor" / "axe-4.14.1.min.js": (
        "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
    ),
}
LARGEST_SCRIPTS = 30_000
"""Bytes of JavaScript, compressed, that a browser may have to fetch in all."""


@pytest.mark.parametrize(("path", "digest"), VENDORED.items(), ids=lambda each: Path(each).name)
def test_a_vendored_file_is_the_one_that_was_looked_at(path: Path, digest: str) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_every_vendored_file_is_known_and_has_its_licence_beside_it() -> None:
    known = {path.name for path in VENDORED}
    for folder in (STATIC / "vendor", TESTS / "vendor"):
        names = {path.name for path in folder.iterdir()}
        assert {name for name in names if name.endswith(".js")} <= known
        for name in names & known:
            assert f"LICENSE-{name.partition('-')[0]}.txt" in names


def test_scripts_and_styles_name_no_other_site() -> None:
    for path in [*STATIC.glob("*.js"), *STATIC.glob("*.css")]:
        text = path.read_text("utf-8")
        assert not re.findall(r"https?://(?!www\.w3\.org/)", text), path.name
        assert "@import" not in text
        assert "eval(" not in text


def test_the_style_sheets_need_no_newer_browser_than_the_floor() -> None:
    """Chromium 109 and Safari 15.4: no nesting, no light-dark(), no oklch() or color-mix()."""
    for path in STATIC.glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        for word in ("light-dark(", "oklch(", "color-mix(", "subgrid", "@container", "\n  & "):
            assert word not in text, (path.name, word)


def test_our_scripts_stay_small() -> None:
    scripts = [*STATIC.glob("*.js"), *(STATIC / "vendor").glob("*.js")]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts) <= LARGEST_SCRIPTS


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text()))
    templates = Path(lms.__file__).parent / "templates"
    named = {
        name
        for path in templates.rglob("*.html")
        for name in re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']", path.read_text("utf-8"))
    }
    assert named - sprite == set()
