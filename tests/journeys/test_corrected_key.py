"""A wrong key, from the sign in the statistics to the result that a trainee sees corrected."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium.webdriver.support.select import Select

from tests import content_tree
from tests.journeys import classmates
from tests.journeys.conftest import new_walker
from tests.journeys.site import Site, running
from tests.journeys.test_other_desks import wait_for_work
from tests.journeys.test_pages import VARIANTS
from tests.journeys.test_trainee_way import invite
from tests.journeys.walker import Walker

ADMINISTRATOR, TRAINEE = "desk@example.com", "one-short@example.com"
QUESTION = f"/studio/questions/{classmates.DOUBTED}"


@dataclass(frozen=True)
class Room:
    """A site on which a class has sat an exam."""

    site: Site
    link: str
    """Of the trainee's invitation."""
    attempt: int
    """The trainee's: one question short of passing."""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    content = content_tree.make(tmp_path_factory.mktemp("content"))
    case = next(each for each in content_tree.QUESTIONS if each["kind"] == "case")
    bank = {"unit": "S1-A", "questions": [*classmates.QUESTIONS, case]}
    content_tree.put(content, "questions/s1-a.yaml", bank)
    content_tree.put(content, "exams/stage-1.yaml", classmates.EXAM)
    with running(tmp_path_factory.mktemp("key"), content=content) as site:
        with new_walker(site) as desk:
            desk.set_up("赵敏", ADMINISTRATOR)
            desk.until(lambda: "/setup/" not in desk.browser.current_url, "setting up")
        with new_walker(site) as desk:
            link = invite(desk, ADMINISTRATOR, TRAINEE, "林晓", "en")
        yield Room(site, link, classmates.have_sat(site, TRAINEE))


def test_a_key_that_is_in_doubt_is_corrected_and_the_result_with_it(room: Room) -> None:
    with new_walker(room.site) as desk:
        desk.speak("en")
        desk.sign_in(ADMINISTRATOR)
        correct_the_key(desk)
        regrade(desk)
    with new_walker(room.site) as walker:
        walker.speak("en")
        walker.open(room.link)
        walker.choose_password()
        walker.arrive("/home")
        walker.open(f"/attempts/{room.attempt}/result")
        assert "Passed" in walker.one(".verdict h1").text
        assert "The key of this question was corrected" in walker.text
        walker.open("/record")
        walker.until(lambda: "Exam result corrected" in walker.text, "the record")
        assert walker.complaints() == []
    told = "SELECT subject FROM message JOIN person ON person.id = person_id WHERE login = ?"
    subjects = [subject for (subject,) in room.site.rows(told, TRAINEE)]
    assert any("Your result was corrected" in each for each in subjects), subjects


def correct_the_key(desk: Walker) -> None:
    """Follow the sign in the exam's statistics to the question, and publish it with another key."""
    desk.open("/studio/exams/stage-1")
    row = next(each for each in desk.all("tbody tr") if "Key may be wrong" in each.text)
    assert classmates.DOUBTED in row.text
    desk.click(f"tbody a[href*='{QUESTION}/statistics']")
    desk.arrive("/statistics")
    desk.until(lambda: "Key may be wrong" in desk.text, "the sign")
    desk.click(f".crumbs a[href^='{QUESTION}']")
    desk.click(f"a[href='{QUESTION}/edit']")
    desk.arrive("/edit")
    for option in ("0", "1"):  # A is right, and B is not
        desk.script("arguments[0].click()", desk.one(f"#options-{option}-right"))
    desk.click("button[name=act][value=publish]:not(.vh)")
    desk.until(lambda: "The question is published." in desk.text, "publishing")
    desk.until(lambda: "Changed here." in desk.text, "what it says of itself")


def regrade(desk: Walker) -> None:
    """Let the key of the new version count for the papers with the old one: look, then apply."""
    desk.click(f"a[href^='{QUESTION}/regrade']")
    desk.arrive("/regrade")
    Select(desk.one("#version")).select_by_value("1")
    Select(desk.one("#way")).select_by_value("other-key")
    Select(desk.one("#other")).select_by_value("2")
    desk.type("#reason", "A answers it.")
    desk.click("main form .btn.pri")
    wait_for_work(desk)
    desk.click("#work a.btn.pri")
    desk.arrive("/studio/regrades/")
    apply = "form[action*='/regrades/'] .btn.pri"  # it stands behind the list
    desk.until(lambda: bool(desk.all(apply)), "what would change")
    assert "This is what would change." in desk.text
    row = next(each for each in desk.all("tbody tr") if "林晓" in each.text)
    assert "not passed → passed" in row.text
    assert "83.33 %" in row.text
    assert "100.00 %" in row.text
    assert len(desk.all("tbody tr")) == classmates.HALF + 1, "who would lose keeps the result"
    desk.click(apply)
    desk.until(lambda: "Applied on" in desk.text or bool(desk.all("#work a.btn.pri")), "applying")
    if "Applied on" not in desk.text:
        desk.click("#work a.btn.pri")
        desk.until(lambda: "Applied on" in desk.text, "the regrade")


def test_an_edited_question_and_its_delivered_text_are_for_everyone(
    room: Room, shots: Path | None
) -> None:
    """Last: the first test left the question edited."""
    pages = {
        "edited": QUESTION,
        "delivered": f"{QUESTION}/delivered",
        "case": "/studio/questions/Q-case-1",
    }
    with new_walker(room.site) as desk:
        desk.sign_in(ADMINISTRATOR)
        for language, theme, size in VARIANTS[::2]:
            desk.speak(language)
            desk.theme(theme)
            desk.resize(size)
            for name, path in pages.items():
                desk.complaints()
                desk.open(path)
                assert desk.axe() == [], (name, language, size)
                assert desk.overflow() == 0, (name, language, size)
                assert desk.complaints() == [], name
                if shots:
                    desk.shoot(shots / f"{name}-{language}-{theme}-{size[0]}.png")
