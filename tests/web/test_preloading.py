"""What is compiled before the web processes begin, and kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from flask import Flask
from jinja2 import Environment

from lms.web import preloading
from tests.conftest import new_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / preloading.FOLDER


@dataclass(frozen=True, slots=True)
class Started:
    """What came of preloading on a data directory."""

    compiled: int
    """Templates that were not at hand."""
    page: str
    """One that is shown then."""


def start(folder: Path) -> Started:
    compile_one = Environment.compile
    with (
        new_app(folder.parent, "sqlite://") as app,
        patch.object(Environment, "compile", autospec=True, side_effect=compile_one) as compiling,
    ):
        preloading.preload(app)
        return Started(compiling.call_count, app.test_client().get("/sign-in").text)


def test_all_that_a_page_is_made_of_is_compiled(app: Flask) -> None:
    known = preloading.preload(app)
    assert set(preloading.PAGES) < known
    assert {"base.html", "exams/_slot.html", "exams/_line.html", "_macros/icons.html"} < known
    env = app.jinja_env
    assert env.cache is not None
    assert known <= {name for _loader, name in env.cache}


def test_a_second_start_compiles_nothing(folder: Path) -> None:
    first, second = start(folder), start(folder)
    assert first.compiled > len(preloading.PAGES)
    assert second.compiled == 0
    assert "<form" in without_token(first.page)
    assert without_token(second.page) == without_token(first.page)


def without_token(page: str) -> str:
    return re.sub(r'value="[^"]{60,}"', "", page)


@pytest.mark.parametrize(
    "change", [lambda kept: kept[:-1], lambda kept: kept[:-1] + b"x", lambda _: b""]
)
def test_what_is_damaged_is_compiled_anew(folder: Path, change: Callable[[bytes], bytes]) -> None:
    first = start(folder)
    for file in folder.iterdir():
        file.write_bytes(change(file.read_bytes()))
    assert start(folder).compiled == first.compiled
    assert start(folder).compiled == 0


def test_another_release_compiles_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = start(folder)
    monkeypatch.setattr("lms.__version__", "99")
    assert start(folder).compiled == first.compiled


def test_without_a_place_to_keep_them_pages_are_shown_all_the_same(folder: Path) -> None:
    folder.write_text("in the way")
    assert "<form" in start(folder).page
    assert folder.read_text() == "in the way"


def test_nothing_is_left_of_a_file_that_could_not_be_written(folder: Path) -> None:
    with patch("os.replace", side_effect=OSError("disk full")):
        assert "<form" in start(folder).page
    assert list(folder.iterdir()) == []
