"""Answering by keyboard alone."""

from selenium.webdriver.common.keys import Keys

from tests.journeys.walker import Walker


def choose(walker: Walker, css: str, value: str) -> None:
    """Choose from a list as a keyboard does: arrows until the value is there."""
    walker.tab_to(css)
    for _ in range(12):
        if walker.script("return document.activeElement.value") == value:
            return
        walker.press(Keys.ARROW_DOWN)
    raise AssertionError(f"no {value} in {css}")


def by_keyboard(walker: Walker, slot: int, answer: list[str]) -> None:
    """Answer a question with Tab, arrows, blanks and letters."""
    card = f"#q{slot}"
    if fields := walker.all(f"{card} .opts .input"):
        for field in fields:
            css, wanted = f"#{field.get_attribute('id')}", walker.wanted(field, answer)
            if field.tag_name == "select":
                choose(walker, css, wanted)
            else:
                walker.tab_to(css)
                walker.press(*wanted)
        return
    if not answer:
        return
    kind = str(walker.one(f"{card} .opts input").get_attribute("type"))
    for key in answer:
        walker.tab_to(f"{card} .opts input[type={kind}]" + f"[value='{key}']" * (kind != "radio"))
        walker.press(Keys.SPACE)
        for _ in range(8):
            if walker.script("return document.activeElement.value") == key:
                break
            walker.press(Keys.ARROW_DOWN)
