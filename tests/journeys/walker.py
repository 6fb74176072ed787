"""A person in front of a real browser."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common import StaleElementReferenceException
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from tests.journeys.site import Site

AXE = Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js"
PASSWORD = "walking up the stairway"
PATIENCE = 15.0
DESK, PHONE = (1440, 900), (390, 844)
MOST_TABS = 120


class Walker:
    """Someone who uses the site through one browser."""

    def __init__(self, browser: webdriver.Chrome, site: Site) -> None:
        self.browser = browser
        self.site = site

    # ---- looking and touching
    def open(self, path: str) -> None:
        """Go to a page of the site."""
        self.browser.get(path if path.startswith("http") else self.site.url + path)

    def one(self, css: str) -> WebElement:
        """Return the first element that fits, as soon as it is there."""
        self.until(lambda: bool(self.all(css)), css)
        return self.all(css)[0]

    def all(self, css: str) -> list[WebElement]:
        """Return the elements that fit now."""
        return self.browser.find_elements(By.CSS_SELECTOR, css)

    def click(self, css: str) -> None:
        """Click what fits, from the middle of the window, where no bar covers it."""
        self.until(lambda: self._clicked(css), f"clicking {css}")

    def _clicked(self, css: str) -> bool:
        element = self.one(css)
        self.script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        return True

    def submit(self, css: str) -> None:
        """Click what sends a form, and wait for the page that comes of it."""
        self.script("window.wasHere = true")
        self.click(css)
        self.until(lambda: not self.script("return window.wasHere"), f"leaving by {css}")

    def type(self, css: str, text: str) -> None:
        """Type into a field."""
        field = self.one(css)
        field.clear()
        field.send_keys(text)

    def script(self, source: str, *values: Any) -> Any:
        """Run a script in the page."""
        return self.browser.execute_script(source, *values)

    def until(
        self, condition: Callable[[], bool], what: str, *, patience: float = PATIENCE
    ) -> None:
        """Wait for something to become true.

        An element that the page replaced between finding and reading it is looked for again: the
        page moved on by itself, as pages with long work on them do.
        """
        began = time.monotonic()
        while not self._holds(condition):
            assert time.monotonic() - began < patience, f"{what} on {self.browser.current_url}"
            time.sleep(0.05)

    @staticmethod
    def _holds(condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except StaleElementReferenceException:
            return False

    def arrive(self, part: str) -> None:
        """Wait until the address has `part` in it."""
        self.until(lambda: part in self.browser.current_url, part)

    @property
    def text(self) -> str:
        """What the page says, read in one step: a page that is replaced meanwhile breaks nothing."""
        return str(self.script("return document.body ? document.body.innerText : ''"))

    # ---- the way
    def set_up(self, name: str, login: str) -> None:
        """Become the administrator of a new site."""
        self.open(self.site.setup_link())
        self.type("#organisation", "岚汀软件")
        self.type("#name", name)
        self.type("#login", login)
        self.choose_password()

    def choose_password(self) -> None:
        """Fill in a new password twice and go on."""
        self.type("#password", PASSWORD)
        self.type("#again", PASSWORD)
        self.click("form .btn.pri")

    def sign_in(self, login: str, password: str = PASSWORD) -> None:
        """Sign in by name and password."""
        self.open("/sign-in")
        self.type("#login", login)
        self.type("#password", password)
        self.click("form .btn.pri")
        self.until(lambda: "/sign-in" not in self.browser.current_url, "signing in")

    def speak(self, language: str) -> None:
        """Choose the language."""
        self.open(f"/language/{language}?next=/")
        want = "zh-CN" if language == "zh" else "en"
        self.until(lambda: self.one("html").get_attribute("lang") == want, want)

    def read_stage(self) -> int:
        """Read the lessons of the current stage to their ends; return how many there were."""
        count = 0
        self.open("/home")
        while links := self.all(".hero a[href*='/lessons/']"):
            href = str(links[0].get_attribute("href"))
            self.open(href)
            self.click(".pager form .btn.pri")
            self.until(lambda href=href: self.browser.current_url != href, "reading on")  # type: ignore[misc]
            count += 1
            self.open("/home")
        return count

    def start_exam(self) -> int:
        """Start the exam that the learning map leads to; return the attempt."""
        self.open("/home")
        self.click(".hero a[href*='/exams/']")
        self.click("form[action*='/attempts'] .btn.pri")
        self.arrive("/attempts/")
        return int(self.browser.current_url.split("/attempts/")[1].split("#")[0])

    def answer(self, slot: int, answer: Sequence[str]) -> None:
        """Answer the question that is shown."""
        card = f"#q{slot}"
        if not answer:
            return
        if fields := self.all(f"{card} .opts .input"):
            for field in fields:
                if field.tag_name == "select":
                    Select(field).select_by_value(self.wanted(field, answer))
                else:
                    field.clear()
                    field.send_keys(self.wanted(field, answer))
            return
        for key in answer:
            box = self.one(f"{card} .opts input[value='{key}']")
            if not box.is_selected():
                self.script("arguments[0].closest('label').scrollIntoView({block:'center'})", box)
                box.find_element(By.XPATH, "./ancestor::label").click()

    def wanted(self, field: WebElement, answer: Sequence[str]) -> str:
        """Return which piece of an answer belongs into a field: by its thing, or its number."""
        offered = set(
            self.script("return [...arguments[0].options || []].map(o => o.value)", field)
        )
        if offered and (pairs := [each for each in answer if each in offered and "=" in each]):
            return pairs[0]
        return answer[int(str(field.get_attribute("id")).rpartition("-")[2])]

    def answer_all(self, answers: dict[int, list[str]]) -> None:
        """Answer every question, going on by the button."""
        for slot, answer in answers.items():
            if slot > 1:
                self.click("[data-go='1']")
            self.answer(slot, answer)
        self.until(self.is_all_saved, "everything saved")

    def is_all_saved(self) -> bool:
        """Whether the page says so, and nothing waits in the browser's storage."""
        waiting = self.script(
            "return Object.keys(localStorage).filter(k => k.startsWith('attempt:'))"
            ".map(k => JSON.parse(localStorage[k]).length).reduce((a, b) => a + b, 0)"
        )
        return waiting == 0 and self.one(".saved").get_attribute("data-state") == "ok"

    def hand_in(self) -> None:
        """Hand in and confirm."""
        self.click("#finish")
        self.click("[data-hand-in]")
        self.arrive("/result")

    # ---- the keyboard
    def tab_to(self, css: str) -> None:
        """Press Tab until what fits has the focus."""
        for _ in range(MOST_TABS):
            if self.script("return document.activeElement.matches(arguments[0])", css):
                return
            self.press(Keys.TAB)
        raise AssertionError(f"{css} cannot be reached by Tab on {self.browser.current_url}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()

    # ---- the window and the line
    def cut_the_line(self, *, cut: bool) -> None:
        """Take the network away, or give it back."""
        self.browser.execute_cdp_cmd("Network.enable", {})
        conditions = {
            "offline": cut,
            "latency": 0,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        }
        self.browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the page a desk's or a phone's width; below 500 px a window cannot shrink."""
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def theme(self, name: str) -> None:
        """Choose the light or the dark theme for the pages to come."""
        self.browser.add_cookie({"name": "theme", "value": name, "path": "/"})

    def axe(self) -> list[str]:
        """Return what axe-core finds wrong with the page, WCAG 2.0 to 2.2 A/AA and best practice."""
        self.script(AXE.read_text(encoding="utf-8"))
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.browser.execute_async_script(
            "axe.run({runOnly: arguments[0]}).then(r => arguments[1](r.violations))", tags
        )
        return [
            f"{each['id']}: {each['help']}: {json.dumps(node['target'])} {node['html'][:160]}"
            for each in found
            for node in each["nodes"]
        ]

    def complaints(self) -> list[str]:
        """Return what the browser has written into its log since the last look."""
        log: list[dict[str, str]] = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return [each["message"] for each in log if "axe" not in each["message"]]

    def overflow(self) -> int:
        """Return by how many pixels the page can be scrolled sideways."""
        return int(
            self.script("const d = document.documentElement; return d.scrollWidth - d.clientWidth")
        )

    def shoot(self, path: Path) -> None:
        """Save a picture of the whole page."""
        height = int(self.script("return document.documentElement.scrollHeight"))
        width = int(self.script("return innerWidth"))
        self.resize((width, min(max(height, 600), 6000)))
        self.browser.save_screenshot(str(path))
