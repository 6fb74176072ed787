"""A trainer writes questions: by keyboard alone, looked at in both languages, and without a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.journeys.conftest import new_walker
from tests.journeys.site import Site
from tests.journeys.walker import DESK, PHONE, Walker

NEW = "/studio/questions/new"
VARIANTS = [("zh", "light", DESK), ("en", "dark", PHONE)]
LOOKED_AT = ("single", "cloze", "matching")


@pytest.fixture(scope="module")
def trainer(site: Site, administrator: str) -> Iterator[Walker]:
    """Someone who keeps the bank."""
    with new_walker(site) as walker:
        walker.sign_in(administrator)
        yield walker


def test_a_question_is_written_by_keyboard_alone(trainer: Walker, shots: Path | None) -> None:
    walker = trainer
    walker.speak("en")
    walker.resize(DESK)
    walker.open(f"{NEW}/single")
    fill(walker, "stem-en", "Which call is answered first?")
    for row, words in enumerate(("A fire alarm", "A forgotten password", "A slow printer")):
        fill(walker, f"options-{row}-text-en", words)
    walker.tab_to("#options-0-right")
    walker.press(Keys.SPACE)
    press(walker, "[value='drop-options-3']")
    walker.until(lambda: not walker.all("#options-3"), "the fourth option is gone")
    assert walker.one("#stem-en").get_attribute("value") == "Which call is answered first?"
    fill(walker, "bank", "Written by hand")
    press(walker, "#try")
    walker.until(lambda: len(walker.all("#trial .preview")) == 2, "the preview")
    look(walker, "bank-preview-en", shots, DESK)
    press(walker, ".editor .btn.pri")
    walker.until(lambda: "This question is a draft" in walker.text, "saving")
    look(walker, "bank-draft-en", shots, DESK)
    press(walker, "form[action$='/publish'] .btn")
    walker.until(lambda: "The question is published" in walker.text, "publishing")
    walker.open(f"{NEW}/truefalse")
    fill(walker, "stem-en", "Is this one a question of another kind?")
    press(walker, ".editor .btn.pri")
    walker.until(lambda: bool(walker.all(".errors")), "what is wrong")
    fill(walker, "bank", "Written by hand")
    walker.tab_to("#answer")
    walker.press(Keys.ARROW_DOWN)
    press(walker, ".editor .btn.pri")
    walker.until(lambda: "This question is a draft" in walker.text, "saving")
    walker.open(f"{NEW}/truefalse")
    fill(walker, "stem-en", "Is this one a question of another kind")
    walker.press(Keys.TAB)
    walker.until(lambda: "Looks like Q-" in walker.text, "told while writing")


@pytest.mark.parametrize(("language", "theme", "size"), VARIANTS)
def test_the_pages_are_for_everyone(
    trainer: Walker, language: str, theme: str, size: tuple[int, int], shots: Path | None
) -> None:
    walker = trainer
    walker.resize(size)
    walker.speak(language)
    walker.theme(theme)
    walker.open("/studio/questions")
    look(walker, f"bank-list-{language}", shots, size)
    walker.open(NEW)
    look(walker, f"bank-kinds-{language}", shots, size)
    for kind in LOOKED_AT:
        walker.open(f"{NEW}/{kind}")
        walker.click(".editor .btn.pri")
        walker.until(lambda: bool(walker.all(".errors")), "what is wrong")
        look(walker, f"bank-{kind}-{language}", shots, size)
    walker.open("/studio/questions")
    walker.click("[name='which'][value='all']")
    walker.arrive("/together")
    walker.click("button[value='retire']")
    walker.until(lambda: bool(walker.all("#plan")), "what would change")
    look(walker, f"bank-together-{language}", shots, size)


def fill(walker: Walker, name: str, words: str) -> None:
    """Go to a field with the Tab key and type."""
    walker.tab_to(f"#{name}")
    walker.press(*words)


def press(walker: Walker, css: str) -> None:
    """Go to a button with the Tab key and press it."""
    walker.tab_to(css)
    walker.press(Keys.ENTER)


def look(walker: Walker, name: str, shots: Path | None, size: tuple[int, int]) -> None:
    """See that a page is for everyone; keep a picture of it."""
    assert walker.axe() == []
    assert walker.overflow() == 0
    if shots:
        walker.shoot(shots / f"{name}.png")
        walker.resize(size)
