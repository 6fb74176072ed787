"""An exam with a question of every kind: by keyboard alone, looked at, and without a script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests import content_tree
from tests.journeys.conftest import new_walker
from tests.journeys.keyboard import by_keyboard
from tests.journeys.site import Site, running
from tests.journeys.test_trainee_way import invite
from tests.journeys.walker import DESK, PHONE, Walker

ADMIN, KEYS, SHOWN = "admin@example.com", "keys@example.com", "shown@example.com"
DRAW = [
    {"kind": each["kind"], "count": 1, **({"parts": 2} if each["kind"] == "case" else {})}
    for each in content_tree.QUESTIONS
]


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose one exam asks a question of every kind."""
    content = content_tree.make(tmp_path_factory.mktemp("content"))
    shown = ["own", "right-wrong", "key", "explanation"]
    exam = content_tree.EXAM | {"draw": DRAW, "review": shown, "cooldown_days": [0, 0]}
    content_tree.put(content, "exams/stage-1.yaml", exam)
    with running(tmp_path_factory.mktemp("kinds"), content=content) as site:
        with new_walker(site) as desk:
            desk.set_up("赵敏", ADMIN)
            desk.until(lambda: "/setup/" not in desk.browser.current_url, "setting up")
        for login in (KEYS, SHOWN):
            with new_walker(site) as walker:
                link = invite(walker, ADMIN, login, "Li Wei", "en")
                walker.browser.delete_all_cookies()
                walker.speak("en")
                walker.open(link)
                walker.choose_password()
                walker.arrive("/home")
                walker.read_stage()
        yield site


def test_by_keyboard_alone(every_kind: Site, shots: Path | None) -> None:
    with new_walker(every_kind) as walker:
        walker.speak("en")
        walker.sign_in(KEYS)
        attempt = walker.start_exam()
        answers = walker.site.right_answers(attempt)
        assert len(answers) == len(DRAW) + 1
        for slot, answer in answers.items():
            by_keyboard(walker, slot, answer)
            look(walker, f"sit-{slot}-en", shots, DESK)
            if slot < len(answers):
                walker.tab_to("[data-go='1']")
                walker.press(Keys.ENTER)
                walker.until(lambda s=slot: bool(walker.all(f"#q{s + 1}[data-now]")), "next")  # type: ignore[misc]
        walker.until(walker.is_all_saved, "everything saved")
        walker.tab_to("#finish")
        walker.press(Keys.ENTER)
        walker.tab_to("[data-hand-in]")
        walker.press(Keys.ENTER)
        walker.arrive("/result")
        assert "a person has to mark it" in walker.text
        mark(every_kind, "en", shots, DESK)
        walker.browser.refresh()
        assert "92.31 %" in walker.text, "24 of 26 points: no file was handed in"
        look(walker, "result-en", shots, DESK)


def test_in_chinese_on_a_phone_in_the_dark(every_kind: Site, shots: Path | None) -> None:
    with new_walker(every_kind) as walker:
        walker.speak("zh")
        walker.sign_in(SHOWN)
        walker.resize(PHONE)
        walker.theme("dark")
        attempt = walker.start_exam()
        for slot, answer in walker.site.right_answers(attempt).items():
            if slot > 1:
                walker.click("[data-go='1']")
            look(walker, f"sit-{slot}-zh", shots, PHONE)
            walker.answer(slot, answer)
        walker.until(walker.is_all_saved, "everything saved")
        walker.hand_in()
        look(walker, "result-waiting-zh", shots, PHONE)
        mark(every_kind, "zh", shots, PHONE)
        walker.browser.refresh()
        assert "92.31 %" in walker.text
        look(walker, "result-zh", shots, PHONE)


def mark(site: Site, language: str, shots: Path | None, size: tuple[int, int]) -> None:
    """Mark the one essay that waits, by its key, as the administrator."""
    with new_walker(site) as walker:
        walker.speak(language)
        walker.sign_in(ADMIN)
        walker.resize(size)
        walker.open("/studio/marking")
        look(walker, f"marking-{language}", shots, size)
        walker.click(".waiting a")
        walker.click("[data-keys]")
        walker.script("document.activeElement.blur()")
        walker.press("1")
        walker.type("#comment", "Good, 好")
        look(walker, f"marking-sheet-{language}", shots, size)
        assert walker.one("[data-sum] b").text == "2"
        walker.click("form.marking .btn.pri")
        walker.until(lambda: bool(walker.all(".empty")), "nothing waits")


def look(walker: Walker, name: str, shots: Path | None, size: tuple[int, int]) -> None:
    """Find nothing to object to in the page as it is."""
    assert walker.axe() == []
    assert walker.overflow() == 0
    assert walker.complaints() == []
    if shots:
        walker.shoot(shots / f"{name}.png")
        walker.resize(size)
