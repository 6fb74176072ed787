"""Each page of the way, in both languages, light and dark, on a desk and on a phone.

axe-core finds nothing, nothing scrolls sideways, nothing breaks the policy, and the pages stay
light. With ``JOURNEY_SHOTS=folder`` the pictures are kept, to be looked at.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import new_walker
from tests.journeys.site import Site
from tests.journeys.test_trainee_way import invite, sit
from tests.journeys.walker import DESK, PHONE, Walker

FIRST_VISIT_BYTES = 60_000
WARM_PAGE_BYTES = 15_000
WHOLE_PAPER_BYTES = 20_000
"""Of a paper and its review: 40 and more questions, all on one page so that the line may go away."""
WHOLE_PAPERS = {"exam", "result"}
SCRIPT_BYTES = 30_000
LONG_NAME = "somebodywithaverylongsigninnameandnoplacetobreakit@example.com"
VARIANTS = [
    ("zh", "light", DESK),
    ("zh", "dark", PHONE),
    ("en", "light", PHONE),
    ("en", "dark", DESK),
]


@pytest.fixture(scope="module")
def tour(site: Site, administrator: str) -> Iterator[tuple[Walker, dict[str, str]]]:
    """Someone who has failed once, passed the first stage, and sits the second exam."""
    with new_walker(site) as walker:
        link = invite(walker, administrator, "tour@example.com", "林晓", "en")
        walker.browser.delete_all_cookies()
        walker.speak("en")
        walker.open(link)
        walker.choose_password()
        walker.arrive("/home")
        walker.read_stage()
        first = sit(walker)
        walker.read_stage()
        second = walker.start_exam()
        walker.answer(1, walker.site.right_answers(second)[1])
        walker.until(walker.is_all_saved, "saving")
        walker.open("/certificates")
        verification = str(walker.one(".cert a[href*='/v/']").get_attribute("href"))
        sharing = str(walker.one(".cert a[href$='/sharing']").get_attribute("href"))
        yield (
            walker,
            {
                "map": "/home",
                "lesson": "/lessons/S2-B-6",
                "exam-start": "/exams/stage-2",
                "exam": f"/attempts/{second}",
                "result": f"/attempts/{first}/result",
                "record": "/record",
                "certificates": "/certificates",
                "sharing": sharing,
                "verification": verification,
                "verification-masked": verification.partition("?")[0],
                "verify": "/verify",
                "account": "/account",
            },
        )


PAGES = [
    "map", "lesson", "exam-start", "exam", "result", "record", "certificates", "sharing", "verification",
    "verification-masked", "verify", "account",
]  # fmt: skip


@pytest.mark.parametrize(("language", "theme", "size"), VARIANTS)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_for_everyone(
    tour: tuple[Walker, dict[str, str]],
    name: str,
    language: str,
    theme: str,
    size: tuple[int, int],
    shots: Path | None,
) -> None:
    walker, pages = tour
    walker.resize(size)
    walker.speak(language)
    walker.theme(theme)
    walker.complaints()
    walker.open(pages[name])
    assert walker.axe() == []
    assert walker.overflow() == 0
    assert walker.complaints() == []
    if shots:
        walker.shoot(shots / f"{name}-{language}-{theme}-{size[0]}.png")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_light(tour: tuple[Walker, dict[str, str]], name: str) -> None:
    walker, pages = tour
    walker.resize(DESK)
    walker.browser.execute_cdp_cmd("Network.enable", {})
    walker.browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    walker.open(pages[name])
    first = weights(walker)
    walker.open(pages[name])
    assert sum(first.values()) <= FIRST_VISIT_BYTES, first
    assert sum(size for url, size in first.items() if ".js" in url) <= SCRIPT_BYTES, first
    most = WHOLE_PAPER_BYTES if name in WHOLE_PAPERS else WARM_PAGE_BYTES
    assert sum(weights(walker).values()) <= most, weights(walker)


def weights(walker: Walker) -> dict[str, int]:
    """Return address -> bytes that came over the line for the page and all that it loads."""
    entries = walker.script(
        "return [...performance.getEntriesByType('navigation'),"
        "...performance.getEntriesByType('resource')].map(e => [e.name, e.transferSize])"
    )
    return {str(name): int(size) for name, size in entries}


@pytest.mark.parametrize("path", ["/sign-in", "/forgot", "/verify", "/nowhere", "/v/LT1-2026-1"])
@pytest.mark.parametrize(("language", "theme", "size"), VARIANTS)
def test_the_page_before_signing_in_is_for_everyone(
    walker: Walker,
    path: str,
    language: str,
    theme: str,
    size: tuple[int, int],
    shots: Path | None,
) -> None:
    walker.resize(size)
    walker.speak(language)
    walker.theme(theme)
    walker.open(path)
    assert walker.axe() == []
    assert walker.overflow() == 0
    if shots:
        walker.shoot(shots / f"out{path.replace('/', '-')}-{language}-{theme}-{size[0]}.png")


@pytest.fixture(scope="module")
def somebody(site: Site, administrator: str) -> None:
    """Someone with a very long sign-in name, among the people of the site."""
    with new_walker(site) as walker:
        invite(walker, administrator, LONG_NAME, "Someone", "en")


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(("language", "theme", "size"), VARIANTS)
def test_the_administrator_s_pages_are_for_everyone(
    walker: Walker,
    administrator: str,
    language: str,
    theme: str,
    size: tuple[int, int],
    shots: Path | None,
) -> None:
    walker.sign_in(administrator)
    walker.resize(size)
    walker.speak(language)
    walker.theme(theme)
    for path in ("people", "people/new", "people/1", "units", "audit", "health"):
        walker.open(f"/admin/{path}")
        assert walker.axe() == [], path
        assert walker.overflow() == 0, path
        assert path != "people" or LONG_NAME in walker.text
        if shots:
            name = path.replace("/", "-")
            walker.shoot(shots / f"admin-{name}-{language}-{theme}-{size[0]}.png")
            walker.resize(size)
