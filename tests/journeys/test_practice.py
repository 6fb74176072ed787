"""Practising by keyboard, and what a trainer tells somebody who sits an exam, in real browsers."""

from pathlib import Path

from selenium.webdriver.common.keys import Keys

from tests.journeys.conftest import new_walker
from tests.journeys.keyboard import by_keyboard
from tests.journeys.site import Site
from tests.journeys.test_pages import VARIANTS
from tests.journeys.test_trainee_way import invite
from tests.journeys.walker import Walker


def enter(walker: Walker, link: str) -> None:
    """Come in by an invitation, in English."""
    walker.browser.delete_all_cookies()
    walker.speak("en")
    walker.open(link)
    walker.choose_password()
    walker.arrive("/home")


def look(walker: Walker, paths: dict[str, str], shots: Path | None) -> None:
    """See that pages are for everyone, in both languages, light and dark, on desk and phone."""
    for language, theme, size in VARIANTS:
        walker.speak(language)
        walker.theme(theme)
        walker.resize(size)
        for name, path in paths.items():
            walker.complaints()
            walker.open(path)
            assert walker.axe() == [], path
            assert walker.overflow() == 0, path
            assert walker.complaints() == [], path
            if shots:
                walker.shoot(shots / f"{name}-{language}-{theme}-{size[0]}.png")
                walker.resize(size)
    walker.speak("en")


def press_on(walker: Walker, css: str, part: str) -> None:
    """Reach a link or a button by Tab, press Enter, and wait for the page that follows."""
    before = walker.browser.current_url
    walker.tab_to(css)
    walker.press(Keys.ENTER)
    walker.until(lambda: part in walker.browser.current_url, part)
    walker.until(lambda: walker.browser.current_url != before or bool(walker.all("#verdict")), css)


def test_practice_by_keyboard_alone(
    site: Site, administrator: str, walker: Walker, shots: Path | None
) -> None:
    enter(walker, invite(walker, administrator, "practice@example.com", "Li Wei", "en"))
    walker.open("/practice")
    press_on(walker, "form[action$='/rounds'] button[name=count][value='10']", "/rounds/")
    first = walker.browser.current_url.split("?")[0]
    for place in range(1, 4):
        walker.until(lambda: bool(walker.all("#q1")), "a question")
        version = int(str(walker.one("input[name=version]").get_attribute("value")))
        if place == 2:
            press_on(walker, "button[name=unknown]", f"/{place}")
        else:
            by_keyboard(walker, 1, site.right_answer(version))
            press_on(walker, "#main form .btn.pri", f"/{place}")
        walker.until(lambda: bool(walker.all("#verdict")), "what the answer showed")
        assert ("Right." in walker.one("#verdict").text) == (place != 2)
        focused = walker.script("return document.activeElement.id")
        assert focused == "verdict"
        press_on(walker, "#main .btn.pri.lg", f"/{place + 1}")
    walker.until(lambda: bool(walker.all("#q1")), "a question")
    look(
        walker,
        {
            "practice": "/practice?lesson=S1-A-1",
            "practice-question": walker.browser.current_url,
            "practice-answer": first,
            "practice-unknown": first.rsplit("/", 1)[0] + "/2",
            "practice-summary": first.rsplit("/", 1)[0],
            "practice-mistakes": "/practice/mistakes",
            "practice-mistakes-full": "/practice/mistakes?answers=1",
            "home-due": "/home",
        },
        shots,
    )


def test_a_trainer_tells_somebody_and_hands_in_for_them(
    site: Site, administrator: str, walker: Walker, shots: Path | None
) -> None:
    with new_walker(site) as desk:
        link = invite(desk, administrator, "told@example.com", "Chen Jie", "en")
        enter(walker, link)
        walker.read_stage()
        attempt = walker.start_exam()
        walker.answer(1, site.right_answers(attempt)[1])
        walker.until(walker.is_all_saved, "saving")
        desk.open("/studio/underway")
        desk.until(lambda: "Chen Jie" in desk.text, "the list")
        desk.open(f"/studio/underway/{attempt}")
        desk.type("#text", "The alarm is a test.")
        desk.click("form[action$='/message'] .btn.pri")
        desk.until(lambda: bool(desk.all(".toast")), "sending")
        walker.click("[data-go='1']")
        walker.answer(2, site.right_answers(attempt)[2])  # the next save tells of it
        walker.until(lambda: bool(walker.all("#messages [data-message]")), "the message")
        assert "The alarm is a test." in walker.one("#messages").text
        if shots:
            walker.shoot(shots / "message-at-the-exam.png")
        walker.click("#messages button")
        walker.until(lambda: walker.all("#messages [data-message]") == [], "acknowledging")
        seen = "SELECT count(*) FROM exam_message_seen"
        assert site.rows(seen) == [(1,)]
        assert "/attempts/" in walker.browser.current_url
        look(
            desk,
            {
                "underway": "/studio/underway",
                "underway-one": f"/studio/underway/{attempt}",
                "underway-all": "/studio/underway/message",
                "underway-collect": f"/studio/underway/{attempt}/hand-in",
            },
            shots,
        )
        desk.open(f"/studio/underway/{attempt}/hand-in")
        desk.type("#reason", "Had to leave")
        desk.click("form .btn.bad")
        desk.until(lambda: bool(desk.all(".empty, [data-sitting]")), "the list")
        # The page asks for news by itself, so that nothing on it may be touched from here on.
        said = "handed this in for you: Had to leave"
        walker.until(lambda: said in walker.text, "the result", patience=60)
