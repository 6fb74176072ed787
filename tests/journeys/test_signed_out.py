"""Signed out in the middle of an exam: the page keeps the answers and goes on with its own person."""

from pathlib import Path

from tests.journeys.conftest import new_walker
from tests.journeys.site import Site
from tests.journeys.test_trainee_way import invite
from tests.journeys.walker import DESK, PHONE, Walker


def said(walker: Walker, words: str) -> None:
    """Wait until the page says it beside the answers."""
    walker.script("dispatchEvent(new Event('online'))")  # tries now, and not in some seconds
    walker.until(lambda: words in walker.one("#refused").text, words)
    walker.until(
        lambda: walker.one(".saved").get_attribute("data-state") == "off", "keeping the answer"
    )
    assert not walker.one("#offline").is_displayed()


def test_who_signs_in_again_in_another_tab_goes_on(
    site: Site, administrator: str, shots: Path | None
) -> None:
    login = "signed-out@example.com"
    with new_walker(site) as desk:
        link = invite(desk, administrator, login, "Li Wei", "en")
    with new_walker(site) as walker:
        walker.speak("en")
        walker.open(link)
        walker.choose_password()
        walker.arrive("/home")
        walker.read_stage()
        attempt = walker.start_exam()
        answers = site.right_answers(attempt)
        walker.answer_all({1: answers[1]})
        paper = walker.browser.current_window_handle
        walker.browser.switch_to.new_window("tab")
        elsewhere = walker.browser.current_window_handle
        walker.open("/home")  # cookies are those of the site that a tab shows

        def meanwhile(who: str | None) -> None:
            walker.browser.switch_to.window(elsewhere)
            walker.browser.delete_all_cookies()
            if who:
                walker.sign_in(who)
            walker.browser.switch_to.window(paper)

        meanwhile(None)
        walker.click("[data-go='1']")
        walker.answer(2, answers[2])
        said(walker, "You are signed out.")
        if shots:
            for size in (DESK, PHONE):
                walker.resize(size)
                walker.shoot(shots / f"signed-out-{size[0]}.png")
            walker.resize(DESK)
        meanwhile(administrator)
        said(walker, "Somebody else is signed in")
        stored = "SELECT slot FROM response WHERE attempt_id = ? ORDER BY slot"
        assert site.rows(stored, attempt) == [(1,)]
        meanwhile(login)
        walker.script("dispatchEvent(new Event('online'))")
        walker.until(walker.is_all_saved, "sending what waited")
        assert not walker.one("#refused").is_displayed()
        assert site.rows(stored, attempt) == [(1,), (2,)]
        walker.hand_in()
        assert site.rows(stored, attempt) == [(1,), (2,)]
