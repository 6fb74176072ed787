"""An administrator writes a certificate in HTML and CSS, is told what is wrong, and publishes it."""

from pathlib import Path

from selenium.webdriver.support.select import Select

from tests.journeys.test_pages import VARIANTS
from tests.journeys.walker import DESK, Walker

PATIENCE = 120.0
"""Seconds for the jobs of a busy machine."""


def test_a_template_is_written_and_published(
    walker: Walker, administrator: str, shots: Path | None
) -> None:
    walker.sign_in(administrator)
    walker.speak("en")
    walker.resize(DESK)
    walker.open("/certificates/templates")
    look(walker, "list", shots)
    walker.open("/certificates/templates/markup")
    look(walker, "start", shots)
    Select(walker.one("#paper")).select_by_value("formal")
    walker.type("#title", "蓝色 2026")
    walker.click("main form .btn.pri")
    walker.arrive("/markup")
    address = walker.browser.current_url
    own = walker.one("#html").get_attribute("value") or ""

    write(
        walker,
        "#html",
        own + "\n{{ certificate.nickname }}\n<img src='http://evil.test/a.png' alt='x'>",
    )
    walker.until(lambda: "certificate.nickname" in walker.text, "the mistake in the template")
    line = own.count("\n") + 2
    assert f"Line {line}: “certificate.nickname” is not known here." in walker.text
    assert "evil.test" in (walker.one("#html").get_attribute("value") or "")
    look(walker, "mistakes", shots, address="")

    write(walker, "#html", own)
    walker.until(lambda: len(walker.all(".proofs img")) == 4, "specimens", patience=PATIENCE)
    look(walker, "editor", shots, address=address)
    walker.open(address)
    walker.click("form[action$='/publish'] .btn")
    walker.until(lambda: "Version 1 is published" in walker.text, "publishing", patience=PATIENCE)
    look(walker, "published", shots, address=address)


def write(walker: Walker, css: str, text: str) -> None:
    """Put a text into a field and save; by script, for typing thousands of characters takes long."""
    walker.script("arguments[0].value = arguments[1]", walker.one(css), text)
    walker.click("form[enctype] .btn.pri")


def look(walker: Walker, name: str, shots: Path | None, address: str | None = None) -> None:
    """Look at a page in its variants; what was typed on it is left alone with an `address` of ""."""
    here = address or walker.browser.current_url
    for language, theme, size in [("en", "light", DESK)] if address == "" else VARIANTS:
        walker.resize(size)
        walker.theme(theme)
        if address != "":
            walker.speak(language)
            walker.open(here)
        if shots:
            walker.shoot(shots / f"markup-{name}-{language}-{theme}-{size[0]}.png")
        assert walker.axe() == []
        assert walker.overflow() == 0
    walker.resize(DESK)
    if address != "":
        walker.speak("en")
        walker.open(here)
