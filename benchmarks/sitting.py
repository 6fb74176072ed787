"""People who are in the middle of an exam, and what saving their answers takes."""

from dataclasses import dataclass
from typing import Any

from benchmarks import crowd, site
from benchmarks.browser import TOKEN, Browser
from benchmarks.site import Site

Sitting = tuple[dict[str, str], str, str]
"""Cookies, anti-forgery token and address of the paper."""


@dataclass(frozen=True, slots=True)
class Room:
    """An exam that people sit."""

    sittings: list[Sitting]
    slots: int
    """Questions of a paper."""


def room(running: Site, name: str, count: int) -> Room:
    """Let so many new people begin the exam."""
    with site.application(running.folder, running.port):
        logins = site.add_people(name, count, unread=0)
    sittings, slots = [], 0
    for login in logins:
        browser = Browser(running.port)
        browser.sign_in(login, site.PASSWORD)
        browser.get(f"/exams/{site.EXAM}")
        paper = browser.post(f"/exams/{site.EXAM}/attempts")
        page = browser.get(paper)
        assert TOKEN.search(page)
        slots = page.count("data-slot=")
        sittings.append((browser.cookies, browser.token, paper))
        browser.close()
    return Room(sittings, slots)


def order(port: int, people: Room, *, clients: int, seconds: float, pause: float = 0) -> Any:
    """Let so many of them save for so long; return what they saw."""
    return crowd.sent_out(
        "saves",
        port=port,
        sittings=people.sittings[:clients],
        slots=people.slots,
        seconds=seconds,
        pause=pause,
    )
