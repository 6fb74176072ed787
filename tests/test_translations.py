"""Both languages everywhere: nothing missing, nothing stale, nothing that breaks a page."""

import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from scripts import catalogues


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return catalogues.extracted()


@pytest.mark.parametrize("language", list(catalogues.LANGUAGES))
def test_the_catalogue_has_every_text_of_the_code_and_no_other(
    texts: Catalog, language: str
) -> None:
    assert list(catalogues.problems_of(language, texts)) == []


def test_texts_of_code_templates_and_several_lines_are_found(texts: Catalog) -> None:
    assert "There is nothing here." in texts  # lazy_gettext as _
    assert "Skip to content" in texts  # a template
    assert not [each.id for each in texts if "\n  " in str(each.id)]  # as the application asks


def test_a_page_finds_its_chinese(app: Flask, texts: Catalog) -> None:
    with app.app_context(), force_locale("zh"):
        same = [
            each.id
            for each in texts
            if isinstance(each.id, str) and each.id and gettext(each.id) == each.id
        ]
    # Some stay as they are: names, formats. Most do not, or the catalogue is not compiled.
    assert len(same) < len(texts) / 10


def test_english_has_its_plural(app: Flask) -> None:
    with app.app_context(), force_locale("en"):
        assert ngettext("%(num)d minute", "%(num)d minutes", 1) == "1 minute"
        assert ngettext("%(num)d minute", "%(num)d minutes", 2) == "2 minutes"


@pytest.mark.parametrize(
    ("source", "translation", "problem"),
    [
        ("%(count)d left", "还剩", "placeholders differ"),
        ("%(count)d left", "还剩%(number)d", "placeholders differ"),
        ("100%% of it", "全部的 100%%", None),
        ("<b>Done</b>", "完成", "tags differ"),
        ("<b>Done</b>", "<b>完成</b>", None),
    ],
)
def test_a_translation_that_would_break_a_page_is_found(
    monkeypatch: pytest.MonkeyPatch, source: str, translation: str, problem: str | None
) -> None:
    code, known = Catalog(), Catalog()
    code.add(source)
    known.add(source, translation)
    monkeypatch.setattr(catalogues, "catalogue", lambda _language: known)
    found = list(catalogues.problems_of("zh", code))
    assert found == ([f"zh: {problem}: {source!r}"] if problem else [])


def test_missing_stale_and_doubtful_ones_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    code, known = Catalog(), Catalog()
    code.add("New", locations=[("lms/x.py", 1)])
    code.add("Doubtful")
    known.add("Old", "旧")
    known.add("Doubtful", "可疑", flags=["fuzzy"])
    monkeypatch.setattr(catalogues, "catalogue", lambda _language: known)
    assert sorted(catalogues.problems_of("zh", code)) == [
        "zh: fuzzy: 'Doubtful'",
        "zh: missing: 'New' (lms/x.py)",
        "zh: not in the code any more: 'Old'",
    ]
