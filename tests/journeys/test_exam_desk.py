"""An exam changed on its pages by a trainer, and then sat by a trainee one question after the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from tests.journeys.conftest import new_walker
from tests.journeys.site import Site, running
from tests.journeys.test_pages import VARIANTS
from tests.journeys.test_trainee_way import invite
from tests.journeys.walker import DESK, Walker

ADMINISTRATOR = "desk@example.com"
DESK_PAGES = {
    "list": "/studio/exams",
    "rules": "/studio/exams/stage-2/rules",
    "edit": "/studio/exams/stage-2/edit",
    "paper": "/studio/exams/stage-2/preview?seed=a",
    "answers": "/studio/exams/stage-2/preview?seed=a&answers=1",
    "accommodations": "/studio/accommodations",
}


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: what is published here would be in the way of other journeys."""
    with running(tmp_path_factory.mktemp("exam-desk")) as site:
        with new_walker(site) as walker:
            walker.set_up("赵敏", ADMINISTRATOR)
            walker.until(lambda: "/setup/" not in walker.browser.current_url, "setting up")
        yield site


def test_the_trainers_pages_are_for_everyone(own_site: Site, shots: Path | None) -> None:
    with new_walker(own_site) as walker:
        walker.sign_in(ADMINISTRATOR)
        for language, theme, size in VARIANTS:
            walker.speak(language)
            walker.theme(theme)
            for name, path in DESK_PAGES.items():
                walker.resize(size)
                walker.complaints()
                walker.open(path)
                assert walker.axe() == [], (name, language, size)
                assert walker.overflow() == 0, (name, language, size)
                assert walker.complaints() == [], name
                if shots:
                    walker.shoot(shots / f"exam-{name}-{language}-{theme}-{size[0]}.png")


def test_what_a_trainer_publishes_is_what_a_trainee_sits(
    own_site: Site, shots: Path | None
) -> None:
    login = "forward@example.com"
    with new_walker(own_site) as desk:
        link = invite(desk, ADMINISTRATOR, login, "林晓", "en")
        publish_two_questions(desk)
    with new_walker(own_site) as walker:
        walker.speak("en")
        walker.open(link)
        walker.choose_password()
        walker.arrive("/home")
        walker.read_stage()
        attempt = walker.start_exam()
        answers = own_site.right_answers(attempt)
        walker.answer(1, answers[1])
        if shots:
            walker.shoot(shots / "exam-forward-en.png")
            walker.resize(DESK)
        walker.click("button[name=next]")
        walker.until(lambda: len(walker.all("#q2")) == 1, "the next question")
        assert walker.all("#q1") == []
        assert walker.complaints() == []
        walker.answer(2, answers[2])
        walker.hand_in()
        assert "Passed" in walker.one(".verdict h1").text


def publish_two_questions(desk: Walker) -> None:
    """Let the first exam be two questions of a module, one by one; the numbers come along."""
    desk.open("/studio/exams/stage-1/edit")
    out = "button[name=do][value^='draw-'].quiet"
    for left in range(len(desk.all(out)) - 1, 0, -1):
        desk.script("arguments[0].click()", desk.all(out)[-1])
        desk.until(lambda left=left: len(desk.all(out)) == left, "a row taken out")  # type: ignore[misc]
    Select(desk.one("#draw-0-kind")).select_by_value("single")
    Select(desk.one("#draw-0-difficulty")).select_by_value("")
    Select(desk.one("#navigation")).select_by_value("forward")
    for wanted, said in (("190", "asks for 190"), ("2", "2 questions")):
        desk.type("#draw-0-count", wanted)
        desk.one("#draw-0-count").send_keys(Keys.TAB)
        desk.until(lambda said=said: said in desk.one("#numbers").text, said)  # type: ignore[misc]
    desk.click("button[name=do][value=publish]")
    desk.arrive("/rules")
    assert "Version 2 is published." in desk.text
